"""The week of the diary says what is other than the timetable means."""

import datetime

from journal.domain.timetable.changes import Wish, cancel_lesson, change_lesson
from journal.models import Room


def html(client, day):
    year, number, _ = day.isocalendar()
    answer = client.get(f"/diary/?week={year}-W{number:02}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_family_sees_each_kind_of_change(world, week, client_of):
    client = client_of(world.student)
    assert 'class="tag warn"' not in html(client, week.monday)
    wish = Wish(
        teacher=world.master.employee,
        room=Room.objects.create(number="303"),
        day=week.tuesday,
        number=3,
    )
    change_lesson(world.dispatcher, week.first, wish)
    page = html(client, week.monday)
    assert "замена преподавателя: вместо Жданов\N{NO-BREAK SPACE}Л." in page
    assert f"перенесено с {week.monday.day} октября, 1-е занятие" in page
    assert "кабинет вместо 101" in page
    change_lesson(
        world.dispatcher,
        week.second,
        Wish(course=world.practice, teacher=world.master.employee),
    )
    assert "вместо: Физика" in html(client, week.monday)
    cancel_lesson(world.dispatcher, week.second, "Карантин")
    assert "отменено: Карантин" in html(client, week.monday)


def test_the_week_leads_to_the_timetable_and_the_calendar(world, client_of):
    page = html(client_of(world.student), world.today)
    assert f'href="/timetable/group/{world.group.pk}/?week=' in page
    assert 'href="/timetable/calendar/"' in page
    later = world.today + datetime.timedelta(days=7)
    assert "/timetable/group/" in html(client_of(world.parent), later)
