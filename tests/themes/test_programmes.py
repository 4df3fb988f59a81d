"""Work programmes: drafted, handed in, approved, renewed; files that are what they say."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from journal.domain.curriculum.approval import may_edit_plan
from journal.domain.curriculum.drafting import (
    draft_plan,
    draft_programme,
    programmes_for,
)
from journal.domain.curriculum.hours import compare
from journal.domain.curriculum.programmes import (
    approve_programme,
    may_renew,
    new_version,
    return_programme,
    submit_programme,
)
from journal.domain.curriculum.wording import BLANK
from journal.domain.files import TYPES, kind_of_file
from journal.models import Course, PlanHours, ProgrammeTopic, WorkProgramme

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


def archive(**members: bytes) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return found.getvalue()


def damaged() -> bytes:
    """An ODT whose first part is packed and cannot be unpacked any more."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", TYPES["odt"])
    content = bytearray(found.getvalue())
    content[38:60] = b"\xff" * 22  # after the header of 30 bytes and the name of 8
    return bytes(content)


DOCX = archive(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
ODT = archive(mimetype=TYPES["odt"].encode(), **{"content.xml": b"<o/>"})


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def programme(draft, world) -> WorkProgramme:
    """The programme drafted from the plan of the course, by its teacher."""
    return draft_programme(world.teacher, plan=draft)


def approved(programme, world) -> WorkProgramme:
    submit_programme(programme, world.teacher)
    approve_programme(programme, world.deputy)
    programme.refresh_from_db()
    return programme


# Drafts


def test_a_programme_is_drafted_from_a_plan(draft, programme, world, kinds):
    assert programme.author == world.teacher.employee
    topics = programme.topics.order_by("number").values_list("topic", "hours")
    assert topics[0] == ("Ряды", 2) and len(topics) == 5
    assert ProgrammeTopic.history.filter(history_user=world.teacher).count() == 5


def test_a_programme_is_drafted_from_the_curriculum_and_says_what_to_write(
    draft, world, course, kinds
):
    programme = draft_programme(world.deputy, item=course.plan_item)
    found = programme.topics.values_list("section", "topic", "hours")
    assert sorted(found) == [("Семестр 3", BLANK, 2), ("Семестр 3", BLANK, 8)]
    with pytest.raises(ValidationError, match="Тема не вписана"):
        submit_programme(programme, world.deputy)


def test_a_plan_is_drafted_from_a_programme_lesson_by_lesson(
    programme, draft, world, course, kinds
):
    programme.topics.filter(number=1).update(hours=5, self_study=3)
    programme.topics.filter(number=3).delete()
    Course.objects.filter(pk=course.pk).update(thematic_plan=None)
    course.refresh_from_db()
    assert list(programmes_for(world.teacher, course)) == [programme]
    plan = draft_plan(course, world.teacher, programme)
    rows = plan.lessons.order_by("number").values_list(
        "topic", "hours", "self_study", "work_number"
    )
    # Eight hours of theory: five, two and one of two, for the curriculum has no more.
    assert list(rows) == [
        ("Ряды", 2, 3, None),
        ("Ряды (продолжение)", 2, 0, None),
        ("Ряды (продолжение)", 1, 0, None),
        ("Интеграл", 2, 0, None),
        ("Пределы", 1, 0, 1),
        ("Вычисления", 2, 0, 1),
    ]
    course.refresh_from_db()
    assert course.thematic_plan == plan and plan.programme == programme


def test_a_plan_takes_only_the_hours_of_its_semester(programme, world, course):
    PlanHours.objects.filter(item=course.plan_item).update(
        semester=2, theory=4, practical=0
    )
    PlanHours.objects.create(
        item=course.plan_item, semester=3, total=8, theory=6, practical=2
    )
    Course.objects.filter(pk=course.pk).update(thematic_plan=None)
    course.refresh_from_db()
    plan = draft_plan(course, world.teacher, programme)
    rows = plan.lessons.order_by("number").values_list("topic", "hours")
    assert list(rows) == [("Кривые", 2), ("Пределы", 2), ("Вычисления", 2), (BLANK, 2)]
    assert compare(plan)[0].is_right


def test_a_plan_of_hours_alone_is_blank_and_has_them_all(draft, world, course):
    Course.objects.filter(pk=course.pk).update(thematic_plan=None)
    course.refresh_from_db()
    plan = draft_plan(course, world.teacher)
    assert {one.topic for one in plan.lessons.all()} == {BLANK}
    assert compare(plan)[0].is_right


# The way to approval, and versions


def test_a_programme_is_approved_by_the_deputy_and_then_stands_still(programme, world):
    approved(programme, world)
    assert programme.approved_by == world.deputy.employee
    for user in (world.teacher, world.deputy):
        assert not may_edit_plan(user, programme)


def test_a_remark_sends_it_back(programme, world):
    submit_programme(programme, world.teacher)
    with pytest.raises(ValidationError, match="что исправить"):
        return_programme(programme, world.deputy, " ")
    return_programme(programme, world.deputy, "Мало практики")
    programme.refresh_from_db()
    assert (programme.state, programme.remark) == ("returned", "Мало практики")
    assert may_edit_plan(world.teacher, programme)


def test_an_empty_programme_is_not_handed_in_and_a_file_is_enough(
    draft, world, media, course
):
    programme = WorkProgramme.objects.create(
        name="П", discipline=course.discipline, author=world.teacher.employee
    )
    with pytest.raises(ValidationError, match="ни тем, ни файла"):
        submit_programme(programme, world.teacher)
    programme.file.save("x.pdf", SimpleUploadedFile("x.pdf", PDF))
    submit_programme(programme, world.teacher)


def test_a_change_during_the_year_is_a_new_version(programme, world):
    assert not may_renew(world.teacher, programme)
    approved(programme, world)
    fresh = new_version(programme, world.teacher)
    assert (fresh.version, fresh.replaces, fresh.state) == (2, programme, "draft")
    assert fresh.topics.count() == programme.topics.count() == 5
    assert not may_renew(world.teacher, programme)
    with pytest.raises(ValidationError):
        new_version(programme, world.teacher)
    programme.refresh_from_db()
    assert programme.state == "approved"
    approved(fresh, world)
    programme.refresh_from_db()
    assert programme.state == "replaced"
    assert programme.history.first().history_change_reason == "Заменена версией 2"
    assert not programmes_for(world.teacher, world.course).filter(pk=programme.pk)


# Files


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Программа.PDF", PDF, "pdf"),
        ("п.docx", DOCX, "docx"),
        ("п.odt", ODT, "odt"),
    ],
)
def test_a_file_is_known_by_what_is_in_it(name, content, kind):
    assert kind_of_file(name, SimpleUploadedFile(name, content)) == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("п.exe", PDF),
        ("п.html", b"<script>"),
        ("п", PDF),
        ("п.pdf", b"<html>"),
        ("п.pdf", DOCX),
        ("п.docx", PDF),
        ("п.docx", ODT),
        ("п.docx", b"PK\x03\x04" + b"\0" * 50),
        ("п.odt", archive(mimetype=b"text/html")),
        ("п.odt", archive(mimetype=b"x" * 10_000)),
        ("п.odt", damaged()),
        ("п.docx", archive(**{f"f{n}": b"" for n in range(5001)})),
        ("п.pdf", b""),
    ],
)
def test_other_files_are_refused_with_words(name, content):
    with pytest.raises(ValidationError) as refused:
        kind_of_file(name, SimpleUploadedFile(name, content))
    assert refused.value.messages[0].endswith(".")


