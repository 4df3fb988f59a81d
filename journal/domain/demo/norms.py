"""Norms of load: most teachers near theirs, one above what is allowed, one below."""

from journal.domain.curriculum.teaching import read_load
from journal.domain.demo.pouring import saved
from journal.domain.demo.site import Site
from journal.models import Institution

STEP = 90  # an eighth of a full post of 720 hours


def set_norms(site: Site) -> None:
    """Each teacher's norm is the part of a post that the load of the year fills.

    That of the teacher with the least load is greater, so that load is lacking; the
    institution allows a little less than the greatest load there is.
    """
    year, rules = site.terms[-1].period.year, Institution.current()
    found = read_load(site.staff.user("deputy"), year, None, rules)
    by = site.staff.user("hr")
    least = min(found.teachers, key=lambda one: one.hours)
    for one in found.teachers:
        share = one.most / rules.load_most
        parts = int(one.hours / share) // STEP
        if one is least:
            parts += 2
        one.employee.load_norm = max(parts, 1) * STEP
        saved(one.employee, site.at, by)
    hours = sorted(
        {round(one.hours / one.most * rules.load_most) for one in found.teachers}
    )
    rules.load_most = (hours[-2] if len(hours) > 1 else hours[-1]) + 1
    saved(rules, site.at, site.staff.user("deputy"))
