"""The one application: models, rules, reports, imports and the diary."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

_rights_before: dict[str, set[str] | None] = {}


class JournalConfig(AppConfig):
    name = "journal"
    verbose_name = "Журнал"

    def ready(self):
        from journal.models.guards import install_guards
        from journal.models.sqlite import lift_triggers, teach_russian
        from journal.reports.registry import discover

        discover()
        connection_created.connect(teach_russian)
        post_migrate.connect(install_guards, sender=self)
        pre_migrate.connect(note_rights, sender=self)
        pre_migrate.connect(lift_triggers, sender=self)
        post_migrate.connect(write_roles, sender=self)


def note_rights(using="default", **kwargs):
    """Before a migration: which rights there are, so that new ones are told apart."""
    from journal.domain.people import known_rights

    _rights_before[using] = known_rights(using)


def write_roles(using="default", apps=None, **kwargs):
    """After every migration: roles and the rights to reports that are missing."""
    from journal.domain.people import sync_roles
    from journal.reports.registry import REPORTS

    sync_roles(REPORTS.values(), using, _rights_before.pop(using, None))
