"""What «Все присутствуют» writes of those whom a document excuses, and takes back."""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q

from journal.models import Absence, Excuse, Lesson, Mark, SubgroupMember


class Document(NamedTuple):
    """A document in force: its key, its letter, the half-open span of days."""

    pk: int
    reason: str
    words: str
    start: object
    end: object

    def covers(self, day) -> bool:
        return self.start <= day < self.end


def documents_of(students: list[int], first, last) -> dict[int, list[Document]]:
    """Student → documents in force on some day of first … last, the newest first."""
    rows = Excuse.objects.filter(
        student__in=students,
        withdrawn_at__isnull=True,
        start__lte=last,
        end__gt=first,
    ).order_by("-pk")
    found = defaultdict(list)
    for student, *document in rows.values_list(
        "student", "pk", "reason", "document", "start", "end"
    ):
        found[student].append(Document(*document))
    return found


def excused_without_row(lessons: list[int]) -> dict[int, dict[int, Document]]:
    """Lesson → student → document, of the roster of the day, where nothing is noted.

    Whoever has a mark in the lesson was there, whatever a document says. One query.
    """
    member = "course__group__memberships"
    paper = f"{member}__student__excuses"
    still = {name: Q(**{f"{name}__end__gt": F("date")}) for name in (member, paper)}
    rows = Lesson.objects.filter(
        Q(**{f"{member}__end__isnull": True}) | still[member],
        still[paper],
        pk__in=lessons,
        **{
            f"{member}__start__lte": F("date"),
            f"{paper}__start__lte": F("date"),
            f"{paper}__withdrawn_at__isnull": True,
        },
    ).annotate(who=F(f"{member}__student"))
    own = {"student": OuterRef("who")}
    in_part = SubgroupMember.objects.filter(
        Q(end__isnull=True) | Q(end__gt=OuterRef("date")),
        subgroup=OuterRef("subgroup"),
        start__lte=OuterRef("date"),
        **own,
    )
    rows = rows.filter(
        Q(subgroup__isnull=True) | Exists(in_part),
        ~Exists(Absence.objects.filter(lesson=OuterRef("pk"), **own)),
        ~Exists(Mark.objects.filter(task__lesson=OuterRef("pk"), **own)),
    )
    found: dict[int, dict[int, Document]] = defaultdict(dict)
    for lesson, student, *document in rows.order_by(f"{paper}__pk").values_list(
        "pk",
        "who",
        *(f"{paper}__{name}" for name in ("pk", "reason", "document", "start", "end")),
    ):
        found[lesson][student] = Document(*document)
    return found


def written_by_tick(lessons: list[int]) -> list[Absence]:
    """The absences that «Все присутствуют» wrote in these lessons, untouched since.

    It stamps the lesson and their first step of history with one and the same moment.
    One query.
    """
    steps = Absence.history.filter(id=OuterRef("pk")).order_by()
    return list(
        Absence.objects.filter(
            Exists(
                steps.filter(
                    history_type="+",
                    history_date=OuterRef("lesson__attendance_taken_at"),
                )
            ),
            ~Exists(steps.filter(history_type="~")),
            lesson__in=lessons,
            excuse__isnull=False,
        ).annotate(whole=F("lesson__hours"))
    )
