"""All reports of one group and of forty in PDF: `python -m` in a place."""

import json
import time

from tests.bench.places import Place

ONE, MANY = 5.0, 120.0  # seconds, of one group and of GROUPS
GROUPS = 40


def measure_archives(place: Place) -> dict:
    """Seconds of both archives, in a copy."""
    copy = place.beside("archives")
    place._copy_to(copy)
    try:
        *_, line = copy.python("-m", "tests.bench.archives").splitlines()
    finally:
        copy.drop()
    row = json.loads(line)
    passed = row["one"] <= ONE and row["many"] <= MANY
    return {"database": place.vendor, **row, "limit": MANY, "passed": passed}


def main():
    import django

    django.setup()
    from django.utils import timezone

    from journal.models import User
    from journal.reports.batch import BatchForm, make, order

    by = User.objects.get(username="admin")
    known = BatchForm(user=by)
    groups = [key for key, _ in known.fields["group"].choices][:GROUPS]
    reports = [key for key, _ in known.fields["reports"].choices]
    usual = known.fields["reports"].initial
    found = {"groups": len(groups), "reports": len(usual)}
    for name, keys, slugs in (("one", groups[:1], reports), ("many", groups, usual)):
        answers = {
            "group": keys,
            "reports": slugs,
            "period": known.fields["period"].initial,
            "day": timezone.localdate().isoformat(),
        }
        form = BatchForm(answers, user=by)
        if not form.is_valid():
            raise RuntimeError(f"archives: {form.errors.as_text()}")
        started = time.perf_counter()
        made = make(order(form).pk)
        found[name] = round(time.perf_counter() - started, 2)
        if made.state != "done" or made.done != len(keys) * len(slugs):
            raise RuntimeError(f"archives: {made.state}, {made.done} of {made.total}")
        made.file.delete(save=False)
        made.delete()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
