"""What each kind of order does with one line: checks first, then changes, then words.

A function takes the desk and the line, and returns what becomes of it in Russian, as a
sentence without its subject: «зачисление в группу 2-ИС с 01.09.2026». It raises LineError
and then has changed nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from journal.domain.contingent import accounts
from journal.domain.contingent.desk import Desk, LineError
from journal.domain.contingent.groups import disband, raise_group, years_of
from journal.domain.spans import covers
from journal.models import (
    Funding,
    Group,
    Membership,
    OrderKind,
    OrderLine,
    StudyForm,
    SubgroupMember,
)
from journal.models.words import worded

Act = Callable[[Desk, OrderLine], str]


@dataclass(frozen=True)
class Kind:
    """What the lines of a kind are about, what they say, and what they do."""

    about: tuple[str, ...]  # one of these a line must name
    act: Act
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()  # said where it differs

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of a line that mean something in this kind, in the form's order."""
        return (*self.about, *self.needs, *self.may)


def _day(day) -> str:
    return f"{day:%d.%m.%Y}"


# Where students sit


def _seat(desk: Desk, line: OrderLine) -> Membership:
    """The span that the line ends or cuts; it is open and began before the day.

    Orders act one after another: what ends already by another order is not cut again.
    """
    spans, day = desk.spans[line.student_id], desk.day
    current = next((one for one in spans if one.end is None or one.end > day), None)
    if current is None:
        raise LineError(
            f"{_day(day)} {worded('ни в какой группе', 'ни в каком классе')} не"
            " числится. "
            "Проверьте дату или сначала зачислите."
        )
    if current.start > day:
        raise LineError(
            f"числится в {worded('группе', 'классе')} {current.group} только с"
            f" {_day(current.start)}. "
            "Укажите более позднюю дату."
        )
    if current.start == day:
        raise LineError(
            f"{_day(day)} — первый день в {worded('группе', 'классе')}"
            f" {current.group}. "
            "Укажите более позднюю дату или отмените прежний приказ."
        )
    if current.end is not None:
        raise LineError(
            f"пребывание в {worded('группе', 'классе')} {current.group} уже"
            " заканчивается "
            f"{_day(current.end)}. Сначала отмените тот приказ."
        )
    return current


def _must_be_out(desk: Desk, line: OrderLine) -> None:
    for span in desk.spans[line.student_id]:
        if span.end is None or span.end > desk.day:
            raise LineError(
                f"уже числится в {worded('группе', 'классе')} {span.group} с"
                f" {_day(span.start)}. "
                "Оформите перевод или выбытие, либо измените дату."
            )


def _open(desk: Desk, group: Group) -> None:
    if group.closed_on and group.closed_on <= desk.day:
        raise LineError(
            f"{worded('группа')} {group} {worded('расформирована', 'расформирован')}"
            f" {_day(group.closed_on)}. "
            f"Выберите {worded('другую группу', 'другой класс')} или более раннюю дату."
        )
    if group.closed_on:
        raise LineError(
            f"{worded('группа')} {group} закрывается {_day(group.closed_on)}. "
            f"Выберите {worded('другую группу', 'другой класс')}."
        )


def _sit_down(desk: Desk, line: OrderLine, group: Group, like: Membership | None):
    """Begin a span; funding and form as the line says, else as they were."""
    span = Membership(
        student=line.student,
        group=group,
        start=desk.day,
        funding=line.funding or (like.funding if like else ""),
        form=line.form or (like.form if like else ""),
    )
    desk.add(span)
    desk.spans[line.student_id].append(span)


def _get_up(desk: Desk, line: OrderLine, span: Membership) -> None:
    """End a span on the day, and the student's subgroups of that group with it."""
    desk.change(span, end=desk.day)
    for part in desk.parts[line.student_id]:
        if part.subgroup.course.group_id != span.group_id:
            continue
        if part.start >= desk.day:  # of a term not to be seen in this group
            desk.remove(part)
        else:
            desk.change(part, end=desk.day)


def _terms_words(line: OrderLine) -> str:
    words = [
        str(choices(value).label)
        for choices, value in ((Funding, line.funding), (StudyForm, line.form))
        if value
    ]
    return f" ({', '.join(words)})" if words else ""


