"""Reports of many groups in one archive, made beside the requests."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django import forms
from django.core.files import File
from django.utils import timezone
from django.utils.text import format_lazy
from django_tasks import task

from journal.models import Group, ReportBatch
from journal.models.words import spoken_here, worded, worded_lazily

from .frame import stamp
from .questions import PeriodForm
from .registry import Report, reports_for
from .writers import ReportTooLargeError, render

log = logging.getLogger("journal.exports")

STATE = ReportBatch.State
KEPT = timedelta(days=1)
MOST_GROUPS = 100
HEAVY = ("journal_paper",)  # a book by itself: only where asked for
# What a batch answers: reports that ask for anything else are made one by one.
ANSWERED = {
    "group",
    "closed",
    "period",
    "whole_year",
    "day",
    "month",
    "until",
    "course",
    "department",
    "top",
}
LEFT_OUT = "Что не вошло.txt"


class RowsField(forms.MultipleChoiceField):
    """Choices among rows; gives their keys."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, rows: Iterable[tuple[Any, str]]) -> None:
        self.choices = [(str(pk), title) for pk, title in rows]

    def only(self) -> list[str]:
        return [self.choices[0][0]] if len(self.choices) == 1 else []


def one_of(what: str) -> dict[str, str]:
    return {
        "required": format_lazy("Выберите {}.", what),
        "invalid_choice": format_lazy("Выберите {} из списка.", what),
    }


class BatchForm(PeriodForm):
    """Asks for groups, a period and a day, and which reports."""

    right = "view_mark"
    ends_with_period = False

    group = RowsField(
        label=worded_lazily("Группы", "Классы"),
        required=False,
        error_messages=one_of(worded_lazily("группы", "классы")),
    )
    whole_year = forms.BooleanField(
        label="За весь учебный год, где отчёт это умеет", required=False
    )
    reports = RowsField(label="Отчёты", error_messages=one_of("отчёты"))
    everything = forms.BooleanField(
        label=worded_lazily("Все группы списка", "Все классы списка"), required=False
    )
    field_order = (
        "period",
        "whole_year",
        "day",
        "closed",
        "everything",
        "group",
        "reports",
    )

    def prepare(self) -> None:
        super().prepare()
        found = offered(self.user)
        self.fields["reports"].offer((one.slug, one.title) for one in found)
        self.fields["reports"].initial = [
            one.slug for one in found if one.slug not in HEAVY
        ]

    def clean_group(self) -> list[Group]:
        keys = self.cleaned_data["group"]
        if self.cleaned_data["everything"]:
            keys = [key for key, _ in self.fields["group"].choices]
        if not keys:
            raise forms.ValidationError(worded("Выберите группы.", "Выберите классы."))
        if len(keys) > MOST_GROUPS:
            raise forms.ValidationError(
                f"За раз — не больше {MOST_GROUPS} {worded('групп')}."
            )
        return list(Group.objects.filter(pk__in=keys).order_by("course_year", "name"))


def offered(user: Any) -> list[Report]:
    """Reports on a group that a batch can make for the person."""
    return [
        one
        for one in reports_for(user)
        if "group" in one.form_class.base_fields
        and set(one.form_class.base_fields) <= ANSWERED
    ]


def order(form: BatchForm) -> ReportBatch:
    """Write down what the valid form asks for; what has expired goes meanwhile."""
    sweep()
    answers = form.cleaned_data
    groups, slugs = answers["group"], answers["reports"]
    names = ", ".join(map(str, groups))
    return ReportBatch.objects.create(
        by=form.user,
        title=f"{answers['period']}: {names}"[:300],
        answers={
            "groups": [group.pk for group in groups],
            "reports": slugs,
            "period": answers["period"].pk,
            "whole_year": answers["whole_year"],
            "day": answers["day"].isoformat(),
        },
        total=len(groups) * len(slugs),
        expires_at=timezone.now() + KEPT,
    )


def sweep() -> None:
    """Take away what has expired, the files first."""
    for batch in ReportBatch.objects.filter(expires_at__lt=timezone.now()):
        batch.file.delete(save=False)
        batch.delete()


@task()
def make_later(pk: int) -> None:
    """What the worker does: the reports of a batch."""
    make(pk)


@spoken_here()
def make(pk: int) -> ReportBatch | None:
    """Make the archive of a waiting batch, with the rights its owner has by now.

    What a report refuses (a right, its size) is said in a file of the archive. None
    where the batch is gone or somebody makes it already.
    """
    batch = ReportBatch.objects.select_related("by").filter(pk=pk).first()
    if batch is None or batch.state != STATE.WAITING:
        return None
    batch.state = STATE.RUNNING
    batch.save()
    try:
        _write(batch)
        batch.state = STATE.DONE
    except Exception:
        log.exception("batch %s of user %s", batch.pk, batch.by_id)
        batch.state = STATE.FAILED
        batch.problem = "Архив не собран из-за ошибки. Закажите его ещё раз."
    batch.save()
    return batch


def _write(batch: ReportBatch) -> None:
    missing = []
    with tempfile.TemporaryFile() as target:
        with ZipFile(target, "w", ZIP_DEFLATED) as archive:
            for group, report in _jobs(batch):
                try:
                    name = _name(f"{report.number} {report.title}")
                    archive.writestr(
                        f"{_name(str(group))}/{name}.pdf",
                        _pdf(batch, group, report),
                    )
                except (ReportTooLargeError, RefusedError) as error:
                    missing.append(f"{group}, {report.title}: {error}")
                batch.done += 1
                batch.save(update_fields=["done", "moved_at"])
            if missing:
                archive.writestr(LEFT_OUT, "\n".join(missing))
        target.seek(0)
        batch.file.save(f"{batch.pk}.zip", File(target), save=False)


class RefusedError(ValueError):
    """A report that the owner may not have of a group, in words."""


def _jobs(batch: ReportBatch) -> Iterator[tuple[Group, Report]]:
    groups = Group.objects.filter(pk__in=batch.answers["groups"])
    known = {one.slug: one for one in offered(batch.by)} if batch.by.is_active else {}
    reports = [known[slug] for slug in batch.answers["reports"] if slug in known]
    for group in groups.order_by("course_year", "name"):
        for report in reports:
            yield group, report


def _pdf(batch: ReportBatch, group: Group, report: Report) -> bytes:
    asked = batch.answers
    given = {
        "group": str(group.pk),
        "period": str(asked["period"]),
        "day": asked["day"],
        "month": asked["day"][:7],
        "whole_year": "on" if asked["whole_year"] else "",
    }
    form = report.form(batch.by)
    if not form.answer({name: value for name, value in given.items() if value}):
        raise RefusedError("отчёту не хватает ответов, откройте его отдельно")
    if not form.is_valid():
        raise RefusedError(
            " ".join(one for ones in form.errors.values() for one in ones)
        )
    table = report.make(form)
    stamp(table, batch.by)
    return render(table, "pdf")


def _name(text: str) -> str:
    """A name of a file that any system takes, as people read it."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", text).strip(" .")[:80] or "отчёт"
