"""Schedules of a session: the quick form, what it refuses, who sees them."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from journal.domain.timetable.session import (
    attestations_of,
    lines_of,
    problems_of,
    proposed,
    save_events,
)
from journal.models import (
    CalendarSpan,
    Course,
    ExamEvent,
    ExamMember,
    Group,
    StudyCalendar,
)
from journal.models.guards import RULES, rule_of

SESSION = reverse("admin:journal_examevent_session")


def exam(world, course="course", **fields):
    course = getattr(world, course)
    return ExamEvent(
        **{
            "group": course.group,
            "course": course,
            "kind": "exam",
            "date": world.today + datetime.timedelta(days=60),
            "starts_at": datetime.time(9),
            "ends_at": datetime.time(12),
            "teacher": world.teacher.employee,
            "room": world.room,
            **fields,
        }
    )


def refused(event, *rules):
    """The database names one of the rules that are broken."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        event.save()
    assert rule_of(error.value) in [RULES[rule] for rule in rules]


# What the database refuses


def test_nobody_and_nothing_is_at_two_exams_at_once(world):
    exam(world).save()
    world.other = Group.objects.create(
        name="3-ХХ", specialty=world.specialty, department=world.department
    )
    apart = {
        "course": "course_elsewhere",
        "teacher": world.master.employee,
        "room": world.room2,
    }
    exam(world, **apart).save()
    later = {"starts_at": datetime.time(11), "ends_at": datetime.time(14)}
    near = {**apart, **later}
    teacher = world.teacher.employee
    first = {"course": "course2", **later}
    refused(
        exam(world, **{**first, "teacher": teacher, "room": None}),
        "exam_people_free",
        "exam_group_free",
    )
    away = {**near, "group": world.other, "room": None}
    refused(exam(world, **{**away, "teacher": teacher}), "exam_people_free")
    other = {"teacher": world.teacher2.employee, "room": world.room}
    refused(exam(world, **{**away, **other}), "exam_room_free")
    alone = {"teacher": world.teacher2.employee, "room": None}
    refused(exam(world, "course2", **later, **alone), "exam_group_free")
    after = {"starts_at": datetime.time(12), "ends_at": datetime.time(14)}
    exam(world, "course2", **after).save()


def test_an_update_is_held_to_the_same(world):
    exam(world).save()
    second = exam(world, "course2", starts_at=datetime.time(12))
    second.ends_at = datetime.time(14)
    second.save()
    second.starts_at = datetime.time(10)
    refused(second, "exam_people_free", "exam_room_free", "exam_group_free")


def test_members_of_a_commission_sit_once(world):
    first = exam(world)
    first.save()
    second = exam(
        world, "course_elsewhere", teacher=world.teacher2.employee, room=world.room2
    )
    second.save()
    ExamMember.objects.create(event=first, employee=world.master.employee)
    for busy in (world.master, world.teacher):
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            ExamMember.objects.create(event=second, employee=busy.employee)
        assert rule_of(error.value) == RULES["exam_member_free"]
    ExamMember.objects.create(event=second, employee=world.deputy.employee)
    second.teacher = world.master.employee
    refused(second, "exam_people_free")
    third = exam(world, "course_elsewhere", date=world.today, teacher=None, room=None)
    third.save()
    ExamMember.objects.create(event=third, employee=world.master.employee)
    third.date = first.date
    third.starts_at, third.ends_at = datetime.time(12), datetime.time(13)
    third.save()
    third.starts_at = datetime.time(11)
    third.group = Group.objects.create(
        name="3-ХХ", specialty=world.specialty, department=world.department
    )
    refused(third, "exam_people_free")


def test_groups_may_sit_one_exam_together(world):
    exam(world).save()
    joint = Course.objects.create(
        group=world.group2,
        period=world.period,
        discipline=world.course.discipline,
        attestation_form="exam",
    )
    world.joint = joint
    exam(world, "joint").save()
    refused(
        exam(world, "joint", ends_at=datetime.time(13), room=world.room2),
        "exam_people_free",
        "exam_group_free",
    )


def test_parts_of_a_group_may_be_examined_side_by_side(world):
    exam(world).save()
    exam(world, teacher=world.teacher2.employee, room=world.room2).save()
    refused(exam(world, teacher=None, room=None), "exam_group_free")


# What is proposed


