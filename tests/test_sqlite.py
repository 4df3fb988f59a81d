"""LIKE folds Cyrillic case and knows its signs, on either database."""

import pytest
from django.db import connection


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
