"""The one application: models, rules, reports, imports and the diary."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class JournalConfig(AppConfig):
    name = "journal"
    verbose_name = "Журнал"

    def ready(self):
        from journal.models.guards import install_guards
        from journal.models.sqlite import teach_russian
        from journal.reports.registry import discover

        discover()
        connection_created.connect(teach_russian)
        post_migrate.connect(install_guards, sender=self)
        post_migrate.connect(write_roles, sender=self)


def write_roles(using="default", apps=None, **kwargs):
    """After every migration: roles and the rights to reports that are missing."""
    from journal.domain.people import sync_roles
    from journal.reports.registry import REPORTS

    sync_roles(REPORTS.values(), using)
