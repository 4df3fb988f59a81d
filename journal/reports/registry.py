"""The list of reports: who may ask for them, with what questions.

A new report is one function under `@report` in the file of its area.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django import forms

from . import frame
from .table import Table

SLUG = re.compile(r"[a-z][a-z0-9_]*")
# Who reports are for, so that a decorator names a set and what it adds.
OF_STUDY = ("admin", "director", "deputy", "deputy_upr", "studyunit", "department")
OFFICE = (*OF_STUDY, "deputy_uvr")
TEACHING = ("teacher", "master")
OF_GROUP = (*OFFICE, "curator")
OF_JOURNAL = (*OF_GROUP, *TEACHING)
MACHINERY = {"table", "registry", "writers", "questions", "frame", "batch"}


class ReportForm(forms.Form):
    """Questions a report asks; choices are narrowed to what `user` may see."""

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.prepare()
        if self.is_bound:
            self.narrow()

    def prepare(self) -> None:
        """Offer the choices that hang on the user alone, and the defaults."""

    def answer(self, given: Mapping[str, Any]) -> bool:
        """Bind to an address: what it leaves out is answered by the defaults.

        False, and the form stays unbound with what is `given` filled in, where an
        answer that must be there is neither given nor known.
        """
        given = {name: given[name] for name in self.fields if name in given}
        answers = {**self.defaults(), **given}
        if any(
            field.required and name not in given and not answers[name]
            for name, field in self.fields.items()
        ):
            self.initial.update(given)
            return False
        self.data, self.is_bound, self._errors = answers, True, None
        self.narrow()
        return True

    def defaults(self) -> dict[str, Any]:
        """The answers proposed, as a browser would send them."""
        found = {}
        for name, field in self.fields.items():
            value = self.get_initial_for_field(field, name)
            found[name] = value.isoformat() if isinstance(value, date) else value or ""
        return found

    def narrow(self) -> None:
        """Offer choices that depend on other answers; called once those are known."""

    def params(self) -> dict[str, Any]:
        """Clean answers for `build`, and who asks; call after `is_valid()`."""
        return {**self.cleaned_data, "user": self.user}


Build = Callable[[dict[str, Any]], Table]


@dataclass(frozen=True, slots=True)
class Report:
    """One report of the list; `number` is the one of the requirements ("R5").

    `short` names it in a link beside a group or a course. One that names persons
    `is_personal`: its files are written down in the log of personal data (K 3.5).
    """

    slug: str
    title: str
    build: Build
    number: str
    area: str
    roles: tuple[str, ...]
    description: str = ""
    form_class: type[ReportForm] = ReportForm
    short: str = ""
    is_personal: bool = True

    @property
    def codename(self) -> str:
        """Name of the permission that opens the report."""
        return f"report_{self.slug}"

    @property
    def permission(self) -> str:
        return f"journal.{self.codename}"

    def form(self, user: Any, data: Any = None) -> ReportForm:
        """The form for this user; unbound without data.

        Valid, it is what `make` takes.
        """
        return self.form_class(data, user=user)

    def make(self, form: ReportForm) -> Table:
        """The table that a valid form asks for, with its issuer and edition."""
        table = self.build(form.params())
        frame.say_issuer(table)
        frame.say_edition(table, form.cleaned_data.get("period"))
        return table


REPORTS: dict[str, Report] = {}


def report(
    slug: str,
    title: str,
    *,
    number: str,
    area: str,
    roles: Iterable[str],
    form: type[ReportForm] = ReportForm,
    description: str = "",
    short: str | None = None,
    is_personal: bool = True,
) -> Callable[[Build], Build]:
    """Put the decorated `build(params) -> Table` on the list.

    `roles` get the report's permission by default. Raises ValueError for a slug that
    is taken or is no lower-case name: permissions and addresses are made of it.
    """
    if not SLUG.fullmatch(slug):
        raise ValueError(f"report slug {slug!r}: small latin letters, digits and _")
    if not issubclass(form, ReportForm):
        raise TypeError(f"report {slug}: the form must be a ReportForm")

    def add(build: Build) -> Build:
        if slug in REPORTS:
            raise ValueError(f"report slug {slug!r} is taken")
        REPORTS[slug] = Report(
            slug=slug,
            title=title,
            build=build,
            number=number,
            area=area,
            roles=tuple(roles),
            description=description,
            form_class=form,
            short=title if short is None else short,
            is_personal=is_personal,
        )
        return build

    return add


def get(slug: str) -> Report:
    """The report of that slug; raises KeyError, which a view answers with 404."""
    return REPORTS[slug]


def reports_for(user: Any) -> list[Report]:
    """Reports that the user may open, by number: R2 before R12."""
    allowed = (one for one in REPORTS.values() if user.has_perm(one.permission))
    return sorted(allowed, key=_order)


def discover() -> None:
    """Import the reports of every area; the application calls it when ready."""
    package = import_module(__package__)
    for module in iter_modules(package.__path__):
        if module.name not in MACHINERY:
            import_module(f"{__package__}.{module.name}")


def _order(one: Report) -> tuple[int, str, str]:
    digits = re.sub(r"\D", "", one.number)
    return int(digits or 0), one.number, one.slug
