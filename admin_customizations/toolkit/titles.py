"""Titles of the admin's own pages."""

from django.utils.text import capfirst


class RussianTitles:
    """Titles that need no case of the model's name."""

    def add_view(self, request, form_url="", extra_context=None):
        title = f"{capfirst(self.opts.verbose_name)}: новая запись"
        context = {"title": title, **(extra_context or {})}
        return super().add_view(request, form_url, context)

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(
            request, {"title": title, **(extra_context or {})}
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"title": capfirst(self.opts.verbose_name), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def delete_view(self, request, object_id, extra_context=None):
        title = f"{capfirst(self.opts.verbose_name)}: удаление"
        return super().delete_view(
            request, object_id, {"title": title, **(extra_context or {})}
        )

    def history_view_title(self, request, obj):
        return f"{capfirst(self.opts.verbose_name)}: история изменений"

    def history_form_view_title(self, request, obj):
        return f"{capfirst(self.opts.verbose_name)}: прежнее состояние"
