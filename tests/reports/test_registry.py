"""The list of reports: who may open which."""

import pytest
from django import forms

from journal.reports import registry
from journal.reports.registry import REPORTS
from tests.reports import listing


class Someone:
    def __init__(self, *permissions):
        self.permissions = permissions

    def has_perm(self, permission):
        return permission in self.permissions


@pytest.fixture
def reports(monkeypatch):
    monkeypatch.setattr(registry, "REPORTS", {})
    return registry


def declare(slug, number, **options):
    @registry.report(
        slug,
        f"Отчёт {number}",
        number=number,
        area="results",
        roles=["curator"],
        **options,
    )
    def build(params):
        return listing([params["name"]])

    return build


class NameForm(registry.ReportForm):
    name = forms.CharField()


def test_a_report_is_offered_to_whom_its_permission_is_given(reports):
    declare("twelfth", "R12")
    declare("second", "R2")
    declare("third", "R3")
    someone = Someone("journal.report_twelfth", "journal.report_second")
    assert [one.slug for one in reports.reports_for(someone)] == ["second", "twelfth"]
    assert reports.reports_for(Someone()) == []


def test_a_report_builds_a_table_from_the_clean_answers_of_its_form(reports):
    declare("names", "R5", form=NameForm)
    report, user = reports.get("names"), Someone()
    form = report.form(user, {"name": " Ёлкин "})
    assert form.is_valid()
    assert form.params() == {"name": "Ёлкин", "user": user}
    assert [line.values for line in report.build(form.params()).body()] == [
        (1, "Ёлкин")
    ]
    assert not report.form(user, {}).is_valid()
    assert not report.form(user).is_bound


def test_a_slug_is_given_once(reports):
    declare("names", "R5")
    with pytest.raises(ValueError, match="taken"):
        declare("names", "R6")
    assert reports.get("names").number == "R5"


@pytest.mark.parametrize("slug", ["", "Names", "na-mes", "имена", "a/b", "5a", "a\n"])
def test_a_slug_is_a_plain_name(reports, slug):
    with pytest.raises(ValueError, match="slug"):
        declare(slug, "R5")
    assert reports.REPORTS == {}


def test_an_unknown_report_is_not_found(reports):
    with pytest.raises(KeyError):
        reports.get("nothing")


JUNK = ["0", "9" * 30, "٣", "\0", "2026-02-31", "9999-12-31", "2026-13", "ё" * 300]


@pytest.mark.parametrize("one", REPORTS.values(), ids=REPORTS)
def test_no_answer_breaks_a_report(world, one):
    """Each question gets junk, the others what is offered first."""
    form = one.form(world.office)
    good = {name: value or "" for name, value in form.defaults().items()}
    for name, field in form.fields.items():
        if field.required and not good[name]:
            own = str(world.group.pk) if name == "group" else field.choices[-1][0]
            good[name] = own
    for name in form.fields:
        asked = [one.form(world.office) for _ in JUNK]
        for form, value in zip(asked, JUNK, strict=True):
            is_valid = form.answer({**good, name: value}) and form.is_valid()
            assert is_valid or form.errors
        valid = [form for form in asked if not form.errors]
        assert all(one.build(form.params()).title for form in valid[-1:])
