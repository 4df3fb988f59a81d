"""Roles and the rights of each, as one table of models and verbs (A10, K 4.1.6)."""

from dataclasses import dataclass, field

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.utils.crypto import get_random_string
from django.utils.text import capfirst

from admin_customizations.admin.base import ModelAdmin
from journal.models import Role

VERBS = {
    "view": "Смотреть",
    "add": "Добавлять",
    "change": "Изменять",
    "delete": "Удалять",
}
AREAS = {
    "people": "Люди и доступ",
    "organisation": "Учреждение",
    "contingent": "Контингент",
    "curriculum": "Планы и курсы",
    "timetable": "Расписание",
    "lessons": "Журнал",
    "archive": "Закрытие периодов",
    "control": "Загрузки",
}
REPORTS = "Отчёты"


def our_rights():
    """The rights that a role may be given: over our models, but not their history."""
    return (
        Permission.objects.filter(content_type__app_label="journal")
        .exclude(content_type__model__startswith="historical")
        .select_related("content_type")
        .order_by("pk")
    )


@dataclass
class Line:
    """The rights over one model: by verb, and those of its own."""

    title: str
    verbs: dict[str, Permission] = field(default_factory=dict)
    others: list[Permission] = field(default_factory=list)

    def words(self, chosen: set[int]) -> str:
        named = [
            title.lower()
            for verb, title in VERBS.items()
            if verb in self.verbs and self.verbs[verb].pk in chosen
        ]
        named += [right.name for right in self.others if right.pk in chosen]
        return ", ".join(named)


def table_of_rights() -> dict[str, list[Line]]:
    """Every right, by area and model, in the order of the sections."""
    lines: dict[str, Line] = {}
    areas: dict[str, list[Line]] = {title: [] for title in AREAS.values()}
    reports = Line("Печатает и выгружает")
    for right in our_rights():
        name = right.content_type.model
        if right.codename.startswith("report_"):
            reports.others.append(right)
            continue
        if name not in lines:
            model = apps.get_model("journal", name)
            lines[name] = Line(capfirst(model._meta.verbose_name_plural))
            area = model.__module__.split(".")[2]
            areas.setdefault(AREAS.get(area, area), []).append(lines[name])
        verb = right.codename.removesuffix(f"_{name}")
        if verb in VERBS:
            lines[name].verbs[verb] = right
        else:
            lines[name].others.append(right)
    return {**areas, REPORTS: [reports] if reports.others else []}


class RightsTable(forms.CheckboxSelectMultiple):
    """Check boxes as a table: models down, verbs across."""

    template_name = "toolkit/rights.html"

    class Media:
        css = {"all": ["admin_customizations/rights.css"]}

    def get_context(self, name, value, attrs):
        chosen = {str(one) for one in value or []}

        def box(right, label, verb=""):
            on = str(right.pk) in chosen
            return {"pk": right.pk, "on": on, "label": label, "verb": verb}

        def boxes(line):
            return [
                box(line.verbs[verb], f"{line.title}: {title}", title)
                if verb in line.verbs
                else None
                for verb, title in VERBS.items()
            ]

        areas = [
            (
                area,
                [
                    (
                        line.title,
                        boxes(line),
                        [box(one, one.name) for one in line.others],
                    )
                    for line in lines
                ],
            )
            for area, lines in table_of_rights().items()
            if lines
        ]
        return {"widget": {"name": name}, "areas": areas, "verbs": VERBS.values()}


@admin.register(Role)
class RoleAdmin(ModelAdmin):
    """Roles: whose rows, and what may be done with them."""

    list_display = ["name", "anchor", "is_staff"]
    search_fields = ["name"]
    fields = ["name", "anchor", "is_staff", "permissions"]
    ordering = ["name"]

    def get_fields(self, request, obj=None):
        editable = (
            self.has_change_permission(request, obj)
            if obj
            else self.has_add_permission(request)
        )
        return self.fields if editable else [*self.fields[:3], "rights"]

    def get_readonly_fields(self, request, obj=None):
        return ["rights"]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return forms.ModelMultipleChoiceField(
            our_rights(), label="Права", required=False, widget=RightsTable
        )

    def save_model(self, request, obj, form, change):
        if not change:
            obj.slug = f"own-{get_random_string(8).lower()}"
        elif "permissions" in form.changed_data:
            before = set(obj.permissions.all())
            after = set(form.cleaned_data["permissions"])
            obj._change_reason = "; ".join(
                f"{words}: {', '.join(sorted(right.codename for right in rights))}"
                for words, rights in (
                    ("права даны", after - before),
                    ("права сняты", before - after),
                )
                if rights
            )
        super().save_model(request, obj, form, change)

    @admin.display(description="права")
    def rights(self, role):
        chosen = set(role.permissions.values_list("pk", flat=True))
        lines = [line for lines in table_of_rights().values() for line in lines]
        worded = [(line.title, line.words(chosen)) for line in lines]
        return "\n".join(f"{title}: {words}." for title, words in worded if words)
