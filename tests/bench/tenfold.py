"""Ten times the rows: every fact of the college copied nine times in SQL.

Students, groups, courses, lessons, marks and the rest with their histories get new ids;
what the college has once (the institution, its calendar, kinds of work) stays. Triggers
are off for the copying alone.
"""

import psycopg

TIMES = 10
STEP = 100_000_000  # above every id
CLONED = (
    *("user", "employee", "student", "guardian", "guardianship", "group", "subgroup"),
    *("subgroupmember", "membership", "course", "courseteacher", "timetableentry"),
    *("thematicplan", "plannedlesson", "lesson", "lessontopic", "task", "mark"),
    *("absence", "exemption"),
)
PLAIN_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    AND tablename = %s AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
UNIQUE = """
    SELECT array_agg(a.attname::text), array_agg(t.typcategory::text)
    FROM pg_index i JOIN pg_attribute a
    ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE i.indrelid = %s::regclass AND i.indisunique GROUP BY i.indexrelid
"""
FOREIGN = """
    SELECT a.attname, c.confrelid::regclass::text FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid = %s::regclass
"""
COLUMNS = """
    SELECT column_name, character_maximum_length FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position
"""


def table_of(name: str) -> str:
    return f"journal_{name}"


class Copier:
    """Knows which columns of a table are moved by how much."""

    def __init__(self, base: psycopg.Connection):
        self.base = base
        self.cloned = {table_of(name) for name in CLONED}

    def keys(self, table: str) -> set[str]:
        """Columns that hold ids of copied rows."""
        found = self.base.execute(FOREIGN, [table]).fetchall()
        own = {column for column, target in found if target.strip('"') in self.cloned}
        return own | {"id"}

    def texts(self, table: str, keys: set[str]) -> set[str]:
        """Texts that must differ, since nothing else in their unique index does."""
        found = set()
        for columns, kinds in self.base.execute(UNIQUE, [table]).fetchall():
            if not keys & set(columns):
                pairs = zip(columns, kinds, strict=True)
                found |= {column for column, kind in pairs if kind == "S"}
        return found

    def copy(self, table: str, keys: set[str]):
        """Nine copies of each row, with `keys` moved; plain indexes are built after."""
        texts = self.texts(table, keys)
        columns, values = [], []
        for column, length in self.base.execute(COLUMNS, [table]).fetchall():
            columns.append(f'"{column}"')
            if column in keys:
                values.append(f'"{column}" + {{n}} * {STEP}')
            elif column in texts:
                room = f'left("{column}", {length - 2})' if length else f'"{column}"'
                values.append(
                    f"CASE \"{column}\" WHEN '' THEN '' ELSE {room} || '~{{n}}' END"
                )
            else:
                values.append(f'"{column}"')
        indexes = self.base.execute(PLAIN_INDEXES, [table]).fetchall()
        for name, _ in indexes:
            self.base.execute(f'DROP INDEX "{name}"')
        for number in range(1, TIMES):
            self.base.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE"
                f" SELECT {', '.join(values).replace('{n}', str(number))}"
                f" FROM {table} WHERE id < {STEP}"
            )
        for _, words in indexes:
            self.base.execute(words)

    def past(self, name: str):
        """The history moves as its rows do; who wrote is moved too."""
        table = f"journal_historical{name}"
        known = self.base.execute("SELECT to_regclass(%s)", [table]).fetchone()
        if known[0] is not None:
            own = self.keys(table_of(name))
            self.copy(table, own | {"history_id", "history_user_id"})


def multiply(url: str):
    """Copy all facts nine times; the database is vacuumed and analysed after."""
    with psycopg.connect(url, autocommit=True) as base:
        base.execute("SET session_replication_role = replica")
        base.execute("SET synchronous_commit = off")
        base.execute("SET maintenance_work_mem = '512MB'")
        base.execute("SET jit = off")
        copier = Copier(base)
        for name in CLONED:
            copier.copy(table_of(name), copier.keys(table_of(name)))
            copier.past(name)
        copier.copy("journal_user_groups", {"id", "user_id"})
        base.execute("SET session_replication_role = origin")
        base.execute("VACUUM ANALYZE")
        base.execute("CHECKPOINT")
