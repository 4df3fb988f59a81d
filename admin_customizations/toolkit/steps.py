"""Years and months of a list by its dates, without reading the whole table.

Django finds them by DISTINCT over every row: two seconds for a college's lessons. Here
the first and the last day are asked for, and of each month between whether it holds a
row: an index answers both.
"""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db import models
from django.db.models import Max, Min, QuerySet, Subquery
from django.utils import timezone

MOST = 60  # years or months that are asked for one by one


def quick_dates(rows: QuerySet) -> QuerySet:
    """The same rows, whose `dates` and `datetimes` are found by months.

    Only this very object has them: what is filtered further is an ordinary queryset.
    """
    rows.dates = lambda name, kind, _of=rows.dates: _steps(rows, name, kind, _of)
    rows.datetimes = lambda name, kind, _of=rows.datetimes: _steps(
        rows, name, kind, _of
    )
    return rows


def _steps(rows: QuerySet, name: str, kind: str, otherwise) -> list[date]:
    plain = rows.order_by()
    if kind == "day":  # within a month: few rows
        return otherwise(name, kind)
    ends = plain.aggregate(first=Min(name), last=Max(name))
    if ends["first"] is None:
        return []
    first, last = (_day(ends[end]) for end in ("first", "last"))
    starts = list(_starts(first, last, kind))
    if len(starts) > MOST:
        return otherwise(name, kind)
    moment = isinstance(plain.model._meta.get_field(name), models.DateTimeField)
    spans = {}
    for place, start in enumerate(starts):
        ends_at = _after(start, kind)
        low, high = (_midnight(day) if moment else day for day in (start, ends_at))
        there = rows.filter(**{f"{name}__gte": low, f"{name}__lt": high})
        # The first by date, not any: an index has it, EXISTS would read the table.
        first_there = there.order_by(name).values(name)[:1]
        spans[f"step_{place}"] = Subquery(first_there)
    found = rows.model._base_manager.order_by().values(**spans)[:1][0]
    return [
        start
        for place, start in enumerate(starts)
        if found[f"step_{place}"] is not None
    ]


def _starts(first: date, last: date, kind: str) -> Iterator[date]:
    day = first.replace(day=1) if kind == "month" else date(first.year, 1, 1)
    while day <= last:
        yield day
        day = _after(day, kind)


def _after(day: date, kind: str) -> date:
    if kind == "year":
        return date(day.year + 1, 1, 1)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _day(moment: date | datetime) -> date:
    return timezone.localtime(moment).date() if isinstance(moment, datetime) else moment


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
