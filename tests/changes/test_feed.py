"""The calendar feed: one's own timetable, at a secret address, as programs read it."""

import datetime
import re

import pytest
from icalendar import Calendar

from journal.domain.timetable.changes import Wish, cancel_lesson, change_lesson
from journal.models import (
    CalendarFeed,
    ExamEvent,
    ExamMember,
    Guardianship,
    Lesson,
    Role,
    Subgroup,
)

pytestmark = pytest.mark.on_postgresql(
    "test_a_plainer_reader_finds_the_same",
    "test_a_day_of_practice_is_a_whole_day",
    "test_a_closed_account_has_no_calendar",
    "test_rights_are_asked_at_every_request",
    "test_a_renewed_address_ends_the_old_one_and_revoked_ends_both",
    "test_no_proxy_keeps_it_and_the_same_is_not_sent_twice",
)

PAGE = "/timetable/calendar/"
UTC = datetime.UTC


@pytest.fixture
def address_of(client_of):
    """The address that a person makes on the page."""

    def made(user) -> str:
        client = client_of(user)
        assert client.post(PAGE, {"act": "renew"}).status_code == 302
        page = client.get(PAGE).content.decode()
        return re.search(r'/timetable/calendar/[^<"]+\.ics', page)[0]

    return made


def read(client, address) -> list:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def titles(events) -> set[str]:
    return {str(event["summary"]) for event in events}


def test_a_teacher_reads_the_own_lessons_in_a_calendar_program(
    world, client, address_of
):
    events = read(client, address_of(world.teacher))
    assert titles(events) == {
        "Математика (2-ИС)",
        "Физика (2-ИС)",  # given yesterday instead of the other teacher
    }
    today = next(
        event
        for event in events
        if event["uid"].startswith(f"lesson-{world.lesson.pk}@")
    )
    day = world.today
    moscow = datetime.timedelta(hours=3)
    begins = datetime.datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - moscow
    assert today["dtstart"].dt == begins
    assert today["dtend"].dt == begins + datetime.timedelta(minutes=90)
    assert today["status"] == "CONFIRMED"


def test_a_plainer_reader_finds_the_same(world, client, address_of):
    """Lines unfolded and split by hand, as RFC 5545 writes them."""
    body = client.get(address_of(world.student)).content
    assert b"\r\n" in body
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    lines = body.decode().replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") > 3
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == len(uids) == lines.count("BEGIN:VEVENT")
    starts = [line for line in lines if line.startswith("DTSTART")]
    assert all(re.fullmatch(r"DTSTART:\d{8}T\d{6}Z", line) for line in starts)
    assert "SUMMARY:Математика (2-ИС)" in lines


def test_a_cancelled_lesson_stays_as_cancelled_under_its_name(
    world, client, address_of
):
    address = address_of(world.student)
    uid = f"lesson-{world.lesson2.pk}@testserver"
    before = next(one for one in read(client, address) if one["uid"] == uid)
    cancel_lesson(world.dispatcher, world.lesson2, "Карантин")
    after = next(one for one in read(client, address) if one["uid"] == uid)
    assert before["status"] == "CONFIRMED"
    assert after["status"] == "CANCELLED"
    assert "Карантин" in after["description"]
    assert after["sequence"] > before["sequence"]
    assert after["last-modified"].dt >= before["last-modified"].dt


def test_a_lesson_moved_keeps_its_name_and_has_another_hour(world, client, address_of):
    address = address_of(world.student)
    tomorrow = world.today + datetime.timedelta(days=1)
    change_lesson(world.dispatcher, world.lesson2, Wish(day=tomorrow, number=4))
    uid = f"lesson-{world.lesson2.pk}@testserver"
    event = next(one for one in read(client, address) if one["uid"] == uid)
    assert event["dtstart"].dt.date() == tomorrow
    assert event["dtstart"].dt.hour == 15 - 3


def test_families_have_their_own_groups_alone(world, client, address_of):
    assert "Экономика организации (1-ЭК)" not in titles(
        read(client, address_of(world.student))
    )
    found = titles(read(client, address_of(world.parent)))
    assert {"Математика (2-ИС)", "Экономика организации (1-ЭК)"} <= found


def test_nothing_of_what_is_inside_a_lesson_leaves(world, client, address_of):
    lesson = world.lesson
    lesson.topic, lesson.homework, lesson.content = "Тайна", "Секрет", "Скрыто"
    lesson.save()
    body = client.get(address_of(world.parent)).content.decode().replace("\r\n ", "")
    for words in ("Тайна", "Секрет", "Скрыто", "Абрамова", "Пределы", "§"):
        assert words not in body


