"""The week: lessons of one's own group and subgroup, what was set, what was earned."""

import datetime
import re

import pytest

from journal.domain.people import give_role
from journal.domain.timetable import bells_on
from journal.models import (
    Absence,
    Bell,
    BellSchedule,
    CalendarDay,
    Lesson,
    Mark,
    Membership,
    Subgroup,
    SubgroupMember,
    Task,
)
from journal.pages.diary.reading import bells_between, read_week
from journal.pages.diary.week import monday_of, week_text
from tests import cast
from tests.diary.conftest import WEEK

pytestmark = pytest.mark.on_postgresql(
    "test_the_days_stand_in_order_and_today_is_marked_and_open",
    "test_a_week_holds_the_lessons_that_the_rights_know",
    "test_new_bell_times_do_not_rewrite_the_past",
    "test_bells_of_a_week_are_those_of_each_day",
)


def spans_of(student):
    from journal.domain.results import Span

    rows = Membership.objects.filter(student=student).order_by("start")
    return [
        Span(*row) for row in rows.values_list("group", "group__name", "start", "end")
    ]


def lessons_of(student, monday):
    days = read_week(student.pk, spans_of(student), monday)
    return {lesson.pk for day in days for lesson in day.lessons}


def day_html(page, name: str) -> str:
    """The part of a page between this day's heading and the next day."""
    return page.text.partition(f"<h2>{name}")[2].partition("<details")[0]


def lesson(world, offset, number, course=None, **fields):
    return cast.lesson(
        world, course or world.course, offset, number, "teacher", **fields
    )


# What a day shows


def test_a_lesson_shows_all_that_a_family_asks(world, read):
    world.lesson_past.room = world.room
    world.lesson_past.save()
    monday = day_html(read(world.student, "/diary/"), "Понедельник, 12 октября")
    for text in (
        "Математика",
        "9:00–10:30",
        "каб. 101",
        "Жданов\u00a0Л.\u00a0Б.",
        "лекция",
        "Пределы",
        "§ 1",
        "5<span",
        "(отлично)",
        "Ответ на занятии",
    ):
        assert text in monday, text


def test_a_room_that_has_a_name_is_called_by_it(world, read):
    world.room.number = "Спортивный зал"
    world.room.save()
    world.lesson_past.room = world.room
    world.lesson_past.save()
    monday = day_html(read(world.student, "/diary/"), "Понедельник, 12 октября")
    assert "Спортивный зал" in monday
    assert "каб." not in monday


def test_the_days_stand_in_order_and_today_is_marked_and_open(world, read):
    text = read(world.student, "/diary/").text
    days = re.findall(r"<h2>([А-Я][а-я]+),", text)
    assert days == ["Понедельник", "Вторник", "Среда", "Четверг", "Пятница"]
    assert text.count('id="today"') == 1
    assert re.search(r'<details class="day now" id="today" open>.*?Среда', text)
    assert '<details class="day" id="d2026-10-12"><summary>' in text  # folded
    assert '<details class="day" id="d2026-10-15" open>' in text


def test_a_week_gone_by_is_open_from_end_to_end(world, read):
    text = read(world.student, "/diary/?week=2026-W41").text
    assert text.count("<details") - 1 == text.count(" open>") > 0  # one is the menu


def test_the_weeks_before_and_after_are_one_tap_away(world, read):
    text = read(world.student, f"/diary/?week={WEEK}").text
    assert 'href="/diary/?week=2026-W41"' in text
    assert 'href="/diary/?week=2026-W43"' in text
    assert 'href="/diary/#today"' in text


def test_weight_is_told_where_it_is_not_one(world, read):
    week = week_text(world.lesson_old.date)
    text = read(world.student, f"/diary/?week={week}").text
    assert "Контрольная работа: Входной контроль, вес\u00a03" in text
    assert "вес" not in read(world.student, "/diary/").text.partition("<main")[2]


