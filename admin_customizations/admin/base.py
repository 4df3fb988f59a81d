"""The base of our own admins: the toolkit, with the words for our rules."""

from functools import cache

from django.apps import apps
from django.db.models import UniqueConstraint

from admin_customizations.imports import load_url
from admin_customizations.toolkit import base
from journal.models.guards import rule_of

LINKED = "Запись связана с другими, поэтому удалить её нельзя."
TAKEN = "Такая запись уже есть. Проверьте значения, которые не должны повторяться."


@cache
def _constraints() -> dict[str, str]:
    """What the database says of a broken constraint → our words for it.

    PostgreSQL names the constraint; SQLite a check, but of a unique one its columns.
    """
    words = {}
    for model in apps.get_app_config("journal").get_models():
        for rule in model._meta.constraints:
            message = str(rule.get_violation_error_message())
            words[rule.name] = message
            if isinstance(rule, UniqueConstraint):
                table = model._meta.db_table
                columns = [model._meta.get_field(name).column for name in rule.fields]
                words[", ".join(f"{table}.{column}" for column in columns)] = message
    return words


class OurWords:
    """Rules of our database, said in Russian."""

    def words_for(self, error):
        if words := rule_of(error):
            return words
        text = str(error).lower()
        found = [name for name in _constraints() if name in text]
        if found:
            return _constraints()[max(found, key=len)]
        if "foreign key" in text:
            return LINKED
        return TAKEN if "unique" in text else None


class ModelAdmin(OurWords, base.ModelAdmin):
    """A list and a form of a model of ours; loadable where an importer writes it."""

    def changelist_view(self, request, extra_context=None):
        context = {"load_url": load_url(request.user, self.model)}
        return super().changelist_view(request, context | (extra_context or {}))


ReadOnly = base.ReadOnly
StackedInline = base.StackedInline
TabularInline = base.TabularInline
by_alphabet = base.by_alphabet
labelled = base.labelled
