"""Every page of the diary: nonsense refused, text shown as text, light and quick."""

import datetime
import itertools
import re

import pytest
from django.utils.http import urlencode

from journal.domain.words import hours, week_of
from journal.models import Absence, CalendarDay, Exemption
from journal.pages.diary.pieces import linked
from tests import cast
from tests.diary.conftest import crowd

pytestmark = pytest.mark.on_postgresql(
    "test_the_first_and_the_last_week_lead_no_further",
    "test_what_people_wrote_is_shown_as_text",
    "test_a_week_takes_as_many_queries_for_1_lesson_as_for_30",
)

ATTACK = "<script>alert(1)</script>{{7*7}}"
SHOWN = "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}"


# Nonsense in the address


@pytest.mark.parametrize(
    "week",
    [
        "9999-W99",
        "2026-W00",
        "2026-W54",
        "2025-W53",
        "1999-W01",
        "2100-W01",
        "2026-47",
        "2026-W47-1",
        "2026-w47",
        "' OR 1",
        "2026-W4７",
        "٢٠٢٦-W47",
        "\x00",
        "2026-W47\n",
        "9" * 5000,
        "<script>alert(1)</script>",
    ],
)
def test_a_week_that_is_none_is_refused_with_what_is_allowed(world, read, week):
    page = read(world.student, f"/diary/?{urlencode({'week': week})}")
    assert page.status == 400
    assert "Допустимо: год и номер недели" in page.text
    assert "<script>" not in page.text and week[:40] not in page.text.split("<h1>")[1]


def test_the_first_and_the_last_week_lead_no_further(world, read):
    first = read(world.student, "/diary/?week=2000-W01").text
    last = read(world.student, "/diary/?week=2099-W53").text
    assert "Предыдущая неделя" not in first and "Следующая неделя" in first
    assert "Следующая неделя" not in last and "Предыдущая неделя" in last


# Text of people


def attack(world):
    """Every text that the diary shows, written by somebody who means harm."""
    one = world.lesson_past
    for name in ("topic", "homework", "links", "content"):
        setattr(one, name, ATTACK)
    one.room = world.room
    one.teacher.middle_name = "<b>"
    one.save()
    cast.lesson(
        world,
        world.course,
        -1,
        5,
        "teacher",
        is_cancelled=True,
        cancel_reason=ATTACK,
    )
    first = world.students[0]
    absence = Absence.objects.create(lesson=one, student=first, reason_id="н", hours=2)
    exemption = {"kind": "exempt", "start": world.today}
    named = (
        (one.teacher, "last_name"),
        (world.lecture, "name"),
        (world.room, "number"),
        (world.answer, "name"),
        (world.task, "topic"),
        (absence.reason, "name"),
        (world.course.discipline, "name"),
        (world.course2.discipline, "name"),
        (world.group, "name"),
        (first, "first_name"),
        (world.sister, "first_name"),
        (world.year, "name"),
        (CalendarDay(date=one.date, kind="working"), "note"),
        (Exemption(student=first, course=world.course, **exemption), "document"),
    )
    for row, name in named:
        length = type(row)._meta.get_field(name).max_length
        setattr(row, name, (ATTACK + str(row.pk))[-length:])
        row.save()


def test_what_people_wrote_is_shown_as_text(world, read):
    attack(world)
    address = f"?child={world.students[0].pk}"
    for page in ("/diary/", "/diary/marks/", "/diary/attendance/", "/diary/choose/"):
        text = read(world.parent, page + address).text
        assert "<script" not in text and "alert(1)" in text and "{{7*7}}" in text
    week = read(world.parent, f"/diary/{address}").text
    assert week.count(SHOWN) >= 9


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "JaVaScRiPt://example.org/%0aalert(1)",
        "//example.org",
        "ftp://example.org",
        "http://",
        "https://[",
        "vbscript:x",
    ],
)
def test_what_is_no_web_address_is_no_link(text):
    assert "<a" not in linked(text) and "<script" not in linked(text)


def test_web_addresses_are_links_that_give_nothing_away():
    found = linked('см. https://example.org/а?b=1&c="x", (http://b.ru).')
    assert found.startswith(
        'см. <a href="https://example.org/а?b=1&amp;c=" target="_blank" '
        'rel="noopener noreferrer">https://example.org/а?b=1&amp;c=</a>&quot;x&quot;, ('
    )
    assert '<a href="http://b.ru"' in found and found.endswith("</a>).")


# Cost


@pytest.mark.parametrize(("days", "a_day"), [(1, 1), (6, 5)])
@pytest.mark.parametrize(("name", "queries"), [("student", 8), ("parent", 8)])
def test_a_week_takes_as_many_queries_for_1_lesson_as_for_30(
    world, read, days, a_day, name, queries
):
    week = crowd(world, days, a_day)
    page = read(world.people[name], f"/diary/?week={week}", warm=True)
    assert page.text.count('<li class="lesson') == days * a_day
    assert page.queries == queries, "\n".join(page.sql)


def test_a_week_of_30_lessons_weighs_little_and_carries_no_script(world, read):
    page = read(world.parent, f"/diary/?week={crowd(world, 6, 5)}")
    assert page.size <= 30 * 1024
    assert "<script" not in page.text and " style=" not in page.text
    assert "unsafe" not in page.response["Content-Security-Policy"]
    assert page.response["Cache-Control"] == "no-store"


def test_headings_go_down_without_a_gap(world, read):
    for address in ("/diary/", "/diary/marks/", "/diary/attendance/"):
        levels = re.findall(r"<h(\d)", read(world.parent, address).text)
        assert levels[0] == "1" and levels.count("1") == 1
        steps = itertools.pairwise(levels)
        assert all(int(after) - int(before) <= 1 for before, after in steps)


# Words


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ((2026, 11, 16), "16–22 ноября 2026"),
        ((2026, 9, 28), "28 сентября – 4 октября 2026"),
        ((2026, 12, 28), "28 декабря 2026 – 3 января 2027"),
    ],
)
def test_a_week_in_words(day, text):
    assert week_of(datetime.date(*day)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 часов"),
        (1, "1 час"),
        (2, "2 часа"),
        (11, "11 часов"),
        (14, "14 часов"),
        (21, "21 час"),
        (25, "25 часов"),
        (112, "112 часов"),
    ],
)
def test_hours_in_words(number, text):
    assert hours(number).replace("\u00a0", " ") == text
