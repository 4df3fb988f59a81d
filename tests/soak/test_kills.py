"""The server is killed outright in the middle of writing."""

import contextlib
import http.client
import random
import sqlite3
import threading
from functools import partial

import psycopg
import pytest
from django.db import connection

from tests.installation import server_address
from tests.soak.test_writers import values_of
from tests.soak.traffic import together

STREAMS = 4
BATCH = 5
MOST_BATCHES = 12  # of a stream in one round, so that the cells last for all rounds


def is_sound(installation) -> bool:
    """Does the database find itself whole, indices and all?"""
    if connection.vendor == "sqlite":
        return installation.rows("PRAGMA integrity_check") == [("ok",)]
    with psycopg.connect(server_address(installation.base)) as base:
        (known,) = base.execute(
            "SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'"
        ).fetchone()
        if not known:  # of Debian's contrib part; torn rows are looked for without it
            return True
        base.execute("CREATE EXTENSION amcheck")
        (checked,) = base.execute(
            """SELECT count(bt_index_check(index.oid, true)::text) FROM pg_class index
            JOIN pg_am method ON method.oid = index.relam AND method.amname = 'btree'
            WHERE index.relkind = 'i' AND index.relname LIKE 'journal_%'"""
        ).fetchone()
        base.rollback()
        return checked > 50


class Stream:
    """Saves cells one request after another until the server is gone."""

    def __init__(self, writer, cells: list, dice: random.Random):
        self.writer, self.cells, self.dice = writer, cells, dice
        self.sent: list[dict] = []  # what each request asked for
        self.acknowledged: list[dict] = []

    def run(self, begun: threading.Event):
        """Every second request holds one cell, the others several in one transaction."""
        while self.cells and len(self.sent) < MOST_BATCHES:
            count = 1 if len(self.sent) % 2 else BATCH
            asked = {
                cell: values_of(cell[2], self.dice)
                for cell in (self.cells.pop() for _ in range(count))
            }
            self.sent.append(asked)
            try:
                status, results = self.writer.save(
                    *((*cell, "", value) for cell, value in asked.items())
                )
            except (OSError, http.client.HTTPException):
                return
            assert status == 200, results
            self.acknowledged.append(asked)
            begun.set()


@pytest.mark.soak(rounds=50)
def test_what_was_acknowledged_survives_a_kill_and_nothing_is_half_there(
    traffic, rounds
):
    dice = random.Random(2)
    # One writer's cells are whole columns of its own, so that a batch is of one lesson.
    free = traffic.cells("123456")
    assert len(free) >= STREAMS * BATCH * 2
    shares = [free[place * 700 : (place + 1) * 700] for place in range(STREAMS)]
    known, cut = {}, 0
    for _ in range(rounds):
        begun = threading.Event()
        streams = [
            Stream(writer, share, random.Random(dice.random()))
            for writer, share in zip(traffic.writers[:STREAMS], shares, strict=True)
        ]

        def kill(begun=begun):
            assert begun.wait(60)
            threading.Event().wait(dice.uniform(0, 0.15))
            traffic.college.kill()

        together(kill, *(partial(one.run, begun) for one in streams))
        cut += sum(len(one.sent) - len(one.acknowledged) for one in streams)
        traffic.college.start()
        known = after_kill(traffic, streams, known)
    assert cut >= rounds // 2, "the kills came when nothing was being written"
    assert is_sound(traffic.installation)


def after_kill(traffic, streams, known: dict) -> dict:
    """Compare what is stored with what was sent; what stands now."""
    stored = traffic.stored()
    for request in (one for stream in streams for one in stream.acknowledged):
        known = known | request
    further = {cell: stored[cell] for cell in stored.keys() - known.keys()}
    assert {cell: stored.get(cell) for cell in known} == known
    for stream in streams:
        for request in stream.sent[len(stream.acknowledged) :]:
            there = {cell: further.pop(cell) for cell in request if cell in further}
            assert there in ({}, request), "a request was stored by half"
            known = known | there
    assert further == {}, "a cell that nobody sent"
    assert traffic.steps() == len(known)
    assert traffic.torn() == []
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(traffic.installation.base)) as base:
            assert base.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    return known
