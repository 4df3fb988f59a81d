"""Base classes of every admin page: row rights, history, no loose ends.

The skin's base classes are imported here alone, so that another skin is one line.
"""

from collections import Counter
from functools import cache

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import NestedObjects, unquote
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    ValidationError,
)
from django.db import connection
from django.db.models import F
from django.db.models.functions import Collate
from django.forms.models import _get_foreign_key
from django.http import Http404
from django.utils.choices import BaseChoiceIterator
from django.utils.text import capfirst
from unfold.admin import ModelAdmin as SkinModelAdmin
from unfold.admin import StackedInline as SkinStackedInline
from unfold.admin import TabularInline as SkinTabularInline
from unfold.decorators import display as labelled

from admin_customizations.toolkit.choices import (
    KnownAutocomplete,
    ScopedFields,
    changed_key,
)
from admin_customizations.toolkit.history import ScopedHistory
from admin_customizations.toolkit.refusals import Refusals
from admin_customizations.toolkit.rows import DrawnTable
from admin_customizations.toolkit.shown import install
from admin_customizations.toolkit.titles import RussianTitles
from admin_customizations.toolkit.widgets import NATIVE

install()
MOST_SEARCHED = 100
MOST_WORDS = 5


def by_alphabet(*fields: str) -> list:
    """An ordering in which Ё follows Е; PostgreSQL sorts so by itself."""
    if connection.vendor == "sqlite":
        return [Collate(F(field), "ru").asc() for field in fields]
    return list(fields)


@cache
def drawing(changelist: type) -> type:
    return type(changelist.__name__, (DrawnTable, changelist), {})


def answered_once(request, obj, verb: str, ask):
    """The answer of `ask()`, kept for the request: a page asks it many times over."""
    answers = request.__dict__.setdefault("_rights_asked", {})
    key = (type(obj), obj.pk, verb)
    if key not in answers:
        answers[key] = ask()
    return answers[key]


class Scoped(ScopedFields):
    """Rows by `visible_to`, one object by the same question with the verb."""

    show_full_result_count = False
    list_max_show_all = 200
    list_per_page = 50

    def get_queryset(self, request):
        """Visible rows, with what their names and columns need, wherever they show."""
        rows = super().get_queryset(request).visible_to(request.user)
        related = self.list_select_related
        return rows.select_related(*related) if isinstance(related, list) else rows

    def reaches(self, request, obj, verb: str) -> bool:
        rows = self.model._default_manager.visible_to(request.user, verb)
        return rows.filter(pk=obj.pk).exists()

    def has_change_permission(self, request, obj=None):
        if not super().has_change_permission(request, obj):
            return False
        if obj is None or obj.pk is None:
            return True
        return answered_once(
            request, obj, "change", lambda: obj.is_editable_by(request.user)
        )

    def has_delete_permission(self, request, obj=None):
        if not super().has_delete_permission(request, obj):
            return False
        if obj is None or obj.pk is None:
            return True
        return answered_once(
            request, obj, "delete", lambda: self.reaches(request, obj, "delete")
        )

    def lookup_allowed(self, lookup, value, request=None):
        """Addresses narrow a list by its declared filters and by nothing else."""
        declared = [
            filter_[0]
            if isinstance(filter_, list | tuple)
            else getattr(filter_, "parameter_name", filter_)
            for filter_ in self.get_list_filter(request)
        ]
        if self.date_hierarchy:
            declared.append(self.date_hierarchy)
        return any(
            lookup == name or lookup.startswith(f"{name}__") for name in declared
        )

    def get_changelist(self, request, **kwargs):
        return drawing(super().get_changelist(request, **kwargs))

    def get_changelist_instance(self, request):
        """A year that no calendar has is a filter of nonsense like any other."""
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:
            raise IncorrectLookupParameters from error

    def get_search_results(self, request, queryset, search_term):
        words = search_term[:MOST_SEARCHED].split()[:MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))

    def get_object(self, request, object_id, from_field=None):
        """An address of nonsense is an object that does not exist."""
        if "\x00" in str(object_id):  # PostgreSQL takes no such text at all
            return None
        try:
            return super().get_object(request, object_id, from_field)
        except (OverflowError, ValueError, ValidationError):
            return None

    def standing(self, request):
        pk = changed_key(request)
        return None if pk is None else self.model._default_manager.filter(pk=pk)

    def may_look(self, request):
        """Whoever may not view the model at all is told so, of any row alike."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied

    def seen_or_404(self, request, object_id):
        obj = self.get_object(request, unquote(str(object_id)))
        if obj is None:
            raise Http404
        return obj

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def get_deleted_objects(self, objs, request):
        """What goes with an object, and what stands in the way, as counts (leak L13)."""
        collector = NestedObjects(using=connection.alias, origin=objs)
        collector.collect(objs)
        lacking = set()
        for model, rows in collector.model_objs.items():
            if self.admin_site.is_registered(model):
                admin = self.admin_site.get_model_admin(model)
                if not all(admin.has_delete_permission(request, row) for row in rows):
                    lacking.add(model._meta.verbose_name)
        counts = {
            model._meta.verbose_name_plural: len(rows)
            for model, rows in collector.model_objs.items()
        }
        in_the_way = Counter(type(row) for row in collector.protected)
        protected = [
            f"{capfirst(model._meta.verbose_name_plural)}: {count}"
            for model, count in in_the_way.items()
        ]
        return [str(obj) for obj in objs], counts, lacking, protected


class ModelAdmin(RussianTitles, Refusals, Scoped, ScopedHistory, SkinModelAdmin):
    """The admin of a model of record."""

    formfield_overrides = NATIVE
    compressed_fields = True
    warn_unsaved_form = True
    change_list_template = "toolkit/change_list.html"
    # Why a list may be empty, and what to do about it.
    empty_hint = "Здесь пока ничего нет. Добавьте первую запись."
    empty_hint_reader = (
        "Записей, доступных вам, здесь нет. "
        "Если они должны быть, обратитесь к администратору журнала."
    )

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.viewer = request.user
        return form

    def changelist_view(self, request, extra_context=None):
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest("NUL")
        return super().changelist_view(request, extra_context)

    def save_model(self, request, obj, form, change):
        """Saving without a change leaves no false row in the history."""
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)

    def get_actions_detail(self, request, object_id):
        """Buttons of an object: those that `confirmed` allows over just this one."""
        found = super().get_actions_detail(request, object_id)
        rules = [getattr(action.method, "may", None) for action in found]
        if not any(rules):
            return found
        obj = self.get_object(request, unquote(str(object_id)))
        return (
            []
            if obj is None
            else [
                action
                for action, may in zip(found, rules, strict=True)
                if may is None or may(request.user, obj)
            ]
        )


class ReadOnly:
    """Rows that are looked at here and written elsewhere."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnce(BaseChoiceIterator):
    """Choices that all rows of a formset share, read when the first one shows."""

    def __init__(self, choices):
        self.choices = choices
        self.rows = []  # shared by the copies that every form makes

    def __iter__(self):
        if not self.rows:
            self.rows.extend(pair for pair in self.choices)
        return iter(self.rows)


