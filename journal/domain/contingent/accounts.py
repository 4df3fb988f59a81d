"""Accounts follow the orders (K 4.2.10, K 4.2.13, U 3.1): opened and closed by the day.

The day of signing closes the account of who is dismissed or expelled, whatever the day
from which the order works.
"""

from datetime import date

from journal.domain.contingent.desk import Desk, LineError
from journal.models import CourseTeacher, Group, OrderLine, Person, User
from journal.models.words import worded


def _close(desk: Desk, user: User, day: date) -> bool:
    """Close an account from `day` on; False where it is closed by then already."""
    if user.valid_until is not None and user.valid_until <= day:
        return False
    values = {"valid_until": day}
    if user.valid_from and user.valid_from > day:
        values["valid_from"] = day  # what opened it came to nothing
    desk.change(user, **values)
    desk.closed.add(user.pk)
    return True


def _works(user: User) -> bool:
    """Is this somebody of the staff, who keeps the account as such?"""
    employee = getattr(user, "employee", None)
    return employee is not None and employee.dismissed_on is None


def close_family(desk: Desk, line: OrderLine, day: date) -> str:
    """Close the student's account, and those of parents with no other ward studying."""
    words = ""
    user = desk.user_of(line.student)
    if user is not None and not _works(user) and _close(desk, user, day):
        words = f"; вход закрывается с {user.valid_until:%d.%m.%Y}"
    parents = 0
    for tie in desk.ties[line.student_id]:
        user = desk.user_of(tie.guardian)
        if user is None or _works(user) or tie.guardian_id in desk.staying:
            continue
        parents += _close(desk, user, day)
    return words + (f"; закрывается вход представителей: {parents}" if parents else "")


def open_again(desk: Desk, line: OrderLine) -> str:
    """Open what an earlier order closed: whoever studies has a sign-in, parents too."""
    people = [line.student, *desk.guardians(line.student_id)]
    opened = sum(reopen(desk, person) for person in people)
    return f"; снова открыто учётных записей: {opened}" if opened else ""


def reopen(desk: Desk, person: Person) -> bool:
    """Let a closed account in again, unless it is that of dismissed staff."""
    user = desk.user_of(person)
    if user is None or user.valid_until is None:
        return False
    employee = getattr(user, "employee", None)
    if employee is not None and employee.dismissed_on is not None:
        return False
    desk.change(user, valid_until=None)
    return True


# Staff


def hire(desk: Desk, line: OrderLine) -> str:
    employee, day = line.employee, desk.day
    if employee.dismissed_on is None and employee.hired_on is not None:
        raise LineError(f"уже работает с {employee.hired_on:%d.%m.%Y}.")
    if employee.dismissed_on is not None and employee.dismissed_on > day:
        raise LineError(
            f"увольняется {employee.dismissed_on:%d.%m.%Y}. Укажите день не раньше."
        )
    desk.change(employee, hired_on=day, dismissed_on=None)
    words = f"приём на работу с {day:%d.%m.%Y}"
    user = desk.user_of(employee)
    signed = desk.order.date
    if user is None:
        desk.to_open.append((line, employee))
        return f"{words}; открывается учётная запись с {signed:%d.%m.%Y}"
    if user.valid_until is not None or user.valid_from is not None:
        desk.change(user, valid_from=signed, valid_until=None)
        return f"{words}; вход открывается с {signed:%d.%m.%Y}"
    return f"{words}; учётная запись уже есть"


def dismiss(desk: Desk, line: OrderLine) -> str:
    employee, day = line.employee, desk.day
    if employee.dismissed_on is not None:
        raise LineError(f"уже уволен(а) {employee.dismissed_on:%d.%m.%Y}.")
    if employee.hired_on is not None and employee.hired_on >= day:
        raise LineError(f"принят(а) на работу {employee.hired_on:%d.%m.%Y}.")
    for held in still_held(employee, day):
        desk.warn(held)
    desk.change(employee, dismissed_on=day)
    words = f"увольнение с {day:%d.%m.%Y}"
    user = desk.user_of(employee)
    if user is None:
        return words
    if hasattr(user, "guardian"):
        desk.warn("учётная запись закроется и как родительская: выдайте отдельную")
    if _close(desk, user, desk.order.date):
        words += f"; вход закрывается с {user.valid_until:%d.%m.%Y}"
    return words


def still_held(employee, day: date) -> list[str]:
    """What is still this person's on `day`: groups curated, courses taught, in words."""
    found = []
    groups = Group.objects.filter(curator=employee, closed_on__isnull=True)
    names = ", ".join(groups.values_list("name", flat=True))
    if names:
        found.append(f"остаётся {worded('куратором')}: {names}. Назначьте другого")
    courses = CourseTeacher.objects.on(day).filter(employee=employee)
    running = courses.filter(course__period__last_day__gte=day)
    names = ", ".join(
        f"{one.course.discipline} ({one.course.group})"
        for one in running.select_related("course__discipline", "course__group")
    )
    if names:
        found.append(
            f"остаётся {worded('преподавателем')}: {names}. Передайте нагрузку"
        )
    return found
