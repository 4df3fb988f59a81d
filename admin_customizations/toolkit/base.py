"""Base classes of every admin page: row rights, history, no loose ends.

The skin's classes are imported here and nowhere else, so that another skin is one line.
"""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin as SkinModelAdmin
from unfold.admin import StackedInline as SkinStackedInline
from unfold.admin import TabularInline as SkinTabularInline

MOST_SEARCHED = 100
MOST_WORDS = 5


class ScopedFields:
    """Choices of related rows are those that the person sees (leaks L1 to L4)."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["queryset"] = self.choices_for(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs["queryset"] = self.choices_for(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def choices_for(self, db_field, request, kwargs):
        rows = kwargs.get("queryset")
        if rows is None:
            rows = db_field.remote_field.model._default_manager.all()
        if hasattr(rows, "visible_to"):
            return rows.visible_to(request.user)
        return rows


class Scoped(ScopedFields):
    """Rows by `visible_to`, one object by the same question with the verb."""

    show_full_result_count = False
    list_max_show_all = 200
    list_per_page = 50

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def _reaches(self, request, obj, verb: str) -> bool:
        rows = type(obj)._base_manager.filter(pk=obj.pk)
        return (
            self.model._default_manager.visible_to(request.user, verb)
            .filter(pk__in=rows.values("pk"))
            .exists()
        )

    def has_change_permission(self, request, obj=None):
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or obj.pk is None or obj.is_editable_by(request.user)

    def has_delete_permission(self, request, obj=None):
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or obj.pk is None or self._reaches(request, obj, "delete")


class RussianTitles:
    """Titles that need no case of the model's name."""

    def add_view(self, request, form_url="", extra_context=None):
        title = f"{self.opts.verbose_name.capitalize()}: новая запись"
        return super().add_view(
            request, form_url, {"title": title, **(extra_context or {})}
        )

    def changelist_view(self, request, extra_context=None):
        title = self.opts.verbose_name_plural.capitalize()
        return super().changelist_view(
            request, {"title": title, **(extra_context or {})}
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        title = self.opts.verbose_name.capitalize()
        return super().change_view(
            request, object_id, form_url, {"title": title, **(extra_context or {})}
        )


class ScopedHistory(SimpleHistoryAdmin):
    """History of visible objects, to look at only (leaks L5 to L8)."""

    def history_view(self, request, object_id, extra_context=None):
        self._found(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        self._found(request, object_id)
        return super().history_form_view(request, object_id, version_id, extra_context)

    def _found(self, request, object_id):
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404


class ModelAdmin(RussianTitles, Scoped, ScopedHistory, SkinModelAdmin):
    """The admin of a model of record."""

    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = False
    actions_selection_counter = True

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def get_object(self, request, object_id, from_field=None):
        """An address of nonsense is an object that does not exist."""
        try:
            return super().get_object(request, object_id, from_field)
        except (OverflowError, ValueError, ValidationError):
            return None

    def get_search_results(self, request, queryset, search_term):
        words = search_term[:MOST_SEARCHED].split()[:MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))

    def save_model(self, request, obj, form, change):
        """Saving without a change leaves no false row in the history."""
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A rule that only the database knows is answered in words."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as error:
            words = self.words_for(error)
            if words is None:
                raise
            self.message_user(request, words, "error")
            from django.http import HttpResponseRedirect

            return HttpResponseRedirect(request.get_full_path())

    def words_for(self, error: IntegrityError) -> str | None:
        """Russian words for a rule of the database; areas' admins know them."""
        return None


class ScopedInline(ScopedFields):
    """Rows of an inline are scoped like those of a list (leak L12)."""

    extra = 0
    show_change_link = False
    tab = True

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)


class TabularInline(ScopedInline, SkinTabularInline):
    """Rows of a parent as a table."""


class StackedInline(ScopedInline, SkinStackedInline):
    """Rows of a parent as forms."""
