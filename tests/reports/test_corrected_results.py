"""R37 of results: what of a sheet is a correction, before its signing and after."""

from journal.domain.control.requests import ask_result, decide
from journal.domain.results.sheets import open_sheet, sign_sheet
from journal.domain.results.writing import ResultChange, write_results
from tests.reports.test_corrections import at, clean, said

__all__ = ["clean"]


def test_results_are_corrected_before_and_after_signing_and_signing_is_none(clean):
    first, second, *_ = clean.students
    sheet = open_sheet(
        clean.teacher,
        "exam",
        [clean.course],
        date=clean.today,
        teacher=clean.teacher.employee,
    )
    people = [*clean.students, clean.mover]
    changes = [ResultChange(one.pk, "mark", "", "4") for one in people]
    write_results(clean.teacher, sheet.pk, changes)
    change = ResultChange(second.pk, "mark", "4", "3")
    write_results(clean.teacher, sheet.pk, [change], "описка")
    sign_sheet(clean.teacher, sheet.pk)
    result = sheet.results.get(student=first)
    request = ask_result(clean.teacher, result, "not_admitted", "приказ")
    with at(days=1):
        decide(clean.deputy, [request.pk], True)
        rows = said(clean.deputy)
    assert [row[:4] for row in rows] == [
        ("результат: экзаменационная ведомость", "4 (хорошо)", "не допущен", 1),
        (
            "результат: экзаменационная ведомость",
            "4 (хорошо)",
            "3 (удовлетворительно)",
            0,
        ),
    ]
    assert rows[1][4] == "описка"
    with at(days=1):
        for answers in (
            {"value": "not_admitted"},
            {"kind": "late"},
            {"group": clean.group.pk, "student": first.pk},
        ):
            assert [row[2] for row in said(clean.deputy, **answers)] == ["не допущен"]
        assert len(said(clean.deputy, what="results", value="4")) == 2
        assert (
            len(said(clean.deputy, group=clean.group.pk, course=clean.course.pk)) == 2
        )
        assert said(clean.deputy, group=clean.group.pk, course=clean.course2.pk) == []
        assert len(said(clean.curator)) == len(said(clean.teacher)) == 2
        assert said(clean.teacher_elsewhere) == []
