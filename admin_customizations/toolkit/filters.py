"""Filters that offer only what the person sees (leak L9)."""

from unfold.contrib.filters.admin import RelatedDropdownFilter


class ScopedRelatedFilter(RelatedDropdownFilter):
    """A drop-down of related rows, those visible to the person."""

    def field_choices(self, field, request, model_admin):
        rows = field.remote_field.model._default_manager.visible_to(request.user)
        ordering = self.field_admin_ordering(field, request, model_admin)
        if ordering:
            rows = rows.order_by(*ordering)
        return [(row.pk, str(row)) for row in rows[:500]]
