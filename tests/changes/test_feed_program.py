"""The feed read back by a calendar program (calcurse), at the hours of the wall."""

import datetime
import os
import re
import shutil
import subprocess

import pytest

from journal.domain.timetable import bells_on
from journal.domain.timetable.changes import Wish, cancel_lesson, change_lesson
from journal.models import ExamEvent, Lesson
from tests.changes.test_feed import address_of  # noqa: F401
from tests.conftest import lacking

TIME = re.compile(
    r"(?P<day>\S+) @ (?P<start>\S+) -> (\S+) @ (?P<end>\d+:\d+)(?:>\w+)? ?\|(?P<title>.*)"
)
WHOLE = re.compile(r"(?P<day>\S+) \[1\](?:>\w+)? (?P<title>.*)")


@pytest.fixture
def program(tmp_path):
    """A file in; what the program holds out: (day, start, end, title), sorted."""
    if not shutil.which("calcurse"):
        lacking("calcurse", "calcurse is not installed")
    environment = os.environ | {"TZ": "Europe/Moscow", "LC_ALL": "C.UTF-8"}

    def run(*arguments) -> str:
        command = ["calcurse", "-D", tmp_path / "calendar", *arguments]
        done = subprocess.run(
            command, env=environment, capture_output=True, check=True, timeout=20
        )
        return done.stdout.decode()

    def read(body: bytes) -> list[tuple[str, str, str, str]]:
        (tmp_path / "calendar").mkdir(exist_ok=True)
        for kept in (tmp_path / "calendar").glob("apts"):
            kept.unlink()
        file = tmp_path / "feed.ics"
        file.write_bytes(body)
        assert " 0 skipped" in run("-i", file)
        found = []
        for line in run("-G").splitlines():
            if timed := TIME.fullmatch(line):
                found.append(timed.group("day", "start", "end", "title"))
            else:
                day, title = WHOLE.fullmatch(line).group("day", "title")
                found.append((day, "", "", title))
        return sorted(found)

    return read


def expected(lesson: Lesson, title: str) -> tuple[str, str, str, str]:
    start, end = bells_on(lesson.date)[lesson.number]
    return (f"{lesson.date:%m/%d/%Y}", f"{start:%H:%M}", f"{end:%H:%M}", title)


@pytest.fixture
def changed_week(world, week):
    """What a calendar must hold of it: one lesson given by another, one moved, one
    cancelled, a whole day, an exam."""
    employee = world.teacher.employee
    own = {"course": world.course, "teacher": employee, "planned_teacher": employee}
    change_lesson(world.dispatcher, week.second, Wish(teacher=employee))
    change_lesson(world.dispatcher, week.first, Wish(day=week.tuesday, number=3))
    lost = Lesson.objects.create(**own, date=week.tuesday, number=4)
    cancel_lesson(world.dispatcher, lost, "Карантин")
    whole = week.tuesday + datetime.timedelta(days=1)
    Lesson.objects.create(**own, date=whole)
    exam = ExamEvent.objects.create(
        group=world.group,
        title="Защита; с «особыми», знаками",
        kind="defence",
        date=week.tuesday + datetime.timedelta(days=2),
        starts_at="10:00",
        ends_at="14:05",
        room=world.room2,
        teacher=employee,
    )
    title = f"ГИА: защита выпускной работы: {exam.title} (2-ИС)"
    moved = Lesson.objects.get(pk=week.first.pk)
    return {
        expected(week.second, "Физика (2-ИС)"),
        expected(moved, "Математика (2-ИС)"),
        expected(lost, "Отменено: Математика (2-ИС)"),
        (f"{whole:%m/%d/%Y}", "", "", "Математика (2-ИС)"),
        (f"{exam.date:%m/%d/%Y}", "10:00", "14:05", title),
    }


def test_a_week_with_changes_is_the_same_in_a_calendar_program(
    world,
    week,
    client,
    program,
    changed_week,
    address_of,  # noqa: F811
):
    body = client.get(address_of(world.teacher)).content
    first, last = f"{week.monday:%m/%d}", f"{week.monday:%m/}31"
    found = [one for one in program(body) if first <= one[0][:5] <= last]
    assert len(found) == len(changed_week) and set(found) == changed_week
