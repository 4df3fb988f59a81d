"""The rows of pages about absences, by hand: a group's week, what is to be made good."""

from datetime import date, timedelta

from tests.bench.floors.bare import Bare

MEMBERS = (
    'SELECT s.id, s.last_name, s.first_name, s.middle_name, m.start, m."end"'
    " FROM journal_membership m JOIN journal_student s ON s.id = m.student_id"
    " WHERE m.group_id = %s"
)


def group_week(bare: Bare, reading: dict):
    """Students, the lessons of six days, absences and the documents behind them."""
    first = date.fromisoformat(reading["monday"])
    span = (reading["group"], str(first), str(first + timedelta(days=6)))
    lessons = (
        " FROM journal_lesson l JOIN journal_course c ON c.id = l.course_id"
        " WHERE c.group_id = %s AND l.date >= %s AND l.date < %s"
    )
    with bare.reading():
        bare.rows(MEMBERS, reading["group"])
        bare.rows(
            f"SELECT l.id, l.date, l.number, l.hours, c.discipline_id{lessons}", *span
        )
        bare.rows(
            "SELECT a.lesson_id, a.student_id, a.reason_id, a.hours, a.minutes"
            " FROM journal_absence a WHERE a.lesson_id IN"
            f" (SELECT l.id{lessons})",
            *span,
        )


def ledger(bare: Bare, reading: dict):
    """A group's absences and required works of the year, and what closed them."""
    group, day = reading["group"], reading["day"]
    of_group = (
        "JOIN journal_course c ON c.id = l.course_id"
        " WHERE c.group_id = %s AND l.date <= %s AND NOT l.is_cancelled"
    )
    with bare.reading():
        bare.rows(MEMBERS, group)
        bare.rows(
            "SELECT a.student_id, a.lesson_id, a.hours, l.date FROM journal_absence a"
            f" JOIN journal_lesson l ON l.id = a.lesson_id {of_group}",
            group,
            day,
        )
        bare.rows(
            "SELECT t.id, t.lesson_id, m.student_id, m.value FROM journal_task t"
            " LEFT JOIN journal_mark m ON m.task_id = t.id"
            f" JOIN journal_lesson l ON l.id = t.lesson_id {of_group} AND t.is_required",
            group,
            day,
        )
        bare.rows(
            "SELECT k.student_id, k.lesson_id, k.task_id FROM journal_makeup k"
            f" JOIN journal_lesson l ON l.id = k.lesson_id {of_group}",
            group,
            day,
        )
