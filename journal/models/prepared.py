"""Queries whose SQL is built once.

Django builds the SQL of a queryset anew at every call. For a reader of a dozen columns
that costs several times as much as the reading itself (a week of the diary: 2.7 ms
against 0.7), so the pages that many open at once keep the text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

MOST_KNOWN = 300
_FIRST_MARKER = 7_000_000_000_000_000


@dataclass(frozen=True)
class Asker:
    """A person as questions of rights see one: the keys, and the roles."""

    pk: int
    employee_pk: int
    roles: tuple
    is_superuser: bool
    changed_hands: bool = False
    is_active: bool = True


class Prepared:
    """The rows of `build(**values)`, a queryset that ends in `values_list`.

    `build` runs once for each length of the lists among the values, with markers in
    place of the values: it must not look at them. What else its SQL depends on (today,
    a setting) is named by `variant`. A value is a key of a row, a text, a date, or a list of
    keys that is not empty. Reads the default database. The values named in `unused` may
    be absent from the SQL: the rights of an office do not hang on who asks.
    """

    def __init__(self, build: Callable[..., QuerySet], unused: tuple[str, ...] = ()):
        self.build = build
        self.unused = unused
        self.known: dict[tuple, tuple] = {}

    def __call__(self, variant=None, **values) -> list[tuple]:
        sql, parameters, converters = self._bound(variant, values)
        if sql is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = cursor.fetchall()
        return _convert(rows, converters) if converters else rows

    def subquery(self, variant=None, **values) -> RawSQL:
        """The rows, of one column, as what another query may be asked to lie in."""
        sql, parameters, _ = self._bound(variant, values)
        return RawSQL(sql or "SELECT NULL", parameters)  # noqa: S611 - our own SQL

    def _bound(self, variant, values: dict) -> tuple:
        """The SQL, None where nothing meets it, its parameters, and the converters."""
        flat: list = []
        shape = [variant]
        for name, value in values.items():
            is_list = isinstance(value, list)
            flat += value if is_list else [value]
            shape.append((name, len(value) if is_list else None, type(flat[-1])))
        key = tuple(shape)
        if key not in self.known:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            self.known[key] = self._compile(values)
        sql, slots, converters = self.known[key]
        parameters = [
            constant if place is None else flat[place] for place, constant in slots
        ]
        return sql, parameters, converters

    def _compile(self, values: dict) -> tuple:
        """The SQL, where each parameter comes from, and what the backend converts."""
        places: dict = {}
        markers = {
            name: [_marker(one, places) for one in value]
            if isinstance(value, list)
            else _marker(value, places)
            for name, value in values.items()
        }
        compiler = self.build(**markers).query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:  # a condition that nothing meets
            return None, [], []
        slots = [(places.get(one), one) for one in parameters]
        needed = {
            places[str(one) if isinstance(one, date) else one]
            for name, value in markers.items()
            if name not in self.unused
            for one in (value if isinstance(value, list) else [value])
        }
        if missing := needed - {place for place, _ in slots}:
            raise ValueError(f"{self.build.__name__}: values unused, {sorted(missing)}")
        columns = [column for column, _, _ in compiler.select]
        return sql, slots, list(compiler.get_converters(columns).items())


def _marker(value, places: dict):
    """A stand-in that no real value equals; SQLite gets a date as text."""
    place = len(set(places.values()))
    if isinstance(value, str):
        marker = f"\ue000{place}"
    elif isinstance(value, date):
        marker = date.fromordinal(1 + place)
        places[str(marker)] = place
    else:
        marker = _FIRST_MARKER + place
    places[marker] = place
    return marker


def _convert(rows: list[tuple], converters: list) -> list[tuple]:
    converted = [list(row) for row in rows]
    for place, (convert, expression) in converters:
        for row in converted:
            value = row[place]
            for one in convert:
                value = one(value, expression, connection)
            row[place] = value
    return [tuple(row) for row in converted]
