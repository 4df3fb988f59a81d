"""What becomes of groups: up with the year, named by their pattern, closed."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from journal.domain.contingent.desk import Desk, LineError
from journal.domain.organisation.calendar import Levels
from journal.models import Group, Membership, OrderLine
from journal.models.sqlite import alphabetical
from journal.models.words import worded

COURSE = "{курс}"
MOST_YEARS = 11


def years_of(group: Group) -> int | None:
    """How many courses the group studies; None where nobody said."""
    return group.years or (group.specialty.years if group.specialty else None)


def name_in(group: Group, course_year: int) -> str:
    """The group's name in a course: its pattern «4{курс}-АВ» filled, else the name."""
    if COURSE not in group.name_pattern:
        return group.name
    return group.name_pattern.replace(COURSE, str(course_year))


def stand_as_on(groups: Iterable[Group], day: date) -> None:
    """Give groups the course and the name that they had on a past day; saves nothing.

    A name that has changed since is said with today's: «ИС-21 (ныне ИС-31)». No query
    for today, else one.
    """
    levels = Levels() if day < timezone.localdate() else None
    for group in groups if levels else ():
        then = levels.on(group, day)
        if 0 < then != group.course_year:
            name = name_in(group, then)
            if name != group.name:
                group.name = f"{name} (ныне {group.name})"
            group.course_year = then


def raise_group(desk: Desk, line: OrderLine) -> str:
    """One course up, with the name that the pattern gives it there."""
    group = line.group
    total = years_of(group) or MOST_YEARS
    if group.course_year >= total:
        raise LineError(
            worded(
                "последний курс: нужен выпуск, а не перевод.",
                "последний класс: нужен выпуск, а не перевод.",
            )
        )
    if group.closed_on and group.closed_on <= desk.day:
        raise LineError(
            f"{worded('группа расформирована', 'класс расформирован')}"
            f" {group.closed_on:%d.%m.%Y}."
        )
    year = group.course_year + 1
    was, name = group.name, name_in(group, year)
    aside = _step_aside(desk, group, name)
    desk.change(group, course_year=year, **({} if name == was else {"name": name}))
    renamed = f", {was} → {name}" if name != was else ""
    return f"{year} {worded('курс', 'класс')}{renamed}{aside}"


def _step_aside(desk: Desk, group: Group, name: str) -> str:
    """Free the name that a group takes: of who stays in the last course, but of no other.

    A group of graduates is left open while one of them waits for an own order.
    """
    if desk.claimed.setdefault(name, group.pk) != group.pk:
        raise LineError(
            f"название «{name}» в этом приказе получает и"
            f" {worded('другая группа', 'другой класс')}."
        )
    taken = desk.names.get(name)
    if taken is None or taken.pk == group.pk or taken.pk in desk.raised:
        return ""
    if taken.course_year != years_of(taken) or COURSE not in taken.name_pattern:
        raise LineError(
            f"название «{name}» уже занято"
            f" {worded('другой группой', 'другим классом')}."
        )
    desk.change(taken, name=_with_year(name, desk))
    return f"; прежняя {name} остаётся как «{taken.name}»"


def _with_year(name: str, desk: Desk) -> str:
    return f"{name[:32]} ({desk.day.year})"


def disband(desk: Desk, line: OrderLine) -> str:
    group, day = line.group, desk.day
    if group.closed_on:
        raise LineError(f"уже расформирована {group.closed_on:%d.%m.%Y}.")
    seats = Membership.objects.overlapping(day, None).filter(group=group)
    names = alphabetical("student__last_name", "student__first_name")
    sitting = list(seats.select_related("student").order_by(*names, "pk")[:4])
    if sitting:
        shown = ", ".join(one.student.full_name for one in sitting[:3])
        more = f" и другие, всего {seats.count()}" if len(sitting) > 3 else ""
        raise LineError(
            f"в {worded('группе', 'классе')} ещё числятся: {shown}{more}. Сначала"
            " переведите их, отчислите "
            "или выпустите."
        )
    values = {"closed_on": day}
    if COURSE in group.name_pattern:  # the next group of the pattern takes the name
        values["name"] = _with_year(group.name, desk)
    was = group.name
    desk.change(group, **values)
    words = f"{worded('группа')} {was} закрывается с {day:%d.%m.%Y}"
    return words + (f" под названием «{group.name}»" if group.name != was else "")
