"""All marks by discipline, the average, hours missed; over the whole time of study."""

import datetime

import pytest
from django.utils import timezone

from journal.domain.lessons.owed import SIGN
from journal.domain.results import Span, courses_of
from journal.models import (
    Absence,
    AcademicYear,
    Course,
    Exemption,
    Mark,
    Membership,
    Period,
    Result,
    Sheet,
    SheetPart,
    Task,
    TimetableEntry,
)
from journal.pages.diary.reading import read_works
from tests import cast
from tests.diary.conftest import crowd

pytestmark = pytest.mark.on_postgresql(
    "test_marks_stand_in_the_order_of_dates_with_date_and_work",
    "test_a_work_that_is_owed_stands_among_the_marks_and_does_not_count",
    "test_passes_and_fails_stand_but_do_not_count",
    "test_two_exemptions_of_one_course_do_not_double_it",
)


def course_html(page, name: str) -> str:
    """The part of a page between this discipline's heading and the next one's."""
    return page.text.partition(f"<h2>{name}</h2>")[2].partition("<h2>")[0]


def mark(world, lesson, value, kind=None, student=None):
    task = Task.objects.create(
        lesson=lesson,
        number=lesson.tasks.count() + 1,
        kind=kind or world.answer,
    )
    return Mark.objects.create(
        task=task, student=student or world.students[0], value=value
    )


@pytest.fixture
def years_ago(world):
    """A semester two years back, with a mark, in the group of that time."""
    start = cast.day(world, -800)
    year = AcademicYear.objects.create(
        name="позапрошлый", start=start, end=cast.day(world, -500)
    )
    period = Period.objects.create(
        year=year,
        kind="semester",
        number=1,
        first_day=start,
        last_day=cast.day(world, -700),
    )
    Membership.objects.create(
        student=world.students[0],
        group=world.group2,
        start=start,
        end=cast.day(world, -500),
    )
    course = Course.objects.create(
        group=world.group2, period=period, discipline=world.course.discipline
    )
    lesson = cast.lesson(world, course, -750, 1, "teacher")
    mark(world, lesson, "3")
    return period


def test_each_discipline_of_the_period_has_its_block(world, read):
    page = read(world.student, "/diary/marks/")
    for name in ("Математика", "Физика", "История", "Учебная практика"):
        assert f"<h2>{name}</h2>" in page.text
    assert "отметок нет" in course_html(page, "История")
    assert "Экономика организации" not in page.text


def test_marks_stand_in_the_order_of_dates_with_date_and_work(world, read):
    text = course_html(read(world.student, "/diary/marks/"), "Математика")
    old, new = world.lesson_old.date, world.lesson_past.date
    assert (
        text.index(f"{old:%d.%m.%Y}")
        < text.index("Контрольная работа: Входной контроль, вес\u00a03")
        < text.index(f"{new:%d.%m.%Y}")
        < text.index("Ответ на занятии")
    )
    assert "2\u00a0отметки" in text and "Форма аттестации: экзамен" in text


def test_the_average_is_weighted_and_written_with_a_comma(world, read):
    text = course_html(read(world.student, "/diary/marks/"), "Математика")
    assert "средний балл</span> <b>4,25</b>" in text  # (4·3 + 5) / 4


def test_a_work_that_is_owed_stands_among_the_marks_and_does_not_count(world, read):
    work = Task.objects.create(
        lesson=world.lesson_past, number=3, kind=world.test, is_required=True
    )
    text = course_html(read(world.student, "/diary/marks/"), "Математика")
    assert (
        "(отметки нет)" in text
        and "Контрольная работа, вес\u00a03, отметки ещё нет" in text
    )
    assert "4,25" in text and "2\u00a0отметки, без отметки: 1\u00a0работа" in text
    # Whoever sat in the group on that day owes it, whoever left it before does not.
    first, day = world.students[0].pk, work.lesson.date
    for end, owed in ((None, 1), (day + datetime.timedelta(days=1), 1), (day, 0)):
        spans = [Span(world.group.pk, "", world.year.start, end)]
        found = read_works(first, courses_of(first, spans), spans)
        assert [one.value for one in found].count(SIGN) == owed
    Mark.objects.create(task=work, student=world.students[0], value="4")
    text = course_html(read(world.student, "/diary/marks/"), "Математика")
    assert (
        "отметки нет" not in text
        and "без отметки" not in text
        and "3\u00a0отметки" in text
    )


def test_passes_and_fails_stand_but_do_not_count(world, read):
    mark(world, world.lesson_past, "х")
    mark(world, world.lesson_past, "з")
    text = course_html(read(world.student, "/diary/marks/"), "Математика")
    assert "4,25" in text and "(незачёт)" in text and "4\u00a0отметки" in text


def test_without_a_numeric_mark_there_is_no_average(world, read):
    mark(world, world.lesson_handed_over, "з")
    text = course_html(read(world.student, "/diary/marks/"), "История")
    assert "<b>—</b>" in text


