"""Taking an order back: what stands in the way, and the rows as they were before.

Each line keeps what it changed (`trace`). An order is in the way if it was carried out
later and touches the same facts; so are marks and absences of days on which the student
would no longer sit in the group.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from journal.domain.contingent import accounts
from journal.domain.contingent.desk import (
    CLOSING_KINDS,
    SEAT_KINDS,
    Changes,
    Desk,
    end_closed_sessions,
)
from journal.models import (
    Absence,
    Group,
    Mark,
    Membership,
    Order,
    OrderKind,
    OrderLine,
    Student,
    SubgroupMember,
    User,
)
from journal.models.words import worded

MOST_NAMED = 10
FOREVER = date.max


@dataclass
class Net:
    """One row over a whole order: as it was before it, and as the order left it."""

    model: type[models.Model]
    pk: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def _read(model: type, values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Values of a trace, which is JSON, as the fields of the model have them."""
    if values is None:
        return None
    columns = {one.attname: one for one in model._meta.concrete_fields}
    return {
        name: getattr(columns[name], "target_field", columns[name]).to_python(value)
        for name, value in values.items()
        if name in columns
    }


def _entries(lines: Iterable[OrderLine]) -> Iterator[tuple[OrderLine, dict]]:
    for line in lines:
        for entry in line.trace:
            if "model" in entry:
                yield line, entry


def _nets(lines: Iterable[OrderLine]) -> list[Net]:
    found: dict[tuple[str, int], Net] = {}
    for _, entry in _entries(lines):
        model = apps.get_model("journal", entry["model"])
        before, after = (_read(model, entry[side]) for side in ("before", "after"))
        net = found.setdefault(
            (entry["model"], entry["pk"]), Net(model, entry["pk"], before, after)
        )
        if net.before is not None and before is not None:
            net.before = before | net.before
        net.after = None if after is None else (net.after or {}) | after
    return list(found.values())


def _facts(lines: Iterable[OrderLine], kind: str) -> set[tuple]:
    """What an order decided: of whose seat, of which field of which row."""
    found = set()
    if kind in SEAT_KINDS:
        found = {("seat", line.student_id) for line in lines}
    for _, entry in _entries(lines):
        if entry["model"] in ("membership", "user"):
            continue  # seats are above; of accounts the later order decides
        if entry["model"] == "subgroupmember":
            found.add((entry["model"], entry["pk"]))
            continue
        names = entry["after"] or entry["before"] or {}
        found |= {(entry["model"], entry["pk"], name) for name in names}
    return found


def _depends_on(lines: Iterable[OrderLine], kind: str) -> set[tuple]:
    found = _facts(lines, kind)
    if kind == OrderKind.SUBGROUP:  # stands on the seat in the group
        found |= {("seat", line.student_id) for line in lines}
    return found


def _later(order: Order, lines: list[OrderLine]) -> list[Order]:
    """Orders carried out after this one that touch what it decided."""
    own = OrderLine.objects.filter(order=order).order_by()
    about = Q()
    for name in ("student", "group", "employee"):
        about |= Q(**{f"{name}__in": own.exclude(**{name: None}).values(name)})
    rows = OrderLine.objects.filter(
        about,
        order__state=Order.State.DONE,
        order__sequence__gt=order.sequence,
    )
    by_order = defaultdict(list)
    for line in rows.select_related("order").order_by("order__sequence", "pk"):
        by_order[line.order].append(line)
    facts = _facts(lines, order.kind)
    return [
        later
        for later, others in by_order.items()
        if facts & _depends_on(others, later.kind)
    ]


# Spans that would no longer be


Span = tuple[date, date]


def minus(span: Span, others: Iterable[Span]) -> list[Span]:
    """The parts of a half-open span that none of the others covers."""
    left = [span]
    for start, end in others:
        left = [
            part
            for one in left
            for part in (
                (one[0], min(one[1], start)),
                (max(one[0], end), one[1]),
            )
            if part[0] < part[1]
        ]
    return left