class RowRights:
    """A formset in which rows that the person may not change are shown only."""

    user = None

    def _reached(self, verb: str) -> set:
        shown = [row.pk for row in self.get_queryset()]
        rows = self.model._default_manager.visible_to(self.user, verb)
        return set(rows.filter(pk__in=shown).values_list("pk", flat=True))

    def add_fields(self, form, index):
        super().add_fields(form, index)
        pk = form.instance.pk
        if pk is None:
            return
        if not hasattr(self, "changeable"):
            self.changeable = self._reached("change")
            self.deletable = self._reached("delete") if self.can_delete else set()
        for name, field in form.fields.items():
            kept = self.deletable if name == "DELETE" else self.changeable
            if pk not in kept and not field.widget.is_hidden:
                field.disabled = True
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnownAutocomplete):
                widget.known = form.instance._state.fields_cache.get(name)


class ScopedInline(ScopedFields):
    """Rows of an inline are scoped like those of a list (leak L12)."""

    formfield_overrides = NATIVE
    extra = 0
    show_change_link = False
    tab = True
    hide_title = True
    list_select_related = False

    def get_queryset(self, request):
        rows = super().get_queryset(request).visible_to(request.user)
        related = self.list_select_related
        return rows.select_related(*related) if related else rows

    def standing(self, request):
        if (pk := changed_key(request)) is None:
            return None
        parent = _get_foreign_key(self.parent_model, self.model, self.fk_name)
        return self.model._default_manager.filter(**{parent.name: pk})

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A cell of a table has no label beside it: the field says its own name."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            name = capfirst(field.label or db_field.verbose_name)
            widget.attrs.setdefault("aria-label", name)
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Choices are read once for all rows."""
        searched = db_field.name in self.get_autocomplete_fields(request)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and not searched:
            field.choices = ReadOnce(field.choices)
        return field

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.viewer = request.user
        if not self.has_change_permission(request, obj):
            return formset
        return type(formset.__name__, (RowRights, formset), {"user": request.user})


class TabularInline(ScopedInline, SkinTabularInline):
    """Rows of a parent as a table."""


class StackedInline(ScopedInline, SkinStackedInline):
    """Rows of a parent as forms."""


__all__ = [
    "ModelAdmin",
    "ReadOnly",
    "StackedInline",
    "TabularInline",
    "by_alphabet",
    "labelled",
]
