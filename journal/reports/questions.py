"""What several reports ask alike: a group, a period, a day, a month.

Every list offers only what the person may see, so an answer from outside is no choice
of the list and is refused with words.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import format_lazy

from journal.domain.contingent.groups import stand_as_on
from journal.domain.results import period_at
from journal.domain.words import MONTHS
from journal.models import AcademicYear, CourseTeacher, Group, Period
from journal.models.prepared import Prepared
from journal.models.reach import (
    ANCHORS,
    EVERYTHING,
    NOTHING,
    Likeness,
    employee_key,
    grants,
    likeness,
)
from journal.models.words import worded_lazily
from journal.roles import Anchor

from .registry import ReportForm

WHOLE = (Anchor.ALL, Anchor.DEPARTMENT, Anchor.SPECIALTY, Anchor.GROUP)
YEARS = 5


def groups_for(user: Any, codename: str, anchors: Iterable[str]) -> Q:
    """The condition on groups that roles with these anchors reach with a right.

    Families reach a group for their own rows in it; no anchor of theirs belongs here.
    """
    if not user.is_active:
        return NOTHING
    if user.is_superuser:
        return EVERYTHING
    found = NOTHING
    for grant in grants(user):
        if grant.anchor not in anchors or codename not in grant.permissions:
            continue
        if grant.anchor == Anchor.ALL:
            return EVERYTHING
        condition = ANCHORS[grant.anchor](user, Group.reach, True)
        found = condition if found == NOTHING else found | condition
    return found


def own_groups(user: Any, day: date) -> list[tuple[int, str]]:
    """(key, name) of the groups that the person curates or teaches on `day`."""
    held = CourseTeacher.objects.on(day).filter(employee__user=user).order_by()
    rows = Group.objects.filter(
        groups_for(user, "view_lesson", (Anchor.GROUP, Anchor.COURSE)),
        Q(curator__user=user) | Q(pk__in=held.values("course__group")),
        closed_on__isnull=True,
    )
    return list(rows.order_by("course_year", "name").values_list("pk", "name"))


def sees_whole(user: Any, group: Group, codename: str) -> bool:
    """Does the person see all of the group's journal, as no teacher does as such?"""
    condition = groups_for(user, codename, WHOLE)
    if condition in (EVERYTHING, NOTHING):
        return condition == EVERYTHING
    return Group.objects.filter(condition, pk=group.pk).exists()


def own_courses(user: Any, courses: QuerySet, day: date) -> QuerySet:
    """Those of the courses that the person held on `day`.

    A substitute has the lesson substituted and not the course (A5).
    """
    held = CourseTeacher.objects.on(day).filter(employee__user=user)
    return courses.filter(pk__in=held.order_by().values("course"))


class PlainSelect(forms.Select):
    """A drop-down built as one string: the groups of ten years make a long one."""

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        chosen = "" if value is None else str(value)
        options = "".join(
            f'<option value="{escape(str(key))}"'
            f"{' selected' if str(key) == chosen else ''}>{escape(str(title))}</option>"
            for key, title in self.choices
        )
        look = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        # Key and title are escaped one by one: a piece of markup an option costs more.
        return SafeString(f"<select{look}>{options}</select>")


class RowField(forms.ChoiceField):
    """A choice among rows, read once for the list and for the answer alike.

    `what` is the row in the accusative: «группу». Gives the key of the row, or None.
    """

    widget = PlainSelect

    def __init__(self, what: str, *, everything: str = "", **options: Any) -> None:
        self.everything = everything
        super().__init__(
            error_messages={
                "required": format_lazy("Выберите {}.", what),
                "invalid_choice": format_lazy("Выберите {} из списка.", what),
            },
            **options,
        )

    def offer(self, rows: Iterable[tuple[int, str]]) -> None:
        blank = self.everything if not self.required else "Выберите из списка"
        self.choices = [("", blank), *((str(pk), title) for pk, title in rows)]

    def only(self) -> str:
        """The one choice there is, or nothing."""
        return self.choices[1][0] if len(self.choices) == 2 else ""

    def clean(self, value: Any) -> int | None:
        value = super().clean(value)
        return int(value) if value else None


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar or typed."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        messages = {
            "required": "Укажите дату.",
            "invalid": "Укажите дату в виде ДД.ММ.ГГГГ.",
        }
        super().__init__(error_messages=messages, **options)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day and not 1990 <= day.year <= 2100:
            raise ValidationError("Год — от 1990 до 2100.")
        return day


@lru_cache(maxsize=100)
def _groups(
    like: Likeness, right: str, anchors: tuple[str, ...], with_closed: bool
) -> Prepared:
    """Groups that such people may choose: key, name, closed on, the curator's user."""

    def build(user, employee):
        rows = Group.objects.filter(
            groups_for(like.asker(user, employee), right, anchors)
        )
        if not with_closed:
            rows = rows.filter(closed_on__isnull=True)
        return rows.order_by(
            F("closed_on").desc(nulls_first=True), "course_year", "name"
        ).values_list("pk", "name", "closed_on", "curator__user")

    return Prepared(build, unused=("user", "employee"))


class BegunPeriod(NamedTuple):
    """A period that has begun; both its days are included."""

    pk: int
    year: str
    kind: str
    number: int
    first_day: date
    last_day: date

    def __str__(self) -> str:
        return f"{self.year}, {self.number} {Period.Kind(self.kind).label}"