def lost_spans(
    nets: Iterable[Net], model: type, holder: str
) -> dict[tuple, list[Span]]:
    """(student, group or subgroup): spans that exist by the order alone."""
    rows = {net.pk: net for net in nets if net.model is model}
    stored = model.objects.in_bulk(rows)
    had, have = defaultdict(list), defaultdict(list)
    for pk, net in rows.items():
        row = stored.get(pk)
        base = (
            {
                name: getattr(row, name)
                for name in ("student_id", holder, "start", "end")
            }
            if row
            else net.before or {}
        )
        key = (base["student_id"], base[holder])
        for side, found in ((net.before, had), (net.after, have)):
            if side is not None:
                values = base | side
                found[key].append((values["start"], values["end"] or FOREVER))
    return {
        key: parts
        for key, spans in have.items()
        if (parts := [part for one in spans for part in minus(one, had[key])])
    }


def _records(order: Order, nets: list[Net]) -> list[str]:
    """Marks and absences of days that would be lost, in words by student."""
    of_groups = lost_spans(nets, Membership, "group_id")
    of_parts = lost_spans(nets, SubgroupMember, "subgroup_id")
    if not of_groups and not of_parts:
        return []
    since = min(
        part[0]
        for one in (of_groups, of_parts)
        for spans in one.values()
        for part in spans
    )
    students = OrderLine.objects.filter(order=order, student__isnull=False)
    students = students.order_by().values("student")
    counts: dict[int, list] = {}
    for place, (model, path) in enumerate(
        ((Mark, "task__lesson"), (Absence, "lesson"))
    ):
        rows = model.objects.filter(
            student__in=students, **{f"{path}__date__gte": since}
        ).order_by()
        columns = (f"{path}__course__group", f"{path}__subgroup", f"{path}__date")
        for student, group, part, day in rows.values_list("student", *columns):
            lost = [
                *of_groups.get((student, group), ()),
                *of_parts.get((student, part), ()),
            ]
            if any(start <= day < end for start, end in lost):
                found = counts.setdefault(student, [0, 0, day, day])
                found[place] += 1
                found[2], found[3] = min(found[2], day), max(found[3], day)
    names = Student.objects.in_bulk(list(counts)[:MOST_NAMED])
    words = [
        f"{names[pk]}: отметок {marks}, пропусков {absences}, "
        f"с {first:%d.%m.%Y} по {last:%d.%m.%Y}"
        for pk, (marks, absences, first, last) in list(counts.items())[:MOST_NAMED]
    ]
    if len(counts) > MOST_NAMED:
        words.append(f"и ещё {worded('студентов')}: {len(counts) - MOST_NAMED}")
    return words


def _stray_parts(order: Order, nets: list[Net]) -> list[str]:
    """Subgroups that the student was put into since, and would sit in from nowhere."""
    lost = lost_spans(nets, Membership, "group_id")
    if not lost:
        return []
    own = {net.pk for net in nets if net.model is SubgroupMember}
    students = OrderLine.objects.filter(order=order, student__isnull=False)
    rows = SubgroupMember.objects.filter(
        student__in=students.order_by().values("student")
    ).select_related(
        "student", "subgroup__course__group", "subgroup__course__discipline"
    )
    found = []
    for part in rows:
        spans = lost.get((part.student_id, part.subgroup.course.group_id), ())
        stays = (part.start, part.end or FOREVER)
        if part.pk not in own and any(
            start < stays[1] and stays[0] < end for start, end in spans
        ):
            found.append(f"{part.student}: {part.subgroup}, {part.subgroup.course}")
    return found[:MOST_NAMED]


def _closed_groups(nets: list[Net]) -> list[str]:
    """Groups closed since in which somebody would sit again."""
    spans = [net for net in nets if net.model is Membership and net.before]
    rows = Membership.objects.in_bulk([net.pk for net in spans])
    groups = Group.objects.filter(closed_on__isnull=False).in_bulk(
        {row.group_id for row in rows.values()}
    )
    found = set()
    for net in spans:
        row = rows.get(net.pk)
        group = groups.get(row.group_id) if row else None
        if group is None:
            continue
        end = net.before.get("end", row.end)
        if end is None or end > group.closed_on:
            found.add(
                f"{worded('группа')} {group}"
                f" {worded('расформирована', 'расформирован')}"
                f" {group.closed_on:%d.%m.%Y}"
            )
    return sorted(found)


