"""Hours in which nobody is expected to write in the journal: a setting."""

from datetime import datetime

from django.db.models import Q

from journal.models import Institution


def is_quiet(moment: datetime, rules: Institution) -> bool:
    """Does a moment of local time lie in the quiet hours, which may go over midnight?"""
    time = moment.time()
    first, last = rules.quiet_from, rules.quiet_until
    if first <= last:
        return first <= time < last
    return time >= first or time < last


def quiet_q(rules: Institution, field: str = "history_date") -> Q:
    """The same as a condition on rows; of equal ends no hour is quiet."""
    after = Q(**{f"{field}__time__gte": rules.quiet_from})
    before = Q(**{f"{field}__time__lt": rules.quiet_until})
    if rules.quiet_from <= rules.quiet_until:
        return after & before
    return after | before
