"""Nothing is registered that goes past the toolkit: every admin, inline, filter, model."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin
from django.forms import DecimalField, IntegerField
from django.urls import reverse
from import_export.admin import ExportMixin, ImportMixin

from admin_customizations.admin.base import OurWords
from admin_customizations.toolkit.base import ModelAdmin, ScopedInline
from admin_customizations.toolkit.export import SafeExport
from admin_customizations.toolkit.filters import (
    AnswerFilter,
    ChoiceFilter,
    ScopedListFilter,
    ScopedRelatedFilter,
)
from journal.models import Institution, User

SAFE_FILTERS = (AnswerFilter, ChoiceFilter, ScopedListFilter, ScopedRelatedFilter)
ADMINS = [
    pytest.param(one, id=model._meta.model_name)
    for model, one in admin.site._registry.items()
]
# Written or looked at on the page of their owner, or on none at all.
WITHOUT_A_LIST = {
    "bell": "звонки, на странице расписания звонков",
    "accesscode": "коды, на странице учётной записи",
    "guardianship": "на карточках студента и представителя",
    "planhours": "на странице строки учебного плана",
    "planweeks": "на странице учебного плана",
    "complexformpart": "на странице комплексной формы",
    "programmetopic": "на странице рабочей программы",
    "calendarspan": "на странице календарного графика",
    "calendargroup": "на странице календарного графика",
    "exammember": "на странице события сессии",
    "calendarfeed": "на странице своего календаря",
    "subgroupmember": "на странице разделения группы",
    "lessontopic": "на странице занятия",
    "task": "на странице занятия",
    "orderline": "на странице приказа",
    "homeworkfile": "на странице домашнего задания",
    "sheetpart": "на странице ведомости",
    "sheetmember": "на странице ведомости",
    "result": "на странице ведомости",
    "activitymember": "на странице внеурочной деятельности",
    "activitysession": "на странице внеурочной деятельности",
    "activitypresence": "на странице внеурочной деятельности",
    "mark": "в журнале",
    "reportbatch": "на странице архивов отчётов, только свои",
    "absence": "в журнале",
    **dict.fromkeys(
        ["personalfile", "socialcard", "benefit", "militaryrecord"],
        "раздел карточки студента",
    ),
}


def our_models():
    return [
        model
        for model in apps.get_app_config("journal").get_models()
        if not model.__name__.startswith("Historical")
    ]


def test_every_model_of_ours_has_a_list_or_a_reason_for_none():
    listed = {model._meta.model_name for model in admin.site._registry}
    ours = {model._meta.model_name for model in our_models()}
    assert ours - listed == WITHOUT_A_LIST.keys()
    assert listed - ours == set()


def test_history_is_registered_nowhere():
    for model in admin.site._registry:
        assert not hasattr(model, "history_id"), model


def test_every_setting_of_the_institution_is_set_on_its_page_within_bounds(
    admin_request,
):
    page = admin.site._registry[Institution]
    fields = page.get_form(admin_request).base_fields
    assert {one.name for one in Institution._meta.fields} - fields.keys() == {"id"}
    endless = [
        name
        for name, field in fields.items()
        if isinstance(field, IntegerField | DecimalField) and not field.max_value
    ]
    assert endless == []
    assert (fields["forecast_alarm"].max_value, fields["threshold_5"].max_value) == (
        100,
        5,
    )


@pytest.mark.parametrize("one", ADMINS)
def test_an_admin_stands_on_the_toolkit(one):
    assert isinstance(one, ModelAdmin)
    assert isinstance(one, OurWords)
    for name in ("get_queryset", "choices_for", "history_form_view"):
        assert getattr(type(one), name)
    assert one.raw_id_fields == ()
    assert one.list_editable == ()
    assert not getattr(one, "list_sections", ())
    assert one.show_full_result_count is False
    assert one.list_max_show_all <= 200
    assert not isinstance(one, ImportMixin)
    if isinstance(one, ExportMixin):
        assert isinstance(one, SafeExport)
        assert one.export_columns


@pytest.mark.parametrize("one", ADMINS)
def test_an_inline_stands_on_the_toolkit(one):
    tabs = getattr(one, "tabs", ())
    for inline in [*one.inlines, *(part for tab in tabs for part in tab.inlines)]:
        assert issubclass(inline, ScopedInline), inline
        assert not inline.raw_id_fields


@pytest.mark.parametrize("one", ADMINS)
def test_a_filter_offers_scoped_choices(one):
    for declared in one.list_filter:
        kind = declared[1] if isinstance(declared, tuple) else declared
        assert isinstance(kind, type), f"{declared}: a plain field lists every row"
        assert issubclass(kind, SAFE_FILTERS), declared


BIG = {"student", "guardian", "employee", "course", "user", "lesson"}


@pytest.mark.parametrize("one", ADMINS)
def test_a_big_relation_is_searched_not_listed(one, admin_request):
    """A drop-down of students would hold ten thousand rows."""
    pages = [one, *one.get_inline_instances(admin_request)]
    forms = [
        page.get_formset(admin_request).form
        if isinstance(page, ScopedInline)
        else page.get_form(admin_request)
        for page in pages
        if page.has_change_permission(admin_request)
    ]
    for form in forms:
        for name, field in form.base_fields.items():
            if getattr(field, "queryset", None) is None:
                continue
            if field.queryset.model._meta.model_name in BIG:
                widget = getattr(field.widget, "widget", field.widget)
                assert isinstance(widget, AutocompleteMixin), (one, name)


@pytest.fixture
def admin_request(rf, db):
    request = rf.get("/admin/")
    request.user = User(is_superuser=True, is_staff=True)
    return request


@pytest.mark.parametrize("one", ADMINS)
def test_an_empty_list_says_what_to_do(one):
    for hint in (one.empty_hint, one.empty_hint_reader):
        assert hint.endswith(".")
        assert len(hint) > 20


def test_an_empty_list_is_explained(world, client_of):
    at = reverse("admin:journal_exemption_changelist")
    for user, words in (
        (world.deputy, "Освобождений и перезачётов пока нет."),
        (world.curator, "Записей, доступных вам, здесь нет."),
    ):
        html = client_of(user).get(at).content.decode()
        assert words in html
        assert "Ничего не найдено" not in html
    html = client_of(world.deputy).get(at, {"q": "абв"}).content.decode()
    assert "Ничего не найдено" in html
    assert "Сбросить фильтры" in html
