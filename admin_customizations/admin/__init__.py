"""The admin, a file an area; importing this package registers everything."""

from django.contrib import admin

from admin_customizations.admin import (
    archive,
    communication,
    contingent,
    control,
    curriculum,
    lessons,
    organisation,
    people,
    results,
    timetable,
)

# Pages that libraries register themselves know nothing of row rights.
for model in list(admin.site._registry):
    if model._meta.app_label != "journal":
        admin.site.unregister(model)

__all__ = [
    "archive",
    "communication",
    "contingent",
    "control",
    "curriculum",
    "lessons",
    "organisation",
    "people",
    "results",
    "timetable",
]
