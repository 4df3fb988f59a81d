"""Teachers who write over HTTP, and a server of theirs that can be killed outright.

Beside the cast stand several groups of 25 students, each with one course in a period of
its own: 16 lessons of the last four days, all of one teacher who has eight sessions.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading

from tests.installation import ROOT, Installation, _wait_for

GROUPS, STUDENTS, LESSONS, SESSIONS = 6, 25, 16, 8
SETUP = """
import datetime, json, sys
import django
django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from journal.models import *
from tests import cast

GROUPS, STUDENTS, LESSONS, SESSIONS = map(int, sys.argv[1:])
like = Course.objects.get(discipline__name="Математика")
today = datetime.date.today()


def signed_in(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def begun(number):
    user = cast.account(f"writer{number}", "teacher")
    employee = cast.person(Employee, ("Писарев", "Ким", "Олегович"), user)
    group = Group.objects.create(name=f"3-ИС-{number}", course_year=3)
    period = Period.objects.create(
        year=like.period.year, kind="module", number=number + 1,
        first_day=like.period.first_day, last_day=like.period.last_day,
    )
    course = Course.objects.create(
        group=group, period=period, discipline=like.discipline, hours=72
    )
    CourseTeacher.objects.create(
        course=course, employee=employee, start=period.first_day, hours=72
    )
    students = [
        cast.person(Student, (f"Студент{place:02}", "Ян", "Львович"))
        for place in range(STUDENTS)
    ]
    for student in students:
        Membership.objects.create(
            student=student, group=group, start=period.first_day
        )
    lessons = [
        Lesson.objects.create(
            course=course, date=today - datetime.timedelta(days=1 + place // 4),
            number=5 + place % 4, planned_teacher=employee, teacher=employee,
        )
        for place in range(LESSONS)
    ]
    return {
        "students": [student.pk for student in students],
        "lessons": [lesson.pk for lesson in lessons],
        "period": period.pk,
        "sessions": [signed_in(user) for _ in range(SESSIONS)],
    }


with transaction.atomic():
    groups = [begun(number) for number in range(GROUPS)]
print(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "groups": groups}))
"""

# Django is imported once; every server after that is a fork, ready in a moment.
LAUNCHER = """
import os, sys
import config.wsgi
from django.db import connections
from gunicorn.app.wsgiapp import run
connections.close_all()
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.setsid()
        sys.argv = ["gunicorn", "config.wsgi", *line.split()]
        run()
    print(pid, flush=True)
    os.waitpid(pid, 0)
    print("gone", flush=True)
