"""A demonstration built once for all tests of its contents, and an empty database."""

import pytest
from django.db import connection, transaction

from journal.domain.demo import build
from journal.models.guards import GUARDS, install_guards
from tests import cast

KEPT = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "journal_historicalrole",
    "journal_role",
}


def sweep():
    """Empty the database of its people, inside the transaction of a test.

    The guards let go for so long: an approved curriculum is not deleted otherwise.
    """
    tables = connection.introspection.django_table_names(only_existing=True)
    closings_first = sorted(set(tables) - KEPT, key=lambda t: "periodclosing" not in t)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for rule, (_, events, _) in GUARDS.items():
                for event in events:
                    cursor.execute(f"DROP TRIGGER {rule}_{event.lower()}")
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table in closings_first:
            cursor.execute(f"DELETE FROM {table}")
        if connection.vendor == "sqlite":
            install_guards()
        else:
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")


@pytest.fixture(scope="package")
def built(django_db_setup, django_db_blocker):
    """A college of sixty students, for all tests of this folder.

    It stands in a transaction that all of them run within.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        sweep()
        made = build(students=60, seed=7, today=cast.TODAY)
        connection.check_constraints()  # or PostgreSQL looks at all rows in each test
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def demo(built, today, db):
    return built
