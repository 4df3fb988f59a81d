"""What the pages of thematic plans and of work programmes share: author and approval."""

from django.contrib import admin

from journal.domain.curriculum.approval import may_edit_plan


class Authored:
    """A paper with an author that stands still once it is handed in."""

    def get_readonly_fields(self, request, obj=None):
        """Whoever does not approve papers writes them in the own name."""
        fixed = list(self.readonly_fields)
        if request.user.has_perm(f"journal.approve_{self.opts.model_name}"):
            return fixed
        return [*fixed, "author"]

    def has_change_permission(self, request, obj=None):
        if obj is None or obj.pk is None:
            return super().has_change_permission(request, obj)
        return super().has_change_permission(request) and may_edit_plan(
            request.user, obj
        )

    def save_model(self, request, obj, form, change):
        if not change and obj.author is None:
            obj.author = getattr(request.user, "employee", None)
        super().save_model(request, obj, form, change)

    @admin.display(description="часов", ordering="hours", empty_value="0")
    def hours(self, paper):
        return paper.hours
