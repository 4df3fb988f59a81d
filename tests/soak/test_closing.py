"""A period is closed while teachers write."""

import contextlib
import json
import random
import subprocess
import sys
import threading
from functools import partial

import pytest

from tests.installation import ROOT
from tests.soak.test_writers import values_of
from tests.soak.traffic import Writer, together

WRITERS = 4
AFTER = 0.1  # seconds that the writers go on writing after the closing
# Closes at a word, by the function that the admin calls; says so after the commit.
CLOSER = """
import sys, django
django.setup()
from journal.domain.archive.closing import close_period
from journal.models import Period, PeriodClosing, User
period = Period.objects.get(pk=int(sys.argv[1]))
user = User.objects.get(username="deputy")
print("ready", flush=True)
for word in sys.stdin:
    if word == "open\\n":
        PeriodClosing.objects.filter(period=period).delete()
    else:
        close_period(period, word.strip(), user)
    print("done", flush=True)
"""
# Fifty threads, each with a connection of its own, write a result each at a word.
RESULTS = """
import json, sys, threading, django
django.setup()
from django.db import connections
from journal.domain.results.sheets import open_sheet
from journal.domain.results.writing import ResultChange, write_results
from journal.models import Course, User
course = Course.objects.get(period=int(sys.argv[1]))
user = User.objects.get(username="deputy")
user.get_all_permissions()
sheet = open_sheet(user, "exam", [course], date=course.period.first_day)


def one(place, change, gate, codes):
    gate.wait()
    try:
        codes[place] = write_results(user, sheet.pk, [ResultChange(*change)])[0].code
    finally:
        connections.close_all()


print(sheet.pk, flush=True)
for line in sys.stdin:
    changes = json.loads(line)
    gate, codes = threading.Barrier(len(changes) + 1), [None] * len(changes)
    threads = [
        threading.Thread(target=one, args=(place, change, gate, codes))
        for place, change in enumerate(changes)
    ]
    for thread in threads:
        thread.start()
    gate.wait()
    print("begun", flush=True)
    for thread in threads:
        thread.join()
    print(json.dumps(codes), flush=True)
"""
SAVES = 50


