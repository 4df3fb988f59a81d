"""A period is closed while teachers write."""

import contextlib
import random
import subprocess
import sys
import threading
from functools import partial

import pytest

from tests.installation import ROOT
from tests.soak.test_writers import values_of
from tests.soak.traffic import together

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
    if word == "close\\n":
        close_period(period, "marks", user)
    else:
        PeriodClosing.objects.filter(period=period).delete()
    print("done", flush=True)
"""


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
                closer.do("close")
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
