"""Whose diary a person may open (A4, A6)."""

from dataclasses import dataclass, field

from django.http import Http404
from django.utils import timezone

from journal.domain.results import Span
from journal.models import Institution, Student
from journal.models.prepared import Prepared
from journal.models.reach import Asker, grants, own_students
from journal.roles import Anchor


@dataclass
class Child:
    """A student whose diary is open, with the groups of the whole time of study."""

    pk: int
    last_name: str
    first_name: str
    spans: list[Span] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.last_name} {self.first_name}"


@dataclass
class Family:
    """The children a person may choose from, the one chosen, and what may be read.

    `rights` are permission codenames that the person holds over own data.
    """

    children: list[Child]
    child: Child | None
    rights: frozenset[str]
    is_parent: bool

    def tail(self, sign: str) -> str:
        """What keeps the child in an address, after «?» or «&»; "" where there is one."""
        return f"{sign}child={self.child.pk}" if len(self.children) > 1 else ""

    def label(self, child: Child) -> str:
        """The first name, with the last one where two children share it."""
        same = [one for one in self.children if one.first_name == child.first_name]
        return child.first_name if len(same) == 1 else child.name


def rights_over_own(user) -> frozenset[str]:
    """What the roles open of one's own data; the office may have edited them (A10)."""
    found: set[str] = set()
    for grant in grants(user):
        if grant.anchor in (Anchor.OWN, Anchor.ALL):
            found |= grant.permissions
    return frozenset(found)


def family_of(user, asked: str | None = None) -> Family:
    """The family of a person with the child that `asked` names, or the first one.

    One query beside those of rights. Raises Http404 where `asked` is not the key of a
    child of this person, whoever else it may be.
    """
    rights = rights_over_own(user)
    children = _children(user) if "view_student" in rights else []
    is_parent = getattr(user, "guardian", None) is not None
    if not asked:
        return Family(children, next(iter(children), None), rights, is_parent)
    chosen = [child for child in children if str(child.pk) == asked]
    if not chosen:
        raise Http404("Такого дневника нет.")
    return Family(children, chosen[0], rights, is_parent)


@Prepared
def _read_children(user):
    person = Asker(user, employee_pk=0, roles=(), is_superuser=False)
    own = Student.objects.filter(pk__in=own_students(person))
    return own.order_by(
        "first_name", "last_name", "pk", "memberships__start"
    ).values_list(
        "pk",
        "last_name",
        "first_name",
        "memberships__group",
        "memberships__group__name",
        "memberships__start",
        "memberships__end",
    )


def _children(user) -> list[Child]:
    # What `own_students` looks at besides the person: the day, and the rule on adults.
    rule = (timezone.localdate(), Institution.current().guardians_see_adults)
    found: dict[int, Child] = {}
    for pk, last_name, first_name, group, *span in _read_children(rule, user=user.pk):
        child = found.setdefault(pk, Child(pk, last_name, first_name))
        if group is not None:
            child.spans.append(Span(group, *span))
    return list(found.values())