def test_a_file_too_large_is_refused():
    file = SimpleUploadedFile("п.pdf", PDF)
    file.size = 11 * 2**20
    with pytest.raises(ValidationError, match="10 МБ"):
        kind_of_file("п.pdf", file)


def test_a_file_is_kept_under_a_name_of_ours_and_handed_out_by_rights(
    programme, world, client_of, media
):
    change = reverse("admin:journal_workprogramme_change", args=[programme.pk])
    data = {
        "name": "Математика",
        "discipline": programme.discipline_id,
        "requirements": "",
        "topics-TOTAL_FORMS": "0",
        "topics-INITIAL_FORMS": "0",
    }
    teacher = client_of(world.teacher)
    bad = SimpleUploadedFile("../../беда.pdf", b"<script>alert(1)</script>")
    answer = teacher.post(change, {**data, "file": bad})
    assert "Это не файл PDF" in answer.content.decode()
    good = SimpleUploadedFile("../../программа.pdf", PDF)
    assert teacher.post(change, {**data, "file": good}).status_code == 302
    programme.refresh_from_db()
    (stored,) = (path for path in media.rglob("*") if path.is_file())
    assert stored.parent == media / "programmes"
    assert "программа" not in stored.name and stored.suffix == ".pdf"
    at = reverse("admin:journal_workprogramme_file", args=[programme.pk])
    answer = teacher.get(at)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert client_of(world.teacher2).get(at).status_code == 404
    assert client_of(world.student).get(at).status_code in (302, 403, 404)
    stored.unlink()
    assert teacher.get(at).status_code == 404


def test_the_page_of_drafts_asks_for_just_one_source(draft, world, client_of):
    at = reverse("admin:journal_workprogramme_draft")
    client = client_of(world.teacher)
    assert client.get(at).status_code == 200
    assert "что-то одно" in client.post(at, {}).content.decode()
    answer = client.post(at, {"plan": draft.pk})
    made = WorkProgramme.objects.get()
    table = reverse("admin:journal_workprogramme_table", args=[made.pk])
    assert answer.status_code == 302 and answer["Location"] == table
    assert client.get(table).status_code == 200
    assert client_of(world.curator).get(at).status_code == 403
    assert client.post(at, {"plan": 10**12}).status_code == 200
    assert WorkProgramme.objects.count() == 1