def test_an_absence_shows_its_letter_reason_and_hours(world, read):
    Absence.objects.create(
        lesson=world.lesson2_past,
        student=world.students[0],
        reason_id="б",
        hours=1,
    )
    monday = day_html(read(world.student, "/diary/"), "Понедельник")
    assert '<b class="mark noted">б</b> по болезни, 1\u00a0час' in monday


def test_a_cancelled_lesson_is_shown_as_cancelled_without_its_homework(world, read):
    one = lesson(world, 1, 3, is_cancelled=True, cancel_reason="карантин")
    one.homework = "не решать"
    one.save()
    day = day_html(read(world.student, "/diary/"), "Четверг")
    assert "отменено: карантин" in day and "не решать" not in day


def test_a_substitution_is_shown_with_who_gives_the_lesson(world, read):
    tuesday = day_html(read(world.student, "/diary/"), "Вторник")
    assert "замена преподавателя" in tuesday and "Жданов" in tuesday
    assert "замена" not in day_html(read(world.student, "/diary/"), "Понедельник")


def test_homework_set_the_last_time_is_due(world, read):
    page = read(world.student, "/diary/")
    today = day_html(page, "Среда")
    assert today.count("<i>К этому занятию:</i> § 1") == 1  # mathematics
    assert "К этому занятию:</i> § 1" in day_html(page, "Вторник")  # physics


def test_cancelled_lessons_set_nothing(world, read):
    assert "К этому занятию" in day_html(read(world.student, "/diary/"), "Среда")
    world.lesson_past.is_cancelled = True
    world.lesson_past.save()
    assert "К этому занятию" not in day_html(read(world.student, "/diary/"), "Среда")


def test_a_day_of_practice_has_no_bells(world, read):
    lesson(world, 2, None, course=world.practice)
    assert "весь день" in day_html(read(world.student, "/diary/"), "Пятница")


# Whose lessons


def test_a_week_holds_the_lessons_that_the_rights_know(world):
    lesson(world, 1, 5)
    monday = monday_of(WEEK)
    for user in (world.student, world.stranger):
        known = Lesson.objects.visible_to(user).filter(
            date__range=(monday, monday + datetime.timedelta(days=6))
        )
        assert lessons_of(user.student, monday) == {one.pk for one in known} != set()


def test_who_changed_groups_has_the_lessons_of_the_group_of_that_day(world):
    here = [lesson(world, -24, 3), lesson(world, -22, 3)]
    there = [
        lesson(world, offset, 3, course=world.course_elsewhere, teacher=giver)
        for offset, giver in (
            (-24, world.teacher_elsewhere.employee),
            (-22, world.teacher_elsewhere.employee),
        )
    ]
    monday = here[0].date - datetime.timedelta(days=here[0].date.weekday())
    # Moved on day −22: the first day in the new group.
    before, since = lessons_of(world.mover, monday), set()
    since |= lessons_of(world.mover, monday + datetime.timedelta(days=7))
    found = before | since
    assert there[0].pk in found and here[1].pk in found
    assert here[0].pk not in found and there[1].pk not in found


def test_who_moved_reads_both_groups_in_one_diary(world, read):
    user = cast.account("mover", "student")
    world.mover.user = user
    world.mover.save()
    lesson(world, -24, 3, course=world.course_elsewhere)
    old = read(user, f"/diary/?week={week_text(cast.day(world, -24))}")
    assert "Экономика организации" in old.text
    assert "Математика" in read(user, "/diary/").text
    marks = read(user, "/diary/marks/").text
    assert "группа 1-ЭК" in marks and "группа 2-ИС" in marks


def test_of_subgroups_only_the_own_one_by_date(world):
    first, second = (
        Subgroup.objects.create(course=world.course, number=number) for number in (1, 2)
    )
    student = world.students[0]
    since = cast.day(world, 1)
    SubgroupMember.objects.create(
        subgroup=first, student=student, start=world.year.start, end=since
    )
    SubgroupMember.objects.create(subgroup=second, student=student, start=since)
    made = {
        (offset, part.number): lesson(
            world,
            offset,
            5,
            subgroup=part,
            teacher=teacher.employee,
        )
        for offset in (0, 1)
        for part, teacher in ((first, world.teacher), (second, world.teacher2))
    }
    found = lessons_of(student, monday_of(WEEK))
    assert made[0, 1].pk in found and made[1, 2].pk in found
    assert made[0, 2].pk not in found and made[1, 1].pk not in found


