"""What a save stores, history rows included."""

from datetime import UTC, datetime

from tests.bench.floors.bare import Bare

PAST = "history_date, history_type, history_user_id"


def _now() -> datetime:
    return datetime.now(UTC)


def write_marks(bare: Bare, cells: list[tuple[int, int]], user: int) -> list[int]:
    """Marks for (task, student), each with its history row: two statements."""
    now, columns = _now(), "task_id, student_id, value"
    rows = [(task, student, "5") for task, student in cells]
    with bare.writing():
        keys = bare.insert("journal_mark", columns, rows, "id")
        bare.insert(
            "journal_historicalmark",
            f"id, {columns}, {PAST}",
            [(key, *row, now, "+", user) for key, row in zip(keys, rows, strict=True)],
        )
    return keys


def drop_marks(bare: Bare, keys: list[int]):
    with bare.writing():
        for key in keys:
            bare.run("DELETE FROM journal_mark WHERE id = %s", key)


LESSON = (
    "id, course_id, subgroup_id, date, number, room_id, planned_teacher_id, teacher_id,"
    " hours, kind_id, topic, content, homework, links, attendance_taken_at,"
    " attendance_taken_by_id, filled_at, is_cancelled, cancel_reason, stream, entry_id"
)


def _remember_lesson(bare: Bare, lesson: int, user: int):
    bare.run(
        f"INSERT INTO journal_historicallesson ({LESSON}, {PAST})"
        f" SELECT {LESSON}, %s, '~', %s FROM journal_lesson WHERE id = %s",
        _now(),
        user,
        lesson,
    )


def take_attendance(
    bare: Bare, lesson: int, absent: list[int], user: int, employee: int
) -> list[int]:
    """The lesson's tick and those absent, history of all: four statements."""
    now, columns = _now(), "lesson_id, student_id, reason_id, hours"
    rows = [(lesson, student, "н", 2) for student in absent]
    with bare.writing():
        keys = bare.insert("journal_absence", columns, rows, "id")
        bare.insert(
            "journal_historicalabsence",
            f"id, {columns}, {PAST}",
            [(key, *row, now, "+", user) for key, row in zip(keys, rows, strict=True)],
        )
        bare.run(
            "UPDATE journal_lesson SET attendance_taken_at = %s,"
            " attendance_taken_by_id = %s WHERE id = %s",
            now,
            employee,
            lesson,
        )
        _remember_lesson(bare, lesson, user)
    return keys


def leave_attendance(bare: Bare, lesson: int, keys: list[int]):
    with bare.writing():
        for key in keys:
            bare.run("DELETE FROM journal_absence WHERE id = %s", key)
        bare.run(
            "UPDATE journal_lesson SET attendance_taken_at = NULL,"
            " attendance_taken_by_id = NULL WHERE id = %s",
            lesson,
        )


def save_lesson(bare: Bare, lesson: int, topic: str, homework: str, user: int):
    """Topic and homework of a lesson with the history row: two statements."""
    with bare.writing():
        bare.run(
            "UPDATE journal_lesson SET topic = %s, homework = %s WHERE id = %s",
            topic,
            homework,
            lesson,
        )
        _remember_lesson(bare, lesson, user)