class Closer:
    def __init__(self, traffic):
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLOSER, str(traffic.period)],
            cwd=ROOT,
            env=traffic.installation.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def do(self, word: str):
        print(word, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "done\n"

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture
def closer(traffic):
    with contextlib.closing(Closer(traffic)) as made:
        yield made


@pytest.mark.soak(rounds=50)
def test_after_the_closing_is_committed_no_mark_comes(traffic, closer, rounds):
    dice = random.Random(3)
    free = traffic.cells("123456")
    dice.shuffle(free)
    raced = 0
    for _ in range(rounds):
        begun, over = threading.Event(), threading.Event()
        seen = {}

        def write(writer, begun=begun, over=over):
            accepted = refused = 0
            while not over.is_set() and free:
                cell = free.pop()
                status, (result,) = writer.save((*cell, "", values_of(cell[2], dice)))
                assert (status, result["code"]) in ((200, "saved"), (403, "closed"))
                assert not (status == 200 and refused), "saved after a refusal"
                accepted += status == 200
                refused += status == 403
                if status == 403:
                    free.insert(0, cell)
                begun.set()
            return accepted, refused

        def close(begun=begun, over=over, seen=seen):
            try:
                assert begun.wait(60)
                threading.Event().wait(dice.uniform(0, 0.1))
                closer.do("marks")
                seen["closed"] = traffic.steps()
                threading.Event().wait(AFTER)
            finally:
                over.set()

        before = traffic.steps()
        _, *counts = together(
            close,
            *(partial(write, one) for one in traffic.writers[:WRITERS]),
        )
        assert traffic.steps() == seen["closed"]
        assert seen["closed"] == before + sum(accepted for accepted, _ in counts)
        raced += all(accepted or refused for accepted, refused in counts)
        closer.do("open")
    assert raced >= rounds // 2, "the closings came when nobody was writing"
    assert traffic.torn() == []


@pytest.mark.soak(rounds=20)
def test_what_fifty_saves_were_answered_is_what_the_closed_period_holds(
    traffic, closer, rounds, capsys
):
    dice = random.Random(5)
    free = traffic.cells("12345")
    dice.shuffle(free)
    college = traffic.college
    sessions = [
        one.headers["Cookie"].split("=")[1].split(";")[0] for one in traffic.writers
    ]
    writers = [
        Writer(college.port, college.cookie, sessions[place % len(sessions)])
        for place in range(SAVES)
    ]
    told, raced, saved_in_all = traffic.stored(), 0, 0
    for _ in range(rounds):
        cells = [free.pop() for _ in range(SAVES)]
        values = [values_of(cell[2], dice) for cell in cells]
        gate = threading.Barrier(SAVES + 1)

        def save(writer, cell, value, gate=gate):
            gate.wait(60)
            status, (result,) = writer.save((*cell, "", value))
            assert (status, result["code"]) in ((200, "saved"), (403, "closed"))
            return status == 200

        def close(gate=gate):
            gate.wait(60)
            threading.Event().wait(dice.uniform(0, 0.25))
            closer.do("marks")
            return traffic.stored()

        work = [partial(save, *one) for one in zip(writers, cells, values, strict=True)]
        seen, *answers = together(close, *work)
        for cell, value, is_saved in zip(cells, values, answers, strict=True):
            if is_saved:
                told[cell] = value
        assert traffic.stored() == seen == told
        raced += 0 < sum(answers) < SAVES
        saved_in_all += sum(answers)
        free = [
            cell for cell, yes in zip(cells, answers, strict=True) if not yes
        ] + free
        closer.do("open")
    for writer in writers:
        writer.link.close()
    assert raced >= rounds // 3, "the closings came before or after all the saves"
    assert traffic.torn() == []
    _tell(capsys, "отметки", rounds, raced, saved_in_all)


@pytest.mark.soak(rounds=20)
def test_what_fifty_results_were_answered_is_what_the_closed_period_holds(
    traffic, closer, rounds, capsys
):
    dice = random.Random(7)
    with contextlib.closing(Results(traffic)) as results:
        told = dict.fromkeys(
            [(one, field) for one in traffic.students for field in ("mark", "note")], ""
        )
        raced, saved_in_all = 0, 0
        for round_ in range(rounds):
            changes = [
                (student, field, old, _other(field, old, round_))
                for (student, field), old in told.items()
            ]
            dice.shuffle(changes)
            results.begin(changes)
            threading.Event().wait(dice.uniform(0, 0.25))
            closer.do("results")
            seen = results.stored()
            codes = results.end()
            assert set(codes) <= {"saved", "closed"}
            for (student, field, _, new), code in zip(changes, codes, strict=True):
                if code == "saved":
                    told[student, field] = new
            assert results.stored() == seen
            assert seen == {key: value for key, value in told.items() if value}
            saved = codes.count("saved")
            raced += 0 < saved < len(codes)
            saved_in_all += saved
            closer.do("open")
    assert raced >= rounds // 3, "the closings came before or after all the saves"
    _tell(capsys, "результаты", rounds, raced, saved_in_all)


class Results:
    """A process that writes results of one sheet, all at once."""

    def __init__(self, traffic):
        self.traffic = traffic
        self.process = subprocess.Popen(
            [sys.executable, "-c", RESULTS, str(traffic.period)],
            cwd=ROOT,
            env=traffic.installation.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.sheet = int(self.process.stdout.readline())

    def begin(self, changes):
        print(json.dumps(changes), file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "begun\n"

    def end(self) -> list[str]:
        return json.loads(self.process.stdout.readline())

    def stored(self) -> dict[tuple[int, str], str]:
        rows = self.traffic.installation.rows(
            "SELECT student_id, mark, note FROM journal_result"
            f" WHERE sheet_id = {self.sheet}"
        )
        return {
            (student, field): value
            for student, *values in rows
            for field, value in zip(("mark", "note"), values, strict=True)
            if value
        }

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def _other(field: str, old: str, round_: int) -> str:
    if field == "note":
        return f"раунд {round_}"
    return "4" if old == "5" else "5"


def _tell(capsys, what: str, rounds: int, raced: int, saved: int):
    """The figures of a run at full length."""
    if rounds >= 20:
        with capsys.disabled():
            print(
                f"\n{what}: закрытий {rounds}, посреди записи {raced}; записей"
                f" {rounds * SAVES}, сохранено {saved}, отказано"
                f" {rounds * SAVES - saved}"
            )