def test_each_form_of_attestation_asks_for_its_events(world):
    lines = lines_of(world.group, world.period)
    assert [(str(line.course.discipline), line.kind) for line in lines] == [
        ("История", "consultation"),
        ("История", "exam"),
        ("Математика", "consultation"),
        ("Математика", "exam"),
        ("Учебная практика", "credit"),
        ("Физика", "credit"),
    ]
    exam(world).save()
    final = exam(world, kind="defence", title="Защита", room=None)
    final.date += datetime.timedelta(days=3)
    final.course = None
    final.save()
    lines = lines_of(world.group, world.period)
    assert [line.kind for line in lines if line.event] == ["exam", "defence"]


def test_exams_are_proposed_in_the_session_with_days_between(world):
    calendar = StudyCalendar.objects.create(
        name="Основной", year=world.year, is_main=True
    )
    first = world.today + datetime.timedelta(days=68)  # a Monday
    CalendarSpan.objects.create(
        calendar=calendar,
        kind="session",
        first_day=first,
        last_day=first + datetime.timedelta(days=12),
    )
    lines = lines_of(world.group, world.period)
    plan = proposed(lines, world.group, world.period)
    assert {lines[place].kind for place in plan} == {"consultation", "exam"}
    days = sorted(
        day for place, (day, _) in plan.items() if lines[place].kind == "exam"
    )
    assert len(days) == 2
    assert days[0] >= first + datetime.timedelta(days=1)
    assert (days[1] - days[0]).days >= 3
    assert all(day.isoweekday() < 7 for day in days)
    assert all(first <= day for day, _ in plan.values())


def test_without_a_calendar_the_last_days_of_the_term_are_proposed(world):
    lines = lines_of(world.group, world.period)
    plan = proposed(lines, world.group, world.period)
    assert plan
    for day, _ in plan.values():
        assert world.period.first_day <= day <= world.period.last_day


def test_lessons_of_that_day_are_told(world, week):
    event = exam(world, date=week.monday, ends_at=datetime.time(10))
    words = problems_of([event])
    assert any("Преподаватель в это время занят" in one for one in words)
    assert any("У группы в это время другое занятие" in one for one in words)
    event.starts_at, event.ends_at = datetime.time(16, 30), datetime.time(18)
    assert problems_of([event]) == []


def test_events_are_saved_all_or_none_and_with_history(world):
    events = [exam(world), exam(world, "course2")]
    with pytest.raises(ValidationError) as error:
        save_events(world.dispatcher, events)
    assert error.value.messages[0].startswith("Физика, экзамен")
    assert not ExamEvent.objects.exists()
    event = exam(world)
    save_events(world.dispatcher, [event])
    ExamMember.objects.create(event=event, employee=world.master.employee)
    save_events(world.dispatcher, [], [event])
    assert not ExamEvent.objects.exists()
    assert ExamEvent.history.latest().history_user == world.dispatcher


# The page