def _changed_since(nets: list[Net]) -> list[str]:
    """Rows that are no longer as the order left them, changed by no order."""
    found = []
    for model, ones in _by_model(nets).items():
        if model is User:  # accounts are opened and closed by hand as well
            continue
        rows = model.objects.in_bulk([net.pk for net in ones])
        for net in ones:
            row = rows.get(net.pk)
            if net.after is None:
                continue
            if row is None or any(
                getattr(row, name) != value for name, value in net.after.items()
            ):
                found.append(f"{model._meta.verbose_name}: {row or net.pk}")
    return found[:MOST_NAMED]


def _by_model(nets: Iterable[Net]) -> dict[type, list[Net]]:
    found = defaultdict(list)
    for net in nets:
        found[net.model].append(net)
    return found


def _used_accounts(nets: list[Net]) -> list[str]:
    """Accounts that the order opened and that somebody has begun to use."""
    opened = [net.pk for net in nets if net.model is User and net.before is None]
    users = User.objects.filter(pk__in=opened).filter(
        Q(last_login__isnull=False)
        | Q(groups__isnull=False)
        | Q(access_codes__isnull=False)
    )
    return [f"учётная запись {user.username}" for user in users.distinct()]


def obstacles(order: Order) -> list[str]:
    """Why an order cannot be undone, in words; [] where it can be."""
    lines = list(order.lines.order_by("pk"))
    later = _later(order, lines)
    if later:
        names = "; ".join(str(one) for one in later[:MOST_NAMED])
        return [
            f"От этого приказа зависят более поздние: {names}. Сначала отмените их."
        ]
    nets = _nets(lines)
    found = []
    for asked, words in (
        (
            _closed_groups(nets),
            worded(
                "Сначала отмените ликвидацию группы",
                "Сначала отмените ликвидацию класса",
            ),
        ),
        (_records(order, nets), "В журнале уже есть записи за дни, которые пропадут"),
        (_stray_parts(order, nets), "Сначала выведите из подгрупп"),
        (_changed_since(nets), "С тех пор изменено вручную"),
        (_used_accounts(nets), "Учётной записью уже пользуются, оформите увольнение"),
    ):
        if asked:
            found.append(f"{words}: {'; '.join(asked)}.")
    return found


# The rows as they were


def restore(order: Order, by: User | None) -> None:
    """Put every row back as it was before the order; call where nothing stands in the way."""
    lines = list(order.lines.order_by("pk"))
    reason = f"Отмена приказа № {order.number} от {order.date:%d.%m.%Y}"[:100]
    changes = Changes(by, reason)
    by_model = _by_model(_nets(lines))
    closed = set()
    for model, nets in by_model.items():
        if model is not User:
            _restore_rows(changes, model, nets)
    if User in by_model:
        closed = _restore_accounts(changes, by_model[User])
    changes.write()
    if order.kind in CLOSING_KINDS:
        _open_parents(order, by, {net.pk for net in by_model.get(User, ())})
    end_closed_sessions(closed)


def _restore_rows(changes: Changes, model: type, nets: list[Net]) -> None:
    rows = model.objects.in_bulk([net.pk for net in nets])
    for net in nets:
        row = rows.get(net.pk)
        if net.before is None:
            if row is not None:
                changes.remove(None, row)
        elif net.after is None:
            changes.add(None, model(**net.before))
        else:
            changes.change(None, row, **net.before)


def _restore_accounts(changes: Changes, nets: list[Net]) -> set[int]:
    """Accounts as they were, but for what was changed since; who is closed by that."""
    rows, closed = User.objects.in_bulk([net.pk for net in nets]), set()
    for net in nets:
        row = rows.get(net.pk)
        if row is None:
            continue
        if net.before is None:
            changes.remove(None, row)
            continue
        same = {
            name: value
            for name, value in net.before.items()
            if getattr(row, name) == net.after[name]
        }
        if same:
            changes.change(None, row, **same)
            closed.add(row.pk)
    return closed


def _open_parents(order: Order, by: User | None, restored: set[int]) -> None:
    """Whoever has a ward that studies again has a sign-in, whichever order closed it."""
    desk = Desk.of(order, by)
    for line in desk.lines:
        desk.line = line
        for guardian in desk.guardians(line.student_id):
            if guardian.user_id not in restored:
                accounts.reopen(desk, guardian)
    desk.changes.write()
