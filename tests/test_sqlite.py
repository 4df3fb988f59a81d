"""What SQLite is taught: LIKE as on PostgreSQL, and triggers that step aside."""

import pytest
from django.db import connection

from journal.models.guards import install_guards
from journal.models.sqlite import lift_triggers


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("Ёлкина 100%", "%ёлк%", True),
        ("Ёлкина 100%", "%0\\%%", True),
        ("Ёлкина 1000", "%0\\%%", False),
        ("Ёлкина", "_лк%", True),
        ("Ёлкина", "_к%", False),
        ("а_б", "%а\\_б%", True),
        ("авб", "%а\\_б%", False),
        ("Аб", "аб", True),
        ("Абв", "аб", False),
        ("что\nугодно", "%то%год%", True),
        ("", "%", True),
        ("а", "%", True),
    ],
)
def test_like_knows_its_signs(db, text, pattern, found):
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s {like} %s ESCAPE '\\'", [text, pattern])
        assert bool(cursor.fetchone()[0]) is found


def triggers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
        return cursor.fetchone()[0]


@pytest.mark.sqlite
def test_guards_step_aside_for_a_migration_and_for_nothing_else(db):
    before = triggers()
    assert before > 0
    lift_triggers(plan=[])
    assert triggers() == before
    lift_triggers(plan=["0009"])
    assert triggers() == 0
    install_guards()
    assert triggers() == before