def test_hours_missed_stand_by_the_discipline_and_lateness_does_not(world, read):
    for lesson, letter, hours in (
        (world.lesson_past, "о", 0),
        (world.lesson2_past, "н", 2),
        (world.lesson_substituted, "б", 1),
    ):
        Absence.objects.create(
            lesson=lesson, student=world.students[0], reason_id=letter, hours=hours
        )
    page = read(world.student, "/diary/marks/")
    assert "пропущено 3\u00a0часа" in course_html(page, "Физика")
    assert "пропущено" not in course_html(page, "Математика")


def test_an_exemption_is_shown_with_its_dates(world, read):
    Exemption.objects.create(
        student=world.students[0],
        course=world.course2,
        kind="exempt",
        document="Справка",
        start=cast.day(world, -10),
        end=cast.day(world, 11),
    )
    page = read(world.student, "/diary/marks/")
    physics = course_html(page, "Физика")
    assert "осв." in physics
    assert "Освобождение с 04.10.2026 по 24.10.2026" in physics
    assert "осв." not in course_html(page, "Математика")
    assert "осв." not in read(world.stranger, "/diary/marks/").text


def test_two_exemptions_of_one_course_do_not_double_it(world, read):
    for kind, start, end, mark in (
        ("exempt", -40, -10, ""),
        ("recredit", -10, None, "5"),
    ):
        Exemption.objects.create(
            student=world.students[0],
            course=world.course2,
            kind=kind,
            document="Приказ",
            start=cast.day(world, start),
            end=end and cast.day(world, end),
            mark=mark,
        )
    page = read(world.student, "/diary/marks/")
    assert page.text.count("<h2>Физика</h2>") == 1
    assert "п5</span>" in page.text
    assert "Перезачёт с отметкой «5» с" in page.text and "Освобождение с" in page.text


def test_signed_marks_stand_beside_the_average_as_soon_as_they_are_signed(world, read):
    """The term mark 4 is seen once it is signed; the retake of the exam stands over it."""
    first, second = world.students[:2]

    def sheet(kind, mark, attempt=1, state="signed", course=world.course):
        made = Sheet.objects.create(
            kind=kind,
            group=world.group,
            period=world.period,
            date=world.today,
            attempt=attempt,
        )
        SheetPart.objects.create(sheet=made, course=course)
        Result.objects.create(sheet=made, student=first, mark=mark)
        Result.objects.create(sheet=made, student=second, mark="5")
        made.state, made.signed_at = state, timezone.now()
        made.save()
        return made

    sheet("term", "3", state="draft")
    assert "за период" not in read(world.student, "/diary/marks/").text
    sheet("term", "4")
    sheet("exam", "2")
    sheet("exam", "3", attempt=2)
    sheet("credit", "з", course=world.course2)
    page = read(world.student, "/diary/marks/")
    own = course_html(page, "Математика")
    assert 'за период: <b class="mark ok">4<' in own
    assert 'экзамен: <b class="mark warn">3<' in own and "пересдача" in own
    assert "mark bad" not in own
    assert 'зачёт: <b class="mark ok">з<' in course_html(page, "Физика")


def test_marks_of_classmates_are_not_there(world, read):
    mark(world, world.lesson_past, "2", student=world.students[1])
    assert "неудовлетворительно" not in read(world.student, "/diary/marks/").text


def test_every_period_of_study_can_be_opened(world, read, years_ago):
    page = read(world.student, "/diary/marks/")
    assert page.text.count('<a href="?period=') == 2
    assert "1 семестр позапрошлый" in page.text
    old = read(world.student, f"/diary/marks/?period={years_ago.pk}")
    assert "3,00" in old.text and "4,25" not in old.text
    missing = read(world.stranger, f"/diary/marks/?period={years_ago.pk}")
    assert missing.status == 404


def test_between_terms_the_last_one_is_open(world, read, today, years_ago):
    world.period.last_day = today - datetime.timedelta(days=1)
    TimetableEntry.objects.all().delete()
    world.period.save()
    assert "4,25" in read(world.student, "/diary/marks/").text


@pytest.mark.parametrize("page", ["marks", "attendance"])
@pytest.mark.parametrize("period", ["abc", "-1", "1.5", "' OR 1", "١", "<b>"])
def test_a_period_that_is_none_is_refused(world, read, page, period):
    answer = read(world.student, f"/diary/{page}/?period={period}")
    assert answer.status == 400 and "Выберите его из списка" in answer.text
    assert "<b>" not in answer.text.partition("Период указан")[2]


@pytest.mark.parametrize("page", ["marks", "attendance"])
@pytest.mark.parametrize("period", ["0", "9" * 30])
def test_a_period_of_nobody_is_not_found(world, read, page, period):
    assert read(world.student, f"/diary/{page}/?period={period}").status == 404


@pytest.mark.parametrize(("days", "a_day"), [(0, 0), (1, 1), (6, 5)])
@pytest.mark.parametrize("name", ["student", "parent"])
def test_all_marks_take_eight_queries_however_many(world, read, days, a_day, name):
    if days:
        crowd(world, days, a_day)
    page = read(world.people[name], "/diary/marks/", warm=True)
    assert page.text.count("<tr><td>") == 3 + days * a_day
    assert page.queries == 8, "\n".join(page.sql)