def html(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def fields(world, course, kind, **values):
    prefix = f"c{course.pk}-{kind}"
    return {f"{prefix}-{name}": value for name, value in values.items()}


def test_the_page_is_for_those_who_plan_sessions(world, client_of):
    may = {"deputy", "studyunit", "dispatcher"}
    for name, user in world.people.items():
        if user.is_staff:
            status = 200 if name in may else 403
            assert client_of(user).get(SESSION).status_code == status, name
    page = f"{SESSION}?group={world.group2.pk}"
    assert client_of(world.studyunit).get(page).status_code == 404
    assert client_of(world.dispatcher).get(page).status_code == 200
    for query in ("group=x", f"group={world.group.pk}&period=x"):
        answer = client_of(world.dispatcher).get(f"{SESSION}?{query}")
        assert answer.status_code == 400
    assert client_of(world.dispatcher).get(f"{SESSION}?group=999").status_code == 404


def test_the_term_that_runs_is_offered_first(world, client_of):
    shown = html(client_of(world.dispatcher).get(SESSION))
    assert f'value="{world.period.pk}" selected' in shown


def test_a_session_is_entered_on_one_page(world, client_of):
    client, page = client_of(world.dispatcher), f"{SESSION}?group={world.group.pk}"
    shown = html(client.get(page))
    assert "Учебная практика" in shown
    assert "дифференцированный зачёт" in shown
    day = world.today + datetime.timedelta(days=60)
    hours = {"date": day, "starts_at": "09:00", "ends_at": "12:00"}
    data = fields(
        world,
        world.course,
        "exam",
        **hours,
        room=world.room.pk,
        teacher=world.teacher.employee.pk,
    )
    data |= {
        "final0-kind": "defence",
        "final0-title": "Защита",
        "final0-date": day + datetime.timedelta(days=5),
        "final0-starts_at": "10:00",
        "final0-ends_at": "14:00",
    }
    assert client.post(page, data).status_code == 302
    event = ExamEvent.objects.get(course=world.course)
    assert (event.date, event.room, event.kind) == (day, world.room, "exam")
    assert event.history.get().history_user == world.dispatcher
    final = ExamEvent.objects.get(course=None)
    assert (final.title, final.kind) == ("Защита", "defence")
    # Without a date there is no event.
    assert client.post(page, {}).status_code == 302
    assert not ExamEvent.objects.exists()


def test_a_wrong_line_keeps_all_of_them_from_being_saved(world, client_of):
    client, page = client_of(world.dispatcher), f"{SESSION}?group={world.group.pk}"
    day = world.today + datetime.timedelta(days=60)
    for values, words in (
        ({"date": day}, "Укажите начало и конец."),
        (
            {"date": day, "starts_at": "12:00", "ends_at": "09:00"},
            "Конец должен быть позже начала.",
        ),
        ({"date": "вчера"}, "Исправьте отмеченные строки."),
        (
            {"date": day, "starts_at": "09:00", "ends_at": "12:00", "room": "777"},
            "Исправьте отмеченные строки.",
        ),
    ):
        data = fields(world, world.course, "exam", **values)
        assert words in html(client.post(page, data))
    assert not ExamEvent.objects.exists()


def test_lessons_in_the_way_are_told_and_may_be_overruled(world, week, client_of):
    client, page = client_of(world.dispatcher), f"{SESSION}?group={world.group.pk}"
    data = fields(
        world,
        world.course,
        "exam",
        date=week.monday,
        starts_at="09:00",
        ends_at="10:00",
    )
    shown = html(client.post(page, data))
    assert "Сохранить всё равно" in shown
    assert "У группы в это время другое занятие: группа 2-ИС, Математика" in shown
    assert not ExamEvent.objects.exists()
    assert client.post(page, data | {"anyway": "1"}).status_code == 302
    assert ExamEvent.objects.get().date == week.monday


def test_a_proposal_is_saved_as_it_stands(world, client_of):
    client = client_of(world.dispatcher)
    page = f"{SESSION}?group={world.group.pk}&propose=1"
    plan = proposed(lines_of(world.group, world.period), world.group, world.period)
    lines = lines_of(world.group, world.period)
    data = {"anyway": "1"}
    for place, (day, (start, end)) in plan.items():
        course, kind = lines[place].course, lines[place].kind
        assert day.isoformat() in html(client.get(page))
        data |= fields(world, course, kind, date=day, starts_at=start, ends_at=end)
    assert client.post(page, data).status_code == 302
    assert ExamEvent.objects.count() == len(plan)


# Families


def test_attestations_have_their_forms_whether_held_or_not(world):
    exam(world).save()
    found, others = attestations_of(world.group.pk, world.period)
    assert [(str(one.course.discipline), one.form) for one in found][:2] == [
        ("История", "Экзамен"),
        ("Математика", "Экзамен"),
    ]
    assert [len(one.events) for one in found] == [0, 1, 0, 0]
    assert others == []


def test_families_see_forms_and_schedule_in_the_diary(world, client_of):
    event = exam(world)
    event.save()
    ExamMember.objects.create(event=event, employee=world.master.employee, post="chair")
    final = exam(world, kind="defence", title="Защита проекта", room=None)
    final.course, final.date = None, event.date + datetime.timedelta(days=4)
    final.save()
    for name in ("student", "parent", "trustee"):
        page = html(
            client_of(world.people[name]).get(
                f"/diary/attestation/?child={world.students[0].pk}"
            )
        )
        assert "Дифференцированный зачёт" in page
        assert "Физика" in page
        assert "9:00–12:00" in page
        assert "Цветков" in page
        assert "Защита проекта" in page
        assert "Экономика" not in page
    page = html(client_of(world.stranger).get("/diary/attestation/"))
    assert "Математика" not in page
    assert (
        client_of(world.stranger)
        .get(f"/diary/attestation/?child={world.students[0].pk}")
        .status_code
        == 404
    )


def test_the_attestation_page_costs_the_same_whatever_it_holds(
    world, client_of, django_assert_max_num_queries
):
    client = client_of(world.student)
    client.get("/diary/attestation/")
    for hour in range(8, 20):
        event = exam(
            world,
            date=world.today,
            starts_at=datetime.time(hour),
            ends_at=datetime.time(hour, 50),
        )
        event.save()
        ExamMember.objects.create(event=event, employee=world.master.employee)
    with django_assert_max_num_queries(8):
        html(client.get("/diary/attestation/"))
