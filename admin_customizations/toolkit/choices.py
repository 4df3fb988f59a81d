"""What fields of a form offer: rows that the person sees, and what stands there."""

from django.contrib.admin.widgets import (
    AutocompleteSelect,
    AutocompleteSelectMultiple,
)
from django.db.models import Q


def changed_key(request) -> int | None:
    """The key of the object whose form is asked for; None of a new one."""
    match = request.resolver_match
    pk = str(match.kwargs.get("object_id", "")) if match else ""
    return int(pk) if pk.isdecimal() and len(pk) <= 18 else None


class Forgiving:
    """An autocomplete that a refused form shows empty where nonsense was sent to it."""

    def optgroups(self, name, value, attr=None):
        try:
            return super().optgroups(name, value, attr)
        except (OverflowError, ValueError):
            return super().optgroups(name, [], attr)


class KnownAutocomplete(Forgiving, AutocompleteSelect):
    """An autocomplete that asks for no object that its row has loaded already."""

    known = None

    def optgroups(self, name, value, attr=None):
        if self.known is None or value != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        options = [self.create_option(name, value[0], str(self.known), True, 0)]
        if not self.is_required:
            options.insert(0, self.create_option(name, "", "", False, 0))
        return [(None, options, 0)]


class ManyAutocomplete(Forgiving, AutocompleteSelectMultiple):
    """An autocomplete of several objects."""


class ScopedFields:
    """Choices of related rows are those that the person sees (leaks L1 to L4)."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["queryset"] = self.choices_for(db_field, request, kwargs)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs["queryset"] = self.choices_for(db_field, request, kwargs)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", ManyAutocomplete(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def choices_for(self, db_field, request, kwargs):
        """Rows offered by a field; a model without row rights offers none."""
        rows = kwargs.get("queryset")
        if rows is None:
            rows = self.get_field_queryset(None, db_field, request)
        if rows is None:
            rows = db_field.remote_field.model._default_manager.all()
        if not hasattr(rows, "visible_to"):
            return rows.none()
        seen, standing = rows.visible_to(request.user), self.standing(request)
        if standing is None:
            return seen
        # What a row names already stays, though its reader may not see it elsewhere.
        named = standing.order_by().values(db_field.name)
        return rows.filter(Q(pk__in=seen.order_by().values("pk")) | Q(pk__in=named))

    def standing(self, request):
        """The rows that the form changes; None of a form of a new one."""
        return None