def enrol(desk: Desk, line: OrderLine) -> str:
    _must_be_out(desk, line)
    _open(desk, line.group)
    before = desk.last_orders.get(line.student_id)
    if before is not None and before.kind == OrderKind.LEAVE:
        desk.warn("числится в академическом отпуске: возможно, нужен выход из него")
    _sit_down(desk, line, line.group, None)
    words = (
        f"зачисление в {worded('группу')} {line.group}{_terms_words(line)} с"
        f" {_day(desk.day)}"
    )
    return words + accounts.open_again(desk, line)


def _come_back(desk: Desk, line: OrderLine) -> str:
    _must_be_out(desk, line)
    spans = desk.spans[line.student_id]
    last = spans[-1] if spans else None
    group = line.group or (last and last.group)
    if group is None:
        raise LineError(worded("раньше в группах не числился(-ась). Выберите группу."))
    _open(desk, group)
    _sit_down(desk, line, group, last)
    return f"{worded('группа')} {group}{_terms_words(line)} с {_day(desk.day)}"


def come_back_from_leave(desk: Desk, line: OrderLine) -> str:
    before = desk.last_orders.get(line.student_id)
    if before is not None and before.kind != OrderKind.LEAVE:
        raise LineError(
            f"не в академическом отпуске: последний приказ — {before}. "
            "Выберите другой вид приказа."
        )
    return f"выход из академического отпуска: {_come_back(desk, line)}"


def reinstate(desk: Desk, line: OrderLine) -> str:
    before = desk.last_orders.get(line.student_id)
    if before is not None and before.kind == OrderKind.LEAVE:
        raise LineError(
            f"в академическом отпуске ({before}). Нужен приказ о выходе из него."
        )
    if before is None and not desk.spans[line.student_id]:
        raise LineError("раньше не учился(-ась). Нужен приказ о зачислении.")
    words = f"восстановление: {_come_back(desk, line)}"
    return words + accounts.open_again(desk, line)


def transfer(desk: Desk, line: OrderLine) -> str:
    current = _seat(desk, line)
    if current.group_id == line.group_id:
        raise LineError(
            f"и так в {worded('группе', 'классе')} {line.group}. Выберите"
            f" {worded('другую группу', 'другой класс')}."
        )
    _open(desk, line.group)
    _get_up(desk, line, current)
    _sit_down(desk, line, line.group, current)
    return (
        f"перевод из {worded('группы', 'класса')} {current.group} в"
        f" {worded('группу')} {line.group} с {_day(desk.day)}"
    )


def change_terms(desk: Desk, line: OrderLine) -> str:
    current = _seat(desk, line)
    wanted = (line.funding or current.funding, line.form or current.form)
    if wanted == (current.funding, current.form):
        raise LineError(
            "основание и форма обучения и так такие. Укажите, что меняется."
        )
    desk.change(current, end=desk.day)
    _sit_down(desk, line, current.group, current)
    return f"{worded('группа')} {current.group}:{_terms_words(line)} с {_day(desk.day)}"


def go_on_leave(desk: Desk, line: OrderLine) -> str:
    current = _seat(desk, line)
    _get_up(desk, line, current)
    _note_group(line, current.group)
    return (
        f"академический отпуск с {_day(desk.day)}, {worded('группа')} {current.group}"
    )


def expel(desk: Desk, line: OrderLine) -> str:
    before = desk.last_orders.get(line.student_id)
    on_leave = before is not None and before.kind == OrderKind.LEAVE
    if on_leave:
        _must_be_out(desk, line)
        if desk.day < before.effective_on:
            raise LineError(f"в академическом отпуске с {_day(before.effective_on)}.")
        where = "из академического отпуска"
    else:
        current = _seat(desk, line)
        _get_up(desk, line, current)
        _note_group(line, current.group)
        where = f"из {worded('группы', 'класса')} {current.group}"
    words = f"отчисление {where} с {_day(desk.day)}"
    return words + accounts.close_family(desk, line, desk.order.date)


def graduate(desk: Desk, line: OrderLine) -> str:
    """The diary serves the whole time of study: its last day is that of the study."""
    current = _seat(desk, line)
    total = years_of(current.group)
    if total and current.group.course_year < total:
        desk.warn(
            f"{worded('группа')} {current.group} не на последнем"
            f" {worded('курсе', 'классе')}: "
            f"{current.group.course_year} из {total}"
        )
    _get_up(desk, line, current)
    _note_group(line, current.group)
    words = f"выпуск из {worded('группы', 'класса')} {current.group} с {_day(desk.day)}"
    last = max(desk.order.date, desk.day)
    return words + accounts.close_family(desk, line, last)


