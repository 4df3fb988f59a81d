"""Rules that a constraint cannot say: triggers, for SQLite and PostgreSQL alike.

They are installed after every migration, since SQLite drops the triggers of a table that
it rebuilds. Each has the name of its rule, and `RULES` the Russian words for it.
"""

from collections.abc import Iterator

from django.core.checks import Error, Tags, register
from django.db import connections, transaction

RULES = {
    "membership_no_overlap": "Студент в эти дни уже числится в группе.",
    "calendarspan_no_overlap": "В эти дни у этого курса в графике уже есть другое.",
    "exemption_no_overlap": "В эти дни у студента на этом курсе уже есть освобождение, "
    "перезачёт или индивидуальный план.",
    "exemption_recredit_whole": "Для перезачёта нужны отметка и документ.",
    "lesson_teacher_free": "Преподаватель в это время ведёт другое занятие.",
    "lesson_room_free": "Аудитория в это время занята.",
    "lesson_group_free": "У группы в это время другое занятие.",
    "entry_teacher_free": "Преподаватель в это время по расписанию ведёт другое занятие.",
    "entry_room_free": "Аудитория в это время по расписанию занята.",
    "entry_group_free": "У группы в это время по расписанию другое занятие.",
    "curriculum_stands": "Учебный план утверждён и не меняется: создайте новую версию.",
    "curriculum_stays": "Утверждённый учебный план не удаляется.",
    "planitem_stands": "Учебный план утверждён и не меняется: создайте новую версию.",
    "planhours_stand": "Учебный план утверждён и не меняется: создайте новую версию.",
    "planweeks_stand": "Учебный план утверждён и не меняется: создайте новую версию.",
    "complexform_stands": "Учебный план утверждён и не меняется: создайте новую версию.",
    "complexpart_stands": "Учебный план утверждён и не меняется: создайте новую версию.",
    "exam_people_free": "Экзаменатор или член комиссии в это время занят на другом "
    "экзамене или консультации.",
    "exam_member_free": "Член комиссии в это время занят на другом экзамене или "
    "консультации.",
    "exam_room_free": "Аудитория в это время занята другим экзаменом или консультацией.",
    "exam_group_free": "У группы в это время другой экзамен или консультация.",
    "mark_period_open": "Период закрыт: отметки больше не меняются.",
    "absence_period_open": "Период закрыт: посещаемость больше не меняется.",
    "lesson_period_open": "Период закрыт: занятия больше не меняются.",
}

# At one hour; a lesson without a number takes the whole day.
_SAME_HOUR = """
    AND (other.number = NEW.number OR other.number IS NULL OR NEW.number IS NULL)"""
_OTHER_STREAM = " AND (other.stream = '' OR other.stream <> NEW.stream)"
_BESIDE = (
    """SELECT 1 FROM journal_lesson other
    WHERE other.date = NEW.date AND {not_itself}
    AND NOT other.is_cancelled AND NOT NEW.is_cancelled"""
    + _SAME_HOUR
)
# Subgroups of different numbers may sit side by side, the whole group may not; no stream
# makes a group sit in two lessons.
_SAME_GROUP = """ AND other.course_id IN (
        SELECT theirs.id FROM journal_course mine
        JOIN journal_course theirs ON theirs.group_id = mine.group_id
        WHERE mine.id = NEW.course_id)
    AND (NEW.subgroup_id IS NULL OR other.subgroup_id IS NULL OR EXISTS (
        SELECT 1 FROM journal_subgroup my_part
        JOIN journal_subgroup their_part ON their_part.number = my_part.number
        WHERE my_part.id = NEW.subgroup_id AND their_part.id = other.subgroup_id))"""

_PERIODS = ("mine", "theirs")


def _spans_meet() -> str:
    """Every beginning lies before every end: of both lines and of their periods."""
    starts = ("NEW.start", "other.start", "mine.first_day", "theirs.first_day")
    terms = [f"{start} <= {period}.last_day" for start in starts for period in _PERIODS]
    for end in ('NEW."end"', 'other."end"'):
        terms += [f"({end} IS NULL OR {start} < {end})" for start in starts]
    return " AND ".join(terms)


# Lines of the weekly timetable that meet in at least one week.
_MEETS = (
    """SELECT 1 FROM journal_timetableentry other
    JOIN journal_course their_course ON their_course.id = other.course_id
    JOIN journal_period theirs ON theirs.id = their_course.period_id
    JOIN journal_course my_course ON my_course.id = NEW.course_id
    JOIN journal_period mine ON mine.id = my_course.period_id
    WHERE other.weekday = NEW.weekday AND {not_itself}
    AND (other.parity = 0 OR NEW.parity = 0 OR other.parity = NEW.parity)"""
    + _SAME_HOUR
    + " AND "
    + _spans_meet()
)
_CLOSED = """journal_periodclosing closing ON closing.period_id = course.period_id
    AND closing.aspect = '{aspect}'
    AND (closing.reopened_until IS NULL OR closing.reopened_until < {now})"""

