"""Homework: set, handed in by the student alone, checked and measured (F4; M 5.2)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from journal.domain.lessons.assigned import homework_of
from journal.domain.lessons.homework import (
    Assignment,
    Verdict,
    assign,
    due_moment,
    hand_in,
    judge,
    lessons_after,
)
from journal.domain.people import give_role
from journal.domain.results import Span
from journal.models import (
    Homework,
    Lesson,
    Submission,
    User,
)
from tests.works.conftest import PDF, upload

# Setting


def test_without_a_word_it_is_due_at_the_next_lesson_as_that_begins(world, homework):
    following = lessons_after(world.lesson_past).first()
    assert following == world.lesson
    due = timezone.localtime(due_moment(homework))
    assert due.date() == following.date
    homework.due_on = world.today
    end = timezone.localtime(due_moment(homework))
    assert end.date() == world.today + timedelta(days=1) and end.hour == 0


def test_a_file_is_kept_under_a_name_of_ours_and_shown_by_a_plain_one(homework, media):
    file = homework.files.get()
    assert file.name == "b.pdf"
    (stored,) = (path for path in media.rglob("*") if path.is_file())
    assert stored.parent == media / "homework" and "задачи" not in stored.name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("вирус.exe", PDF),
        ("страница.html", b"<script>alert(1)</script>"),
        ("картинка.png", b"<svg onload=alert(1)>"),
        ("ответ.pdf", b"<html>"),
        ("ответ.txt", b"a\0b"),
        ("ответ.txt", b""),
    ],
)
def test_a_file_of_a_hostile_kind_is_refused_and_nothing_is_kept(
    world, media, name, content
):
    with pytest.raises(ValidationError):
        assign(world.lesson_past, Assignment(files=(upload(name, content),)))
    assert not Homework.objects.filter(lesson=world.lesson_past).exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_at_most_five_files(world, homework):
    files = tuple(upload(f"{number}.pdf") for number in range(5))
    with pytest.raises(ValidationError, match="не больше 5"):
        assign(world.lesson_past, Assignment(is_collected=True, files=files))
    assert homework.files.count() == 1


def test_nothing_said_makes_no_row_and_the_same_again_no_history(world, homework):
    assert assign(world.lesson_old, Assignment()) is None
    count = homework.history.count()
    again = assign(world.lesson_past, Assignment(is_collected=True, kind=world.answer))
    assert again == homework and again.history.count() == count


def test_the_form_of_the_lesson_sets_it(world, client_of):
    client = client_of(world.teacher)
    url = reverse("admin:journal_lesson_change", args=[world.lesson_past.pk])
    page = client.get(url).content.decode()
    assert 'enctype="multipart/form-data"' in page and 'name="is_collected"' in page
    data = {
        "topic": "Пределы",
        "hours": 2,
        "homework": "§ 2",
        "is_collected": "on",
        "due_on": world.today.isoformat(),
        "files": upload(),
        "tasks-TOTAL_FORMS": 0,
        "tasks-INITIAL_FORMS": 0,
    }
    assert client.post(url, data).status_code == 302
    made = Homework.objects.get(lesson=world.lesson_past)
    assert (made.is_collected, made.due_on) == (True, world.today)
    assert made.files.get().name == "ответ.pdf"
    bad = client.post(url, {**data, "files": upload("x.pdf", b"<script>")})
    assert bad.status_code == 200 and "Это не файл PDF" in bad.content.decode()
    assert made.files.count() == 1


def test_from_the_spread_a_work_is_named_without_a_number_and_one_is_back(
    world, client_of
):
    lesson = world.lesson_past
    url = reverse("admin:journal_lesson_change", args=[lesson.pk]) + "?from=spread"
    taken = list(lesson.tasks.order_by("number"))
    data = {
        "topic": "Пределы",
        "hours": 2,
        "tasks-TOTAL_FORMS": len(taken) + 1,
        "tasks-INITIAL_FORMS": len(taken),
        f"tasks-{len(taken)}-kind": world.test.pk,
    }
    for place, task in enumerate(taken):
        data |= {f"tasks-{place}-id": task.pk, f"tasks-{place}-number": task.number}
        data |= {
            f"tasks-{place}-kind": task.kind_id,
            f"tasks-{place}-lesson": lesson.pk,
        }
    answer = client_of(world.teacher).post(url, data)
    spread = reverse("admin:journal_course_spread", args=[lesson.course_id])
    assert (answer.status_code, answer.headers.get("Location")) == (302, spread)
    made = lesson.tasks.exclude(pk__in=[task.pk for task in taken]).get()
    assert (made.kind, made.number) == (world.test, len(taken) + 1)


# Handing in


def test_a_student_hands_in_and_replaces_until_it_is_checked(world, homework):
    one = hand_in(world.student, homework, "Ответ 1")
    assert (one.state, one.text) == ("handed_in", "Ответ 1")
    again = hand_in(world.student, homework, "", upload())
    assert again.pk == one.pk and again.file_name == "ответ.pdf"
    assert one.history.count() == 2
    judge(world.teacher, homework, one.student, Verdict("partly", "см. № 3", True))
    one.refresh_from_db()
    assert (one.state, one.quality) == ("returned", "partly")
    hand_in(world.student, homework, "Исправил")
    judge(world.teacher, homework, one.student, Verdict("full"))
    one.refresh_from_db()
    assert (one.state, one.checked_by) == ("checked", world.teacher.employee)
    with pytest.raises(ValidationError, match="уже проверена"):
        hand_in(world.student, homework, "ещё раз")


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (-1, True)])
def test_a_work_after_its_term_is_late(world, homework, days, is_late):
    homework.due_on = world.today + timedelta(days=days)
    homework.save()
    assert hand_in(world.student, homework, "Ответ").is_late is is_late


def test_rework_of_what_came_in_time_is_not_late_and_a_later_term_forgives(
    world, homework
):
    homework.due_on = world.today
    work = hand_in(world.student, homework, "Ответ")
    judge(world.teacher, homework, work.student, Verdict("", "допишите", True))
    homework.due_on = world.today - timedelta(days=1)
    homework.save()
    assert not hand_in(world.student, homework, "Дописал").is_late
    Submission.objects.update(checked_at=None)
    late = hand_in(world.student, homework, "Ещё раз")
    assert late.is_late
    assign(
        homework.lesson,
        Assignment(due_on=world.today, is_collected=True, kind=world.answer),
    )
    late.refresh_from_db()
    assert not late.is_late and late.history.count() == 5


def test_it_is_due_at_the_lesson_after_one_that_was_cancelled(world, homework):
    first, second = lessons_after(world.lesson_past)[:2]
    homework.due_lesson = first
    homework.save()
    spans = [Span(world.group.pk, "", world.year.start, None)]

    def due_days():
        homework.due_lesson.refresh_from_db()
        (one,) = homework_of(world.students[0].pk, spans, world.year.start, world.today)
        return timezone.localdate(due_moment(homework)), one.due

    assert due_days() == (first.date, first.date)
    Lesson.objects.filter(pk=first.pk).update(is_cancelled=True)
    assert due_days() == (second.date, second.date)


def test_what_is_still_ahead_or_came_back_stays_on_the_list_after_a_month(
    world, homework
):
    spans = [Span(world.group.pk, "", world.year.start, None)]

    def listed():
        first = world.lesson_past.date + timedelta(days=1)
        return homework_of(world.students[0].pk, spans, first, world.today)

    homework.due_on = world.today - timedelta(days=1)
    homework.save()
    assert not listed()
    hand_in(world.student, homework, "Ответ")
    judge(world.teacher, homework, world.students[0], Verdict("", "допишите", True))
    assert listed()
    hand_in(world.student, homework, "Ответ")
    assert not listed()
    homework.due_on = world.today + timedelta(days=60)
    homework.save()
    assert listed()


@pytest.mark.parametrize("name", ["parent", "trustee", "stranger", "teacher", "deputy"])
def test_nobody_else_hands_in(world, homework, name):
    with pytest.raises(PermissionDenied):
        hand_in(world.people[name], homework, "чужое")
    assert not Submission.objects.exists()


def test_an_empty_work_and_one_that_nobody_collects_are_refused(world, homework):
    with pytest.raises(ValidationError, match="Напишите ответ"):
        hand_in(world.student, homework, "  ")
    homework.is_collected = False
    with pytest.raises(PermissionDenied):
        hand_in(world.student, homework, "Ответ")


# The diary


def test_the_student_hands_in_on_the_page_and_the_parent_only_reads(
    world, homework, client_of
):
    url = reverse("diary:homework_one", args=[homework.pk])
    student, parent = client_of(world.student), client_of(world.parent)
    week = {"week": f"{homework.lesson.date:%G-W%V}"}
    link = f'<a href="{url}{{}}">Нужно сдать работу</a>'
    assert link.format("") in student.get("/diary/", week).content.decode()
    # Of two children the one whose week it is: both may sit in one group.
    child = {"child": world.students[0].pk}
    page = parent.get("/diary/", week | child).content.decode()
    assert link.format(f"?child={child['child']}") in page
    assert "<textarea" in student.get(url).content.decode()
    bad = student.post(url, {"text": "", "file": upload("a.exe")})
    assert bad.status_code == 400 and "Приложите файл" in bad.content.decode()
    attack = "<script>alert(1)</script>"
    assert student.post(url, {"text": attack, "file": upload()}).status_code == 302
    page = parent.get(url).content.decode()
    assert "сдано" in page and "<textarea" not in page and "<script>alert" not in page
    assert parent.post(url, {"text": "за ребёнка"}).status_code == 403
    assert Submission.objects.get().text == attack
    listed = parent.get(reverse("diary:homework")).content.decode()
    assert "сдано, проверяют" in listed


def test_the_homework_of_others_is_no_page(world, homework, client_of):
    url = reverse("diary:homework_one", args=[homework.pk])
    assert client_of(world.people["stranger"]).get(url).status_code == 404
    sister = {"child": world.sister.pk}
    assert client_of(world.parent).get(url, sister).status_code == 404
    assert client_of(world.parent).get(url).status_code == 200


def test_the_list_costs_one_query_whatever_it_lists(world, homework):
    spans = [Span(world.group.pk, "", world.year.start, None)]
    student = world.students[0].pk

    def asked():
        with CaptureQueriesContext(connection) as queries:
            found = homework_of(student, spans, world.year.start, world.today)
        return len(queries), len(found)

    assert asked() == (1, 1)
    for one in (world.lesson_old, world.lesson2_past):
        assign(one, Assignment(due_on=world.today, files=(upload(), upload())))
    assert asked() == (1, 3)


# Files


def test_files_are_handed_out_by_rights_as_downloads(world, homework, client_of):
    work = hand_in(world.student, homework, "", upload("моя работа.pdf"))
    task = reverse("file_homework", args=[homework.files.get().pk])
    own = reverse("file_submission", args=[work.pk])
    for name in ("student", "parent", "teacher", "deputy"):
        for url in (task, own):
            answer = client_of(world.people[name]).get(url)
            assert answer.status_code == 200, (name, url)
            assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    classmate = world.students[1]
    classmate.user = User.objects.create(
        username="classmate", acknowledged_at=timezone.now()
    )
    classmate.save()
    give_role(classmate.user, "student")
    shared = client_of(classmate.user).get(task)
    assert b"".join(shared.streaming_content) == PDF
    assert client_of(classmate.user).get(own).status_code == 404
    for user in (world.people["stranger"], world.teacher_elsewhere):
        assert client_of(user).get(task).status_code == 404
        assert client_of(user).get(own).status_code == 404
    assert client_of(world.people["stranger"]).get(f"{own}0").status_code == 404
