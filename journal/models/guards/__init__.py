"""Rules that a constraint cannot say: triggers, for SQLite and PostgreSQL alike.

They are installed after every migration, since SQLite drops the triggers of a table that
it rebuilds. Each has the name of its rule, and `RULES` the Russian words for it.
"""

from collections.abc import Iterator

from django.core.checks import Error, Tags, register
from django.db import connections, transaction

from journal.models.guards import results, rules
from journal.models.guards.rules import OF_FORM, OF_ITEM, OF_PLAN

RULES = rules.RULES | results.RULES
GUARDS = rules.GUARDS | results.GUARDS


def _condition(sql: str, event: str, vendor: str) -> str:
    sqlite = vendor == "sqlite"
    return sql.format(
        row="OLD" if event == "DELETE" else "NEW",
        was="NEW" if event == "INSERT" else "OLD",
        differs="IS NOT" if sqlite else "IS DISTINCT FROM",
        not_itself="other.id IS NOT NEW.id" if sqlite else "other.id <> NEW.id",
        now="strftime('%Y-%m-%d %H:%M:%f', 'now')" if sqlite else "now()",
    )


def _sqlite() -> Iterator[str]:
    for rule, (table, events, sql) in GUARDS.items():
        for event in events:
            name = f"{rule}_{event.lower()}"
            condition = _condition(sql, event, "sqlite")
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW "
                f"WHEN EXISTS ({condition}) "
                f"BEGIN SELECT RAISE(ABORT, '{rule}'); END"
            )


# Two writers at once must not both find the place free: the key that they contend for.
_LOCKS = {
    "journal_membership": "NEW.student_id",
    "journal_calendarspan": "NEW.calendar_id",
    "journal_exemption": "NEW.student_id",
    "journal_lesson": "(NEW.date - DATE '2000-01-01')",
    "journal_timetableentry": "NEW.weekday",
    "journal_examevent": "(NEW.date - DATE '2000-01-01')",
    "journal_exammember": "(SELECT own.date - DATE '2000-01-01'"
    " FROM journal_examevent own WHERE own.id = NEW.event_id)",
}
# Commissions contend for the days of their events.
_LOCKED_AS = {"journal_exammember": "journal_examevent"}


# Whoever writes in a plan or sheet holds it, so that it is not approved meanwhile.
_PLAN, _SHEET = "journal_curriculum", "journal_sheet"
_HELD = {
    "journal_planitem": (_PLAN, OF_PLAN),
    "journal_planhours": (_PLAN, OF_ITEM),
    "journal_planweeks": (_PLAN, OF_PLAN),
    "journal_complexform": (_PLAN, OF_PLAN),
    "journal_complexformpart": (_PLAN, OF_FORM),
    "journal_sheetpart": (_SHEET, results.OF_SHEET),
    "journal_sheetmember": (_SHEET, results.OF_SHEET),
    "journal_result": (_SHEET, results.OF_SHEET),
}


def _held(table: str, event: str) -> str:
    if table not in _HELD:
        return ""
    owner, keys = _HELD[table]
    keys = _condition(keys, event, "postgresql")
    return f"PERFORM 1 FROM {owner} WHERE id IN {keys} FOR SHARE;"


def _postgresql() -> Iterator[str]:
    for rule, (table, events, sql) in GUARDS.items():
        key = _LOCKS.get(table) if "DELETE" not in events else None
        name_of_lock = f"'{_LOCKED_AS.get(table, table)}'::regclass::oid::int"
        lock = f"PERFORM pg_advisory_xact_lock({name_of_lock}, {key}::int);"
        for event in events:
            name = f"{rule}_{event.lower()}"
            condition = _condition(sql, event, "postgresql")
            yield f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
            BEGIN
                {lock if key else _held(table, event)}
                IF EXISTS ({condition}) THEN
                    RAISE EXCEPTION '{rule}' USING ERRCODE = '23P01',
                        CONSTRAINT = '{rule}';
                END IF;
                RETURN {"OLD" if event == "DELETE" else "NEW"};
            END $$ LANGUAGE plpgsql"""
            yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def install_guards(sender=None, using="default", **kwargs):
    """Receiver of `post_migrate`: (re)create every trigger."""
    connection = connections[using]
    if "journal_lesson" not in connection.introspection.table_names():
        return
    statements = _sqlite() if connection.vendor == "sqlite" else _postgresql()
    # In one transaction: no moment without a guard, and one sync of the disk for all.
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


# A deployment check: `migrate` runs the others first, before it can install anything.
@register(Tags.database, deploy=True)
def guards_are_in_place(app_configs=None, databases=None, **kwargs):
    """System check: every trigger is in every database that is checked."""
    errors = []
    for using in databases or []:
        connection = connections[using]
        table = "sqlite_master" if connection.vendor == "sqlite" else "pg_trigger"
        column = "name" if connection.vendor == "sqlite" else "tgname"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {table}")
            present = {row[0] for row in cursor.fetchall()}
        wanted = {
            f"{rule}_{event.lower()}"
            for rule, (_, events, _) in GUARDS.items()
            for event in events
        }
        if missing := sorted(wanted - present):
            errors.append(
                Error(
                    f"В базе {using} нет сторожевых триггеров: {', '.join(missing)}.",
                    hint="Выполните manage.py migrate.",
                    id="journal.E001",
                )
            )
    return errors


def rule_of(error: Exception) -> str | None:
    """The Russian words for the rule that a database error names, if it is ours."""
    text = str(error)
    return next((words for rule, words in RULES.items() if rule in text), None)