def test_homework_of_the_other_subgroup_is_not_due(world, read):
    part = Subgroup.objects.create(course=world.course, number=1)
    lesson(world, -1, 4, subgroup=part, homework="только первой подгруппе")
    assert "только первой" not in read(world.student, "/diary/").text


# Bells and days


def test_new_bell_times_do_not_rewrite_the_past(world, read):
    old = BellSchedule.objects.get()
    old.end = world.today
    old.save()
    new = BellSchedule.objects.create(name="Новое", start=world.today)
    Bell.objects.create(
        schedule=new,
        number=1,
        starts_at=datetime.time(8, 15),
        ends_at=datetime.time(9, 45),
    )
    page = read(world.student, "/diary/")
    assert "9:00–10:30" in day_html(page, "Понедельник")
    assert "8:15–9:45" in day_html(page, "Среда")


def test_bells_of_a_week_are_those_of_each_day(world):
    short = BellSchedule.objects.create(
        name="Короткие", start=world.year.start, is_short=True
    )
    Bell.objects.create(
        schedule=short,
        number=1,
        starts_at=datetime.time(9),
        ends_at=datetime.time(9, 40),
    )
    later = BellSchedule.objects.create(name="С завтра", start=cast.day(world, 1))
    Bell.objects.create(
        schedule=later,
        number=1,
        starts_at=datetime.time(10),
        ends_at=datetime.time(11),
    )
    for offset in (-1, 2):
        CalendarDay.objects.create(date=cast.day(world, offset), kind="short")
    kinds = dict(CalendarDay.objects.values_list("date", "kind"))
    first, last = world.year.start - datetime.timedelta(days=3), cast.day(world, 5)
    bells = bells_between(first, last, kinds)
    assert len(set(map(str, bells.values()))) == 4  # none, usual, short, later
    assert all(found == bells_on(day) for day, found in bells.items())


def test_a_holiday_says_what_it_is(world, read):
    CalendarDay.objects.create(
        date=cast.day(world, 1), kind="holiday", note="День учителя"
    )
    day = day_html(read(world.student, "/diary/"), "Четверг")
    assert "День учителя" in day and "Выходной день." in day


# Empty weeks say why


def test_an_empty_week_of_holidays(world, read):
    for offset in range(19, 24):
        CalendarDay.objects.create(
            date=cast.day(world, offset), kind="holiday", note="осенние каникулы"
        )
    text = read(world.student, f"/diary/?week={week_text(cast.day(world, 19))}").text
    assert "Выходные дни (осенние каникулы)." in text


@pytest.mark.parametrize(
    ("offset", "why"),
    [
        (82, "Каникулы: эти дни не входят ни в один учебный период."),
        (19, "Расписание на эту неделю ещё не составлено."),
        (-60, "В эти дни студент не числился в группе."),
        (-20, "За эти дни в журнале нет занятий этой группы."),
    ],
)
def test_an_empty_week(world, read, offset, why):
    text = read(
        world.student, f"/diary/?week={week_text(cast.day(world, offset))}"
    ).text
    assert "На этой неделе занятий нет" in text and why in text


def test_a_staff_role_beside_the_family_changes_nothing(world, read):
    give_role(world.parent, "curator")
    assert read(world.parent, "/diary/").status == 200


def test_marks_of_others_are_not_in_the_week(world, read):
    task = Task.objects.create(lesson=world.lesson, number=1, kind=world.answer)
    Mark.objects.create(task=task, student=world.students[1], value="2")
    assert "неудовлетворительно" not in read(world.student, "/diary/").text
