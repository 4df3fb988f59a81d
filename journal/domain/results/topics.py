"""Topics of theses of a group, given in one go (F8; U 4.3)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from journal.models import AcademicYear, Employee, Group, Student, Thesis, User
from journal.models.reach import rights_q


class Topic(NamedTuple):
    """A student with a topic; without a supervisor the one that stands is kept."""

    student: Student
    topic: str
    supervisor: Employee | None


def groups_for_topics(user: User, day: date):
    """The groups of which `user` may add theses, that are not closed on `day`."""
    mine = Group.objects.filter(rights_q(user, Group.reach, "add_thesis"))
    return mine.exclude(closed_on__lte=day).order_by("-course_year", "name")


@transaction.atomic
def give_topics(
    user: User,
    group: Group,
    year: AcademicYear,
    topics: Iterable[Topic],
    order: str = "",
) -> tuple[int, int]:
    """Make or change the theses of a year: (how many made, how many changed).

    All of them or none. `order` is the order that approves them, "" leaves it. Raises
    ValidationError that names whom a supervisor lacks or whose thesis is not the
    person's to change.
    """
    topics = list(topics)
    rows = Thesis.objects.filter(year=year, student__in=[one.student for one in topics])
    known = {one.student_id: one for one in rows}
    mine = set(
        rows.filter(rights_q(user, Thesis.reach, "change_thesis")).values_list(
            "student", flat=True
        )
    )
    words, made, changed = [], 0, 0
    for one in topics:
        thesis = known.get(one.student.pk)
        if thesis is None and one.supervisor is None:
            words.append(f"{one.student.full_name}: не указан руководитель.")
            continue
        if thesis and one.student.pk not in mine:
            words.append(f"{one.student.full_name}: эту работу меняете не вы.")
            continue
        made += thesis is None
        changed += _saved(
            user,
            thesis or Thesis(student=one.student, group=group, year=year),
            one,
            order,
        )
    if words:
        raise ValidationError(words)
    return made, changed - made


def _saved(user: User, thesis: Thesis, said: Topic, order: str) -> bool:
    """Save what differs; whether anything did."""
    new = {"topic": said.topic}
    if said.supervisor:
        new["supervisor"] = said.supervisor
    if order:
        new["order"] = order
    if thesis.pk and all(getattr(thesis, name) == one for name, one in new.items()):
        return False
    for name, value in new.items():
        setattr(thesis, name, value)
    thesis._history_user = user
    thesis.save()
    return True