_ALWAYS = ("INSERT", "UPDATE", "DELETE")
_STANDS = """SELECT 1 FROM journal_curriculum plan WHERE plan.state <> 'draft'
    AND plan.id IN """
_OF_ITEM = """(SELECT item.curriculum_id FROM journal_planitem item
    WHERE item.id IN ({row}.item_id, {was}.item_id))"""
_OF_FORM = """(SELECT form.curriculum_id FROM journal_complexform form
    WHERE form.id IN ({row}.complex_form_id, {was}.complex_form_id))"""
_OF_PLAN = "({row}.curriculum_id, {was}.curriculum_id)"
_OF_CURRICULUM = ["name", "specialty_id", "admission_year", "version", "form", "base", "replaces_id", "approved_at", "approved_by_id", "note"]  # fmt: skip
_OTHER_EXAM = """SELECT 1 FROM journal_examevent other
    WHERE other.date = NEW.date AND {not_itself}
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at"""
# Groups sit one exam together: at one hour, in one room, with one examiner.
_NOT_JOINT = """ AND (NEW.group_id <> other.group_id AND NEW.kind = other.kind
        AND NEW.starts_at = other.starts_at AND NEW.ends_at = other.ends_at
        AND NEW.room_id = other.room_id AND NEW.title = other.title
        AND COALESCE(NEW.teacher_id, 0) = COALESCE(other.teacher_id, 0)
        AND COALESCE((SELECT discipline_id FROM journal_course
                WHERE id = NEW.course_id), 0)
            = COALESCE((SELECT discipline_id FROM journal_course
                WHERE id = other.course_id), 0)) IS NOT TRUE"""

