"""The base of our own admins: the toolkit, with the words for our rules."""

from functools import cache

from django.apps import apps
from django.db.models import BaseConstraint, UniqueConstraint

from admin_customizations.imports import load_url
from admin_customizations.toolkit import base
from journal.models.guards import rule_of
from journal.models.words import worded_lazily

LINKED = "Запись связана с другими, поэтому удалить её нельзя."
TAKEN = "Такая запись уже есть. Проверьте значения, которые не должны повторяться."


@cache
def _constraints() -> dict[str, BaseConstraint]:
    """What the database says of a broken constraint → the constraint.

    PostgreSQL names the constraint; SQLite a check, but of a unique one its columns.
    """
    rules = {}
    for model in apps.get_app_config("journal").get_models():
        for rule in model._meta.constraints:
            rules[rule.name] = rule
            if isinstance(rule, UniqueConstraint):
                table = model._meta.db_table
                columns = [model._meta.get_field(name).column for name in rule.fields]
                rules[", ".join(f"{table}.{column}" for column in columns)] = rule
    return rules


OUT_OF_REACH = worded_lazily(
    "Эта запись окажется за пределами того, что вы ведёте. Выберите свои группу,"
    " специальность или курс.",
    "Эта запись окажется за пределами того, что вы ведёте. Выберите свой класс или"
    " курс.",
)


class OurWords:
    """Rules of our database, said in Russian."""

    out_of_reach = OUT_OF_REACH

    def words_for(self, error):
        if words := rule_of(error):
            return words
        text = str(error).lower()
        found = [name for name in _constraints() if name in text]
        if found:
            rule = _constraints()[max(found, key=len)]
            return str(rule.get_violation_error_message())
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
