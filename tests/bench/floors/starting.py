"""What the start pages show."""

from datetime import date

from tests.bench.floors.bare import Bare
from tests.bench.floors.reading import NAMES

LATE = (
    " l.date >= %s AND l.date < %s AND NOT l.is_cancelled"
    " AND (l.attendance_taken_at IS NULL OR l.topic = '')"
)


def teacher_start(bare: Bare, facts: dict):
    """Today's lessons with the bells; how many are late, and the first twelve."""
    today, employee = date.fromisoformat(facts["day"]), facts["employees"]["teacher"]
    since = facts["bench"]["period"][0]
    joins = (
        " FROM journal_lesson l JOIN journal_course c ON c.id = l.course_id"
        " JOIN journal_group g ON g.id = c.group_id"
        " JOIN journal_discipline d ON d.id = c.discipline_id"
    )
    with bare.reading():
        bare.rows(
            "SELECT l.id, l.number, l.topic, l.homework, l.attendance_taken_at, g.name,"
            " d.name, r.number, p.number, EXISTS (SELECT 1 FROM journal_task t"
            "   JOIN journal_mark m ON m.task_id = t.id WHERE t.lesson_id = l.id)"
            f"{joins} LEFT JOIN journal_room r ON r.id = l.room_id"
            " LEFT JOIN journal_subgroup p ON p.id = l.subgroup_id"
            " WHERE l.teacher_id = %s AND l.date = %s AND NOT l.is_cancelled"
            " ORDER BY l.number, l.id",
            employee,
            today,
        )
        bare.rows(
            "SELECT s.id, s.is_short, b.number, b.starts_at, b.ends_at"
            " FROM journal_bell b JOIN journal_bellschedule s ON s.id = b.schedule_id"
            ' WHERE s.start <= %s AND (s."end" IS NULL OR s."end" > %s)',
            today,
            today,
        )
        own = f" WHERE l.teacher_id = %s AND{LATE}"
        bare.rows(f"SELECT count(*) FROM journal_lesson l{own}", employee, since, today)
        bare.rows(
            f"SELECT l.id, l.date, l.number, g.name, d.name{joins}{own}"
            " ORDER BY l.date, l.number LIMIT 12",
            employee,
            since,
            today,
        )


def curator_start(bare: Bare, facts: dict):
    """The own groups, who is absent today, how many lessons are late."""
    today, curator = date.fromisoformat(facts["day"]), facts["employees"]["curator"]
    since = facts["bench"]["period"][0]
    with bare.reading():
        bare.rows(
            "SELECT id, name FROM journal_group"
            " WHERE curator_id = %s AND closed_on IS NULL",
            curator,
        )
        bare.rows(
            f"SELECT g.id, s.id, {NAMES}, r.name, count(*) FROM journal_group g"
            " JOIN journal_course c ON c.group_id = g.id"
            " JOIN journal_lesson l ON l.course_id = c.id AND l.date = %s"
            " JOIN journal_absence a ON a.lesson_id = l.id"
            " JOIN journal_absencereason r ON r.code = a.reason_id"
            " JOIN journal_student s ON s.id = a.student_id"
            " WHERE g.curator_id = %s AND g.closed_on IS NULL AND r.counts_as_absence"
            f" GROUP BY g.id, s.id, {NAMES}, r.name",
            today,
            curator,
        )
        bare.rows(
            "SELECT g.id, count(*) FROM journal_group g"
            " JOIN journal_course c ON c.group_id = g.id"
            " JOIN journal_lesson l ON l.course_id = c.id"
            f" WHERE g.curator_id = %s AND g.closed_on IS NULL AND{LATE} GROUP BY g.id",
            curator,
            since,
            today,
        )


def deputy_start(bare: Bare, facts: dict):
    """The red list of all teachers."""
    today, since = date.fromisoformat(facts["day"]), facts["bench"]["period"][0]
    with bare.reading():
        bare.rows(
            "SELECT s.id, s.last_name, s.first_name, s.middle_name, count(*),"
            " sum(CASE WHEN l.attendance_taken_at IS NULL THEN 1 ELSE 0 END),"
            " sum(CASE WHEN l.topic = '' THEN 1 ELSE 0 END), min(l.date)"
            " FROM journal_lesson l JOIN journal_employee s ON s.id = l.teacher_id"
            f" WHERE{LATE} GROUP BY s.id, s.last_name, s.first_name, s.middle_name",
            since,
            today,
        )