def _note_group(line: OrderLine, group: Group) -> None:
    """The line says which group was left: who keeps that group goes on seeing it."""
    if line.group_id is None:
        line.group = group


def move_to_subgroup(desk: Desk, line: OrderLine) -> str:
    target, day = line.subgroup, desk.day
    course = target.course
    seat = next(
        (one for one in desk.spans[line.student_id] if covers(one.start, one.end, day)),
        None,
    )
    if seat is None or seat.group_id != course.group_id:
        raise LineError(
            f"{_day(day)} не числится в {worded('группе', 'классе')} {course.group}."
        )
    parts = [
        one
        for one in desk.parts[line.student_id]
        if one.subgroup.course_id == course.pk
        and (one.end is None or one.end > desk.day)
    ]
    here = next((one for one in parts if one.subgroup_id == target.pk), None)
    if here is not None:
        raise LineError(f"и так в подгруппе «{target}» с {_day(here.start)}.")
    if any(one.start >= day or one.end is not None for one in parts):
        raise LineError(
            f"в подгруппах курса «{course.discipline}» после {_day(day)} уже есть "
            "изменения. Укажите более позднюю дату."
        )
    came_from = "".join(f" из подгруппы «{one.subgroup}»" for one in parts)
    for one in parts:
        desk.change(one, end=day)
    moved = SubgroupMember(subgroup=target, student=line.student, start=day)
    desk.add(moved)
    desk.parts[line.student_id].append(moved)
    return f"{course}: перевод{came_from} в подгруппу «{target}» с {_day(day)}"


def rename(desk: Desk, line: OrderLine) -> str:
    student = line.student
    names = ("last_name", "first_name", "middle_name")
    wanted = {name: getattr(line, name).strip() for name in names}
    wanted = {
        name: value
        for name, value in wanted.items()
        if value and value != getattr(student, name)
    }
    if not wanted:
        raise LineError("новые фамилия, имя, отчество не отличаются от прежних.")
    was = student.full_name
    desk.change(student, **wanted)
    user = desk.user_of(student)
    wanted.pop("middle_name", None)
    if user is not None and wanted:
        desk.change(user, **wanted)
    if desk.day > desk.order.date:
        desk.warn("имя в карточке сменится сразу при проведении")
    return f"{was} → {student.full_name}"


# Groups


def go_up(desk: Desk, line: OrderLine) -> str:
    """A line with a student says who goes up; the one without raises the group."""
    if line.student_id is not None:
        current = _seat(desk, line)
        if line.group_id is None:
            line.group = current.group
        if line.group_id != current.group_id:
            raise LineError(
                f"числится в {worded('группе', 'классе')} {current.group}, а не"
                f" {line.group}. "
                f"Смену {worded('группы', 'класса')} оформите приказом о переводе."
            )
        if current.group_id not in desk.raised:
            desk.warn(
                worded(
                    "группы {} самой по себе в приказе нет",
                    "класса {} самого по себе в приказе нет",
                ).format(current.group)
            )
        words = worded(
            "перевод на следующий курс с группой {}",
            "перевод в следующий класс вместе с классом {}",
        )
        return words.format(current.group)
    return raise_group(desk, line)


KINDS = {
    OrderKind.ENROL: Kind(("student",), enrol, ("group",), ("funding", "form")),
    OrderKind.TRANSFER: Kind(("student",), transfer, ("group",)),
    OrderKind.NEXT_YEAR: Kind(("student", "group"), go_up),
    OrderKind.TERMS: Kind(("student",), change_terms, (), ("funding", "form")),
    OrderKind.LEAVE: Kind(("student",), go_on_leave),
    OrderKind.RETURN: Kind(("student",), come_back_from_leave, (), ("group",)),
    OrderKind.EXPEL: Kind(("student",), expel),
    OrderKind.REINSTATE: Kind(
        ("student",), reinstate, (), ("group", "funding", "form")
    ),
    OrderKind.GRADUATE: Kind(("student",), graduate),
    OrderKind.RENAME: Kind(
        ("student",), rename, (), ("last_name", "first_name", "middle_name")
    ),
    OrderKind.DISBAND: Kind(("group",), disband),
    OrderKind.SUBGROUP: Kind(("student",), move_to_subgroup, ("subgroup",)),
    OrderKind.HIRE: Kind(("employee",), accounts.hire),
    OrderKind.DISMISS: Kind(("employee",), accounts.dismiss),
}
STAFF_KINDS = (OrderKind.HIRE, OrderKind.DISMISS)