"""
# What must not be: a row that is not as its newest history row says, or that has none,
# or history of a row that is not there.
TORN = """
WITH newest AS (
    SELECT past.id, past.{value} AS said, past.history_type AS kind
    FROM journal_historical{name} past WHERE past.history_id = (
        SELECT max(last.history_id) FROM journal_historical{name} last
        WHERE last.id = past.id)
)
SELECT '{name}', now.id FROM journal_{name} now LEFT JOIN newest ON newest.id = now.id
WHERE said IS NULL OR said <> now.{value} OR kind = '-'
UNION ALL
SELECT '{name}', newest.id FROM newest LEFT JOIN journal_{name} now ON now.id = newest.id
WHERE now.id IS NULL AND kind <> '-'
"""
VALUES = {"mark": "value", "absence": "reason_id", "task": "kind_id"}


class Writer:
    """One session over one connection, which is opened again when it breaks."""

    def __init__(self, port: int, cookie: str, session: str):
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        token = "a" * 32
        self.headers = {
            "Cookie": f"{cookie}={session}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/json",
            "X-Requested-With": "fetch",
        }

    def save(self, *cells: tuple) -> tuple[int, list[dict]]:
        """Send (lesson, student, field, old, new) in one request: status, results."""
        changes = [dict(zip("lsfon", cell, strict=True)) for cell in cells]
        body = json.dumps({"changes": changes, "reason": ""})
        self.link.request("POST", "/admin/journal/lesson/cells/", body, self.headers)
        with self.link.getresponse() as response:
            said = response.read()
        assert response.headers.get_content_type() == "application/json", said[:500]
        return response.status, json.loads(said)["results"]


class College:
    """The installation with its groups, and the launcher of its server."""

    def __init__(self, installation: Installation):
        self.installation = installation
        numbers = (GROUPS, STUDENTS, LESSONS, SESSIONS)
        done = installation.python("-c", SETUP, *map(str, numbers))
        assert done.returncode == 0, done.stderr
        facts = json.loads(done.stdout)
        self.cookie, self.groups = facts["cookie"], facts["groups"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = 0
        self.log = open(installation.folder / "gunicorn.log", "ab")  # noqa: SIM115
        self.launcher = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER],
            cwd=ROOT,
            env=installation.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def start(self):
        options = (
            f"--bind 127.0.0.1:{self.port} --workers 2 --threads 4 --keep-alive 600"
        )
        print(options, "--log-level error", file=self.launcher.stdin, flush=True)
        self.server = int(self.launcher.stdout.readline())
        _wait_for(f"http://127.0.0.1:{self.port}/health/", self.launcher)

    def kill(self):
        """Master and workers at once: the group of processes that `start` began."""
        server, self.server = self.server, 0
        os.killpg(server, signal.SIGKILL)
        assert self.launcher.stdout.readline() == "gone\n"

    def close(self):
        if self.server:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.server, signal.SIGTERM)
        self.launcher.stdin.close()
        self.launcher.wait(30)
        self.launcher.stdout.close()
        self.log.close()


class Traffic:
    """One group of the college, which no other test writes about, and its writers."""

    def __init__(self, college: College):
        self.college, self.installation = college, college.installation
        group = college.groups.pop()
        self.students, self.lessons = group["students"], group["lessons"]
        self.period, sessions = group["period"], group["sessions"]
        self.writers = [Writer(college.port, college.cookie, one) for one in sessions]

    def close(self):
        for writer in self.writers:
            writer.link.close()

    def cells(self, fields: str = "123") -> list[tuple[int, int, str]]:
        """Every cell of the group, a column after another: (lesson, student, field).

        Beside the works of `fields` each has an absence, which «о» does not make absent.
        """
        return [
            (lesson, student, field)
            for field in [*fields, "absence"]
            for lesson in self.lessons
            for student in self.students
        ]

    def stored(self) -> dict[tuple[int, int, str], str]:
        """(lesson, student, field) → value, of all marks and absences."""
        rows = self.installation.rows(
            "SELECT task.lesson_id, mark.student_id, task.number, mark.value"
            " FROM journal_mark mark JOIN journal_task task ON task.id = mark.task_id"
        )
        rows += self.installation.rows(
            "SELECT lesson_id, student_id, 'absence', reason_id FROM journal_absence"
        )
        return {
            (lesson, student, str(field)): value
            for lesson, student, field, value in rows
            if lesson in self.lessons
        }

    def steps(self) -> int:
        """How many history rows there are of the group's marks and absences."""
        lessons = ", ".join(map(str, self.lessons))
        marks = f"""SELECT count(*) FROM journal_historicalmark past
            JOIN journal_task task ON task.id = past.task_id
            WHERE task.lesson_id IN ({lessons})"""
        absences = f"""SELECT count(*) FROM journal_historicalabsence
            WHERE lesson_id IN ({lessons})"""
        return sum(self.installation.rows(sql)[0][0] for sql in (marks, absences))

    def torn(self) -> list[tuple]:
        """Rows that differ from their history, of all marks, absences and works."""
        return [
            row
            for name, value in VALUES.items()
            for row in self.installation.rows(TORN.format(name=name, value=value))
        ]


def together(*works) -> list:
    """Run functions in threads of their own; their answers, or the first exception."""
    answers, errors = [None] * len(works), []

    def run(place, work):
        try:
            answers[place] = work()
        except BaseException as error:  # told by the caller's thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
        assert not thread.is_alive(), "a thread does not end"
    if errors:
        raise errors[0]
    return answers
