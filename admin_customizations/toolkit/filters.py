"""Filters that offer only what the person sees (leak L9)."""

from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)

MOST_CHOICES = 500


class PlainLabel:
    """The filter bears the name of its field, in no grammatical case."""

    def choices(self, changelist):
        for choice in super().choices(changelist):
            for field in choice["form"].fields.values():
                field.label = str(self.title).capitalize()
            yield choice


class ScopedRelatedFilter(PlainLabel, RelatedDropdownFilter):
    """A drop-down of related rows, those visible to the person."""

    def field_choices(self, field, request, model_admin):
        rows = field.remote_field.model._default_manager.visible_to(request.user)
        ordering = self.field_admin_ordering(field, request, model_admin)
        if ordering:
            rows = rows.order_by(*ordering)
        return [(row.pk, str(row)) for row in rows[:MOST_CHOICES]]


class ChoiceFilter(PlainLabel, ChoicesDropdownFilter):
    """A drop-down of the choices of a field."""


class ScopedListFilter(PlainLabel, DropdownFilter):
    """A drop-down of rows that no single foreign key leads to.

    A subclass says which `rows()` there are, all of them, and how to `narrow()` a list.
    """

    def rows(self):
        raise NotImplementedError

    def narrow(self, queryset, pk):
        raise NotImplementedError

    def lookups(self, request, model_admin):
        rows = self.rows().visible_to(request.user)
        return [(str(row.pk), str(row)) for row in rows[:MOST_CHOICES]]

    def queryset(self, request, queryset):
        offered = {pk for pk, _ in self.lookup_choices}
        value = self.value()
        if not value:
            return queryset
        return self.narrow(queryset, value) if value in offered else queryset.none()


class AnswerFilter(PlainLabel, DropdownFilter):
    """A drop-down of fixed answers: `answers` maps a key to its title and condition."""

    answers: dict = {}

    def lookups(self, request, model_admin):
        return [(key, title) for key, (title, _) in self.answers.items()]

    def queryset(self, request, queryset):
        if self.value() not in self.answers:
            return queryset
        return queryset.filter(self.answers[self.value()][1]())
