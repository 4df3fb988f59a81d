"""Guards of what is closed or signed: marks, absences, lessons, sheets (F10)."""

RULES = {
    "mark_period_open": "Период закрыт: отметки больше не меняются.",
    "absence_period_open": "Период закрыт: посещаемость больше не меняется.",
    "lesson_period_open": "Период закрыт: занятия больше не меняются.",
    "sheet_period_open": "Итоги периода закрыты: ведомость уже не подписать и не завести.",
    "result_period_open": "Итоги периода закрыты: результаты больше не меняются.",
    "sheet_stands": "Ведомость подписана и не меняется.",
    "sheet_stays": "Подписанная ведомость не удаляется.",
    "sheetpart_stands": "Ведомость подписана: её курсы не меняются.",
    "sheetmember_stands": "Ведомость подписана: комиссия не меняется.",
    "sittingreview_by_another": "Свои исправления проверяет другой человек.",
    "result_stands": "Ведомость подписана: результат меняется только по разрешённому "
    "запросу на исправление.",
}

CLOSED = """journal_periodclosing closing ON closing.period_id = course.period_id
    AND closing.aspect = '{aspect}'
    AND (closing.reopened_until IS NULL OR closing.reopened_until < {now})"""
# The one cell, the one result that a second person let be corrected.
_APPROVED = """
    AND NOT EXISTS (SELECT 1 FROM journal_correctionrequest asked
        WHERE asked.state = 'approved' AND asked.decided_by_id IS NOT NULL
        AND asked.student_id = {row}.student_id
        AND asked.student_id = {was}.student_id"""
_ALLOWED_CELL = (
    _APPROVED + " AND asked.lesson_id = lesson.id AND asked.field = {field})"
)
_ALLOWED_RESULT = _APPROVED + " AND asked.result_id = {row}.id)"
# Retakes and the final attestation come after their period is closed.
_CLOSED_FOR_SHEETS = """SELECT 1 FROM journal_periodclosing closing
    {join} WHERE closing.period_id = {period} AND closing.aspect = 'results'
    AND (closing.reopened_until IS NULL OR closing.reopened_until < {{now}})"""
_IN_TIME = """ AND {sheet}.attempt = 1
    AND {sheet}.kind NOT IN ('state_exam', 'demo_exam', 'defence')"""

ALWAYS = ("INSERT", "UPDATE", "DELETE")
_FROZEN = ["kind", "number", "group_id", "subgroup_id", "period_id", "complex_form_id", "event_id", "title", "date", "teacher_id", "retakes_id", "attempt", "points_most", "signed_at", "signed_by_id", "heading"]  # fmt: skip
OF_SHEET = "({row}.sheet_id, {was}.sheet_id)"
_SIGNED = (
    """SELECT 1 FROM journal_sheet sheet WHERE sheet.state <> 'draft'
    AND sheet.id IN """
    + OF_SHEET
)

# rule: (table, events, what must not be found)
GUARDS = {
    "mark_period_open": (
        "journal_mark",
        ("INSERT", "UPDATE", "DELETE"),
        """SELECT 1 FROM journal_task task
        JOIN journal_lesson lesson ON lesson.id = task.lesson_id
        JOIN journal_course course ON course.id = lesson.course_id
        JOIN """
        + CLOSED.replace("{aspect}", "marks")
        + " WHERE task.id IN ({row}.task_id, {was}.task_id)"
        + _ALLOWED_CELL.replace("{field}", "CAST(task.number AS text)"),
    ),
    "absence_period_open": (
        "journal_absence",
        ("INSERT", "UPDATE", "DELETE"),
        """SELECT 1 FROM journal_lesson lesson
        JOIN journal_course course ON course.id = lesson.course_id
        JOIN """
        + CLOSED.replace("{aspect}", "marks")
        + " WHERE lesson.id IN ({row}.lesson_id, {was}.lesson_id)"
        + _ALLOWED_CELL.replace("{field}", "'absence'"),
    ),
    "lesson_period_open": (
        "journal_lesson",
        ("INSERT", "UPDATE", "DELETE"),
        "SELECT 1 FROM journal_course course JOIN "
        + CLOSED.replace("{aspect}", "lessons")
        + " WHERE course.id IN ({row}.course_id, {was}.course_id)",
    ),
    "sheet_period_open": (
        "journal_sheet",
        ("INSERT", "UPDATE"),
        _CLOSED_FOR_SHEETS.format(join="", period="NEW.period_id")
        + _IN_TIME.format(sheet="NEW"),
    ),
    # Signed, a sheet may be annulled and nothing else.
    "sheet_stands": (
        "journal_sheet",
        ("UPDATE",),
        """SELECT 1 WHERE OLD.state <> 'draft' AND (
            (NEW.state <> OLD.state
             AND NOT (OLD.state = 'signed' AND NEW.state = 'annulled')) OR """
        + " OR ".join(f"NEW.{name} {{differs}} OLD.{name}" for name in _FROZEN)
        + ")",
    ),
    "sheet_stays": (
        "journal_sheet",
        ("DELETE",),
        "SELECT 1 WHERE OLD.state <> 'draft'",
    ),
    "sheetpart_stands": ("journal_sheetpart", ALWAYS, _SIGNED),
    "sheetmember_stands": ("journal_sheetmember", ALWAYS, _SIGNED),
    "result_stands": ("journal_result", ALWAYS, _SIGNED + _ALLOWED_RESULT),
    "sittingreview_by_another": (
        "journal_sittingreview",
        ("INSERT", "UPDATE"),
        "SELECT 1 WHERE NEW.person_id = NEW.by_id",
    ),
    "result_period_open": (
        "journal_result",
        ALWAYS,
        _CLOSED_FOR_SHEETS.format(
            join="JOIN journal_sheet sheet ON sheet.id = {row}.sheet_id",
            period="sheet.period_id",
        )
        + _IN_TIME.format(sheet="sheet")
        + _ALLOWED_RESULT,
    ),
}