# rule: (table, events, what must not be found)
GUARDS = {
    # An approved plan becomes a replaced one, and nothing else of it changes (D1).
    "curriculum_stands": (
        "journal_curriculum",
        ("UPDATE",),
        """SELECT 1 WHERE OLD.state <> 'draft' AND (
            (NEW.state <> OLD.state
             AND NOT (OLD.state = 'approved' AND NEW.state = 'replaced')) OR """
        + " OR ".join(f"NEW.{name} {{differs}} OLD.{name}" for name in _OF_CURRICULUM)
        + ")",
    ),
    "curriculum_stays": (
        "journal_curriculum",
        ("DELETE",),
        "SELECT 1 WHERE OLD.state <> 'draft'",
    ),
    "planitem_stands": ("journal_planitem", _ALWAYS, _STANDS + _OF_PLAN),
    "planhours_stand": ("journal_planhours", _ALWAYS, _STANDS + _OF_ITEM),
    "planweeks_stand": ("journal_planweeks", _ALWAYS, _STANDS + _OF_PLAN),
    "complexform_stands": ("journal_complexform", _ALWAYS, _STANDS + _OF_PLAN),
    "complexpart_stands": ("journal_complexformpart", _ALWAYS, _STANDS + _OF_FORM),
    "membership_no_overlap": (
        "journal_membership",
        ("INSERT", "UPDATE"),
        """SELECT 1 FROM journal_membership other
        WHERE other.student_id = NEW.student_id AND {not_itself}
        AND (NEW."end" IS NULL OR other.start < NEW."end")
        AND (other."end" IS NULL OR other."end" > NEW.start)""",
    ),
    "calendarspan_no_overlap": (
        "journal_calendarspan",
        ("INSERT", "UPDATE"),
        """SELECT 1 FROM journal_calendarspan other
        WHERE other.calendar_id = NEW.calendar_id AND {not_itself}
        AND (other.course_year IS NULL OR NEW.course_year IS NULL
             OR other.course_year = NEW.course_year)
        AND other.first_day <= NEW.last_day AND other.last_day >= NEW.first_day""",
    ),
    "exemption_no_overlap": (
        "journal_exemption",
        ("INSERT", "UPDATE"),
        """SELECT 1 FROM journal_exemption other
        WHERE other.student_id = NEW.student_id AND other.course_id = NEW.course_id
        AND {not_itself} AND (NEW."end" IS NULL OR other.start < NEW."end")
        AND (other."end" IS NULL OR other."end" > NEW.start)""",
    ),
    # No constraint: an older journal has recredits whose mark nobody wrote down.
    "exemption_recredit_whole": (
        "journal_exemption",
        ("INSERT", "UPDATE"),
        "SELECT 1 WHERE NEW.kind = 'recredit' AND (NEW.mark = '' OR NEW.document = '')",
    ),
    "lesson_teacher_free": (
        "journal_lesson",
        ("INSERT", "UPDATE"),
        _BESIDE + _OTHER_STREAM + " AND other.teacher_id = NEW.teacher_id",
    ),
    "lesson_room_free": (
        "journal_lesson",
        ("INSERT", "UPDATE"),
        _BESIDE + _OTHER_STREAM + " AND other.room_id = NEW.room_id",
    ),
    "lesson_group_free": (
        "journal_lesson",
        ("INSERT", "UPDATE"),
        _BESIDE + _SAME_GROUP,
    ),
    "entry_teacher_free": (
        "journal_timetableentry",
        ("INSERT", "UPDATE"),
        _MEETS + _OTHER_STREAM + " AND other.teacher_id = NEW.teacher_id",
    ),
    "entry_room_free": (
        "journal_timetableentry",
        ("INSERT", "UPDATE"),
        _MEETS + _OTHER_STREAM + " AND other.room_id = NEW.room_id",
    ),
    "entry_group_free": (
        "journal_timetableentry",
        ("INSERT", "UPDATE"),
        _MEETS + _SAME_GROUP,
    ),
    "exam_people_free": (
        "journal_examevent",
        ("INSERT", "UPDATE"),
        _OTHER_EXAM
        + _NOT_JOINT
        + """ AND (other.teacher_id = NEW.teacher_id
            OR EXISTS (SELECT 1 FROM journal_exammember theirs
                WHERE theirs.event_id = other.id
                AND theirs.employee_id = NEW.teacher_id)
            OR EXISTS (SELECT 1 FROM journal_exammember mine
                WHERE mine.event_id = NEW.id
                AND (mine.employee_id = other.teacher_id
                    OR mine.employee_id IN (SELECT theirs.employee_id
                        FROM journal_exammember theirs
                        WHERE theirs.event_id = other.id))))""",
    ),
    "exam_member_free": (
        "journal_exammember",
        ("INSERT", "UPDATE"),
        """SELECT 1 FROM journal_examevent own
        JOIN journal_examevent other ON other.date = own.date AND other.id <> own.id
        AND other.starts_at < own.ends_at AND own.starts_at < other.ends_at
        WHERE own.id = NEW.event_id"""
        + _NOT_JOINT.replace("NEW.", "own.")
        + """ AND (other.teacher_id = NEW.employee_id
            OR EXISTS (SELECT 1 FROM journal_exammember theirs
                WHERE theirs.event_id = other.id
                AND theirs.employee_id = NEW.employee_id))""",
    ),
    "exam_room_free": (
        "journal_examevent",
        ("INSERT", "UPDATE"),
        _OTHER_EXAM + _NOT_JOINT + " AND other.room_id = NEW.room_id",
    ),
    # Parts of a group may be examined in one course at once, by different teachers.
    "exam_group_free": (
        "journal_examevent",
        ("INSERT", "UPDATE"),
        _OTHER_EXAM
        + """ AND other.group_id = NEW.group_id
        AND (other.course_id = NEW.course_id
            AND other.teacher_id <> NEW.teacher_id) IS NOT TRUE""",
    ),
    "mark_period_open": (
        "journal_mark",
        ("INSERT", "UPDATE", "DELETE"),
        """SELECT 1 FROM journal_task task
        JOIN journal_lesson lesson ON lesson.id = task.lesson_id
        JOIN journal_course course ON course.id = lesson.course_id
        JOIN """
        + _CLOSED.replace("{aspect}", "marks")
        + " WHERE task.id = {row}.task_id",
    ),
    "absence_period_open": (
        "journal_absence",
        ("INSERT", "UPDATE", "DELETE"),
        """SELECT 1 FROM journal_lesson lesson
        JOIN journal_course course ON course.id = lesson.course_id
        JOIN """
        + _CLOSED.replace("{aspect}", "marks")
        + " WHERE lesson.id = {row}.lesson_id",
    ),
    "lesson_period_open": (
        "journal_lesson",
        ("INSERT", "UPDATE", "DELETE"),
        "SELECT 1 FROM journal_course course JOIN "
        + _CLOSED.replace("{aspect}", "lessons")
        + " WHERE course.id = {row}.course_id",
    ),
}


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


# Whoever writes in a plan holds it, so that it is not approved meanwhile.
_HELD = {
    "journal_planitem": _OF_PLAN,
    "journal_planhours": _OF_ITEM,
    "journal_planweeks": _OF_PLAN,
    "journal_complexform": _OF_PLAN,
    "journal_complexformpart": _OF_FORM,
}


def _held(table: str, event: str) -> str:
    if table not in _HELD:
        return ""
    plans = _condition(_HELD[table], event, "postgresql")
    return f"PERFORM 1 FROM journal_curriculum WHERE id IN {plans} FOR SHARE;"


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
