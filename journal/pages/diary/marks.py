"""The marks of a period by discipline."""

from collections import defaultdict
from datetime import timedelta

from django.utils.safestring import SafeString

from journal.domain.lessons.owed import SIGN
from journal.domain.results import (
    Earned,
    Exempt,
    Official,
    Span,
    StudiedCourse,
    average,
    with_comma,
)
from journal.domain.results.attested import form_of
from journal.domain.results.official import ATTESTATION, COURSEWORK, FINAL, TERM, YEAR
from journal.domain.words import hours, plural
from journal.models import Result, Sheet
from journal.models.words import worded
from journal.pages.diary.pieces import html, joined, mark, work

STAGES = {
    TERM: "за период",
    ATTESTATION: "",
    COURSEWORK: "курсовая работа",
    YEAR: "за год",
    FINAL: "итоговая",
}
SHORT = {Sheet.Kind.DIFF_CREDIT: "дифф. зачёт"}
STATUSES = dict(Result.Status.choices)
HEAD = SafeString(
    '<tr><th scope="col">Дата</th><th scope="col">Отметка</th>'
    '<th scope="col">За что</th></tr>'
)


def courses_html(
    courses: list[StudiedCourse],
    marks: list[Earned],
    missed: dict[int, int],
    spans: list[Span],
    signed: dict[int, dict[str, Official]],
) -> SafeString:
    """A discipline a block: marks of record, marks and average at once, works on a tap.

    Works that are owed stand among the marks, with `SIGN` for a value; `signed` are the
    results of signed sheets by course and stage.
    """
    by_course: dict[int, list[Earned]] = defaultdict(list)
    for one in marks:
        by_course[one.course].append(one)
    groups = {course.group for course in courses}
    names = {span.group: span.name for span in spans} if len(groups) > 1 else {}
    return joined(
        _course(
            course,
            by_course[course.pk],
            missed.get(course.pk, 0),
            names,
            signed.get(course.pk, {}),
        )
        for course in courses
    )


def _course(
    course: StudiedCourse,
    marks: list[Earned],
    missed: int,
    names: dict[int, str],
    signed: dict[str, Official],
) -> SafeString:
    given = [one for one in marks if one.value != SIGN]
    owed = len(marks) - len(given)
    mean = average((one.value, one.weight) for one in given)
    group = names.get(course.group)
    facts = [
        plural(len(given), "отметка", "отметки", "отметок") if given else "отметок нет",
        f"без отметки: {plural(owed, 'работа', 'работы', 'работ')}" if owed else "",
        f"пропущено {hours(missed)}" if missed else "",
        f"{worded('группа')} {group}" if group else "",
    ]
    head = html(
        '<div class="name"><h2>{}</h2><p class="meta">{}</p></div>'
        '<p class="mean"><span>средний балл</span> <b>{}</b></p>'
        '<div class="line">{}{}</div>',
        course.discipline,
        ", ".join(filter(None, facts)),
        with_comma(mean),
        joined(mark(one.value) for one in marks),
        joined(
            html('<span class="tag accent">{}</span>', words)
            for words in map(_signed, STAGES, map(signed.get, STAGES))
            if words
        )
        + joined(
            html('<span class="tag">{}</span>', tag)
            for tag in dict.fromkeys(one.tag for one in course.exemptions)
        ),
    )
    body = _details(course, marks, signed)
    if not body:
        return html('<div class="card course">{}</div>', head)
    return html(
        '<details class="card course"><summary>{}</summary>{}</details>', head, body
    )


def _signed(stage: str, result: Official | None) -> SafeString | str:
    """«за период: 4», «экзамен: не явился»."""
    if result is None:
        return ""
    said = result.mark and mark(result.mark)
    return html("{}: {}", name_of(stage, result), said or STATUSES[result.status])


def name_of(stage: str, result: Official) -> str:
    """What a mark of record is for, in a word or two."""
    form = SHORT.get(result.kind) or form_of(result)
    return STAGES[stage] or form or "аттестация"


def _details(
    course: StudiedCourse, marks: list[Earned], signed: dict[str, Official]
) -> SafeString:
    parts = []
    if marks:
        table = '<table class="works"><thead>{}</thead><tbody>{}</tbody></table>'
        parts.append(html(table, HEAD, joined(map(_row, marks))))
    parts.extend(
        html(
            '<p class="meta">{}: ведомость от {}{}</p>',
            name_of(stage, signed[stage]).capitalize(),
            f"{signed[stage].date:%d.%m.%Y}",
            ", пересдача" if signed[stage].attempt > 1 else "",
        )
        for stage in STAGES
        if stage in signed
    )
    parts.extend(map(_exempt, course.exemptions))
    if course.form:
        parts.append(
            html('<p class="meta">Форма аттестации: {}</p>', course.form.lower())
        )
    return joined(parts)


def _row(one: Earned) -> SafeString:
    return html(
        "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
        f"{one.date:%d.%m.%Y}",
        mark(one.value),
        work(one.kind, one.topic, one.weight)
        + (", отметки ещё нет" if one.value == SIGN else ""),
    )


def _exempt(exempt: Exempt) -> SafeString:
    until = ""
    if exempt.end:
        until = f" по {exempt.end - timedelta(days=1):%d.%m.%Y}"
    facts = [exempt.title.capitalize()]
    if exempt.mark:
        facts[0] += f" с отметкой «{exempt.mark}»"
    facts.append(f"с {exempt.start:%d.%m.%Y}{until}")
    parts = [html("<p>{}</p>", " ".join(facts))]
    if exempt.hours:
        words = f"Самостоятельно {hours(exempt.hours)}. {exempt.note}".strip()
        parts.append(html("<p>{}</p>", words))
    return joined(parts)