@Prepared
def _periods(today):
    begun = Period.objects.filter(first_day__lte=today)
    return begun.order_by("-first_day", "kind", "number").values_list(
        "pk", "year__name", "kind", "number", "first_day", "last_day"
    )


class GroupForm(ReportForm):
    """Asks for a group; `right` is what the person must hold over it.

    Groups that are closed by now are offered on demand: in ten years they outnumber the
    others, and every page would carry them.
    """

    right = "view_lesson"
    anchors = (*WHOLE, Anchor.COURSE)

    group = RowField(
        worded_lazily("группу"),
        label=worded_lazily("Группа"),
        everything=worded_lazily("Все группы", "Все классы"),
    )
    closed = forms.BooleanField(label="С расформированными", required=False)

    def prepare(self) -> None:
        found = self._offer_groups(with_closed=False)
        field = self.fields["group"]
        if field.required:
            own = [pk for pk, _, _, user in found if user == self.user.pk]
            field.initial = own[0] if own else field.only()

    def narrow(self) -> None:
        chosen = str(self.data.get("group") or "")
        unknown = chosen not in dict(self.fields["group"].choices)
        if self.data.get("closed") or (chosen and unknown):
            self._offer_groups(with_closed=True)

    def _offer_groups(self, with_closed: bool) -> list[tuple]:
        read = _groups(likeness(self.user), self.right, self.anchors, with_closed)
        found = read(user=self.user.pk, employee=employee_key(self.user))
        self.fields["group"].offer(
            (pk, name if closed is None else f"{name} (расформирована)")
            for pk, name, closed, _ in found
        )
        return found

    def clean_group(self) -> Group | None:
        pk = self.cleaned_data["group"]
        rows = Group.objects.select_related("specialty", "department", "curator")
        return rows.get(pk=pk) if pk else None


OUTLIVED = worded_lazily(
    "Список группы прошедшего периода — на его последний день.",
    "Список класса прошедшего периода — на его последний день.",
)


class PeriodForm(GroupForm):
    """Asks for a group, a period that has begun, and the day to stand at.

    Where a question `ends_with_period`, a past period is seen as of its last day;
    sheets of the session and retakes come after it.
    """

    ends_with_period = True

    period = RowField("учебный период", label="Учебный период")
    day = DayField(
        label="По состоянию на",
        required=False,
        help_text="Для прошедшего периода берётся его последний день.",
    )

    def prepare(self) -> None:
        super().prepare()
        today = timezone.localdate()
        self.periods = {row[0]: BegunPeriod(*row) for row in _periods(today=today)}
        field = self.fields["period"]
        field.offer((pk, str(period)) for pk, period in self.periods.items())
        now = period_at(list(self.periods.values()), today)
        field.initial = now.pk if now else ""
        self.fields["day"].initial = today
        if not self.ends_with_period:
            self.fields["day"].help_text = OUTLIVED

    def clean_period(self) -> BegunPeriod:
        return self.periods[self.cleaned_data["period"]]

    def clean(self) -> dict[str, Any]:
        """The day lies in the period; after its end the period stands as it ended."""
        answers = super().clean()
        period = answers.get("period")
        if period and "day" in answers:
            today = timezone.localdate()
            last = period.last_day if self.ends_with_period else today
            day = min(answers["day"] or today, last)
            if day < period.first_day:
                self.add_error(
                    "day",
                    "Период начался позже: укажите дату с"
                    f" {period.first_day:%d.%m.%Y} по {period.last_day:%d.%m.%Y}.",
                )
            answers["day"] = day
            if group := answers.get("group"):
                stand_as_on([group], min(day, period.last_day))
        return answers


def month_title(month: tuple[int, int]) -> str:
    """«сентябрь 2026»."""
    return f"{MONTHS[month[1] - 1]} {month[0]}"


def month_end(month: tuple[int, int]) -> date:
    """Its last day."""
    year, number = month
    after = date(year + number // 12, number % 12 + 1, 1)
    return after - timedelta(days=1)


class MonthField(forms.ChoiceField):
    """A month of the last academic years as (year, month), or None."""

    widget = PlainSelect

    def __init__(self, **options: Any) -> None:
        messages = {
            "required": "Выберите месяц.",
            "invalid_choice": "Выберите месяц из списка.",
        }
        super().__init__(error_messages=messages, **options)

    def offer(self, months: Iterable[tuple[int, int]], blank: str = "") -> None:
        self.choices = [("", blank)] if blank else []
        self.choices += [
            (f"{year}-{number:02}", month_title((year, number)))
            for year, number in months
        ]

    def clean(self, value: Any) -> tuple[int, int] | None:
        value = super().clean(value)
        if not value:
            return None
        year, _, number = value.partition("-")
        return int(year), int(number)


def months_until(today: date) -> list[tuple[int, int]]:
    """Months from the first academic year kept to `today`, the latest first.

    At most YEARS years; a year back where there is no academic year.
    """
    years = AcademicYear.objects.filter(start__lte=today).order_by("start")
    first = years.values_list("start", flat=True).first()
    first = first or today.replace(year=today.year - 1, day=1)
    months = []
    year, number = today.year, today.month
    while (year, number) >= (first.year, first.month) and len(months) < 12 * YEARS:
        months.append((year, number))
        year, number = (year, number - 1) if number > 1 else (year - 1, 12)
    return months