def test_a_part_of_the_group_reads_its_own_lessons(world, client, address_of):
    part = Subgroup.objects.create(course=world.course2, number=1)
    world.lesson2.subgroup = part
    world.lesson2.save()
    uids = {str(one["uid"]) for one in read(client, address_of(world.student))}
    assert f"lesson-{world.lesson2.pk}@testserver" not in uids


def test_exams_are_in_the_calendars_of_all_who_come(world, client, address_of):
    event = ExamEvent.objects.create(
        group=world.group,
        title="Защита; с «особыми», знаками\\",
        kind="defence",
        date=world.today + datetime.timedelta(days=9),
        starts_at="10:00",
        ends_at="14:00",
        room=world.room2,
        teacher=world.teacher.employee,
    )
    ExamMember.objects.create(event=event, employee=world.master.employee)
    title = "ГИА: защита выпускной работы: Защита; с «особыми», знаками\\ (2-ИС)"
    for name in ("teacher", "master", "student", "parent"):
        assert title in titles(read(client, address_of(world.people[name]))), name
    assert title not in titles(read(client, address_of(world.stranger)))


def test_a_day_of_practice_is_a_whole_day(world, client, address_of):
    tomorrow = world.today + datetime.timedelta(days=1)
    world.lesson_practice.date, world.lesson_practice.number = tomorrow, None
    world.lesson_practice.save()
    uid = f"lesson-{world.lesson_practice.pk}@testserver"
    event = next(
        one for one in read(client, address_of(world.master)) if one["uid"] == uid
    )
    assert event["dtstart"].dt == tomorrow
    assert event["dtend"].dt == tomorrow + datetime.timedelta(days=1)


# The secret


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 64, "a" * 500, "%00", "🙂"])
def test_an_unknown_address_is_not_there(world, client, token):
    answer = client.get(f"/timetable/calendar/{token}.ics")
    assert answer.status_code == 404
    assert answer.content.decode() == "Такого календаря нет."


def test_a_closed_account_has_no_calendar(world, client, address_of):
    address = address_of(world.student)
    for fields in (
        {"is_active": False},
        {"valid_until": world.today},
        {"valid_from": world.today + datetime.timedelta(days=1)},
    ):
        user = type(world.student).objects.get(pk=world.student.pk)
        for name, value in fields.items():
            setattr(user, name, value)
        user.save()
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer.content.decode() == "Такого календаря нет."
        world.student.save()
    assert client.get(address).status_code == 200


def test_rights_are_asked_at_every_request(world, client, address_of):
    address = address_of(world.trustee)
    assert titles(read(client, address))
    tie = Guardianship.objects.get(guardian=world.trustee.guardian)
    tie.end = world.today
    tie.save()
    assert read(client, address) == []
    address = address_of(world.student)
    role = Role.objects.get(slug="student")
    role.permissions.remove(role.permissions.get(codename="view_lesson"))
    assert read(client, address) == []


def test_a_renewed_address_ends_the_old_one_and_revoked_ends_both(
    world, client, client_of, address_of
):
    old = address_of(world.student)
    new = address_of(world.student)
    assert old != new
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    assert client_of(world.student).post(PAGE, {"act": "revoke"}).status_code == 302
    assert client.get(new).status_code == 404
    assert not CalendarFeed.objects.exists()
    assert client_of(world.student).post(PAGE, {"act": "x"}).status_code == 400


def test_one_persons_page_changes_no_other_address(world, client, address_of):
    address = address_of(world.student)
    assert address_of(world.teacher) != address
    assert client.get(address).status_code == 200


def test_the_secret_is_long_and_random(world, address_of):
    token = address_of(world.student).rpartition("/")[2].removesuffix(".ics")
    assert len(token) == 43


def test_no_proxy_keeps_it_and_the_same_is_not_sent_twice(world, client, address_of):
    address = address_of(world.student)
    answer = client.get(address)
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Last-Modified"]
    again = client.get(address, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "private, no-cache"
    cancel_lesson(world.dispatcher, world.lesson2)
    changed = client.get(address, headers={"if-none-match": answer["ETag"]})
    assert changed.status_code == 200
    assert client.post(address).status_code == 405


def test_a_feed_costs_the_same_whatever_it_holds(
    world, client, address_of, django_assert_num_queries
):
    address = address_of(world.teacher)
    with django_assert_num_queries(7):
        client.get(address)
    for number in range(5, 15):
        for days in range(3):
            Lesson.objects.create(
                course=world.course,
                date=world.today + datetime.timedelta(days=days),
                number=number,
                planned_teacher=world.teacher.employee,
                teacher=world.teacher.employee,
            )
    with django_assert_num_queries(7):
        client.get(address)
