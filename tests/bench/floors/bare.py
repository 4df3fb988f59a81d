"""The driver as its manual opens it, on both databases."""

import contextlib
from collections.abc import Iterator
from datetime import date, datetime


class Bare:
    """A connection of the bare driver."""

    def __init__(self, link, is_sqlite: bool):
        self.link, self.is_sqlite = link, is_sqlite

    def rows(self, sql: str, *values) -> list[tuple]:
        if self.is_sqlite:
            sql = sql.replace("%s", "?")
            values = [str(v) if isinstance(v, datetime | date) else v for v in values]
        return self.link.execute(sql, values).fetchall()

    def run(self, sql: str, *values):
        if self.is_sqlite:
            sql = sql.replace("%s", "?")
            values = [str(v) if isinstance(v, datetime | date) else v for v in values]
        self.link.execute(sql, values)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        if self.is_sqlite:
            self.link.execute("BEGIN")
        yield
        self.link.commit()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        if self.is_sqlite:
            self.link.execute("BEGIN IMMEDIATE")
        yield
        self.link.commit()

    def insert(self, table: str, columns: str, rows: list[tuple], back="") -> list:
        """Insert all rows by one statement; values of the column `back`, in order."""
        one = f"({', '.join(['%s'] * len(rows[0]))})"
        sql = f"INSERT INTO {table} ({columns}) VALUES {', '.join([one] * len(rows))}"
        flat = [value for row in rows for value in row]
        if not back:
            return self.run(sql, *flat) or []
        return [row[0] for row in self.rows(f"{sql} RETURNING {back}", *flat)]
