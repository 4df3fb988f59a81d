"""What a page shows, all of it fetched."""

import io
from datetime import date, timedelta

import xlsxwriter

from tests.bench.floors.bare import Bare

NAMES = "s.last_name, s.first_name, s.middle_name"


def spread(bare: Bare, bench: dict):
    """The course's heading, its lessons, the roster, works with marks, absences."""
    course, first, last = bench["course"], *bench["period"]
    with bare.reading():
        bare.rows(
            "SELECT d.name, g.name, p.kind, p.number, y.name, c.attestation_form, t.name"
            " FROM journal_course c JOIN journal_discipline d ON d.id = c.discipline_id"
            " JOIN journal_group g ON g.id = c.group_id"
            " JOIN journal_period p ON p.id = c.period_id"
            " JOIN journal_academicyear y ON y.id = p.year_id"
            " LEFT JOIN journal_thematicplan t ON t.id = c.thematic_plan_id"
            " WHERE c.id = %s",
            course,
        )
        bare.rows(
            "SELECT id, date, number, topic, teacher_id, subgroup_id, hours,"
            " attendance_taken_at, is_cancelled FROM journal_lesson"
            " WHERE course_id = %s ORDER BY date, number, id",
            course,
        )
        bare.rows(
            f'SELECT s.id, {NAMES}, m.start, m."end" FROM journal_membership m'
            " JOIN journal_student s ON s.id = m.student_id WHERE m.group_id = %s"
            ' AND m.start <= %s AND (m."end" IS NULL OR m."end" > %s)'
            f" ORDER BY {NAMES}",
            bench["group"],
            last,
            first,
        )
        bare.rows(
            "SELECT t.lesson_id, t.number, k.code, k.weight, m.student_id, m.value"
            " FROM journal_lesson l JOIN journal_task t ON t.lesson_id = l.id"
            " JOIN journal_workkind k ON k.id = t.kind_id"
            " LEFT JOIN journal_mark m ON m.task_id = t.id WHERE l.course_id = %s",
            course,
        )
        bare.rows(
            "SELECT a.lesson_id, a.student_id, a.reason_id FROM journal_absence a"
            " JOIN journal_lesson l ON l.id = a.lesson_id WHERE l.course_id = %s",
            course,
        )


def _lessons(bare: Bare, student: int, group: int, first: date, last: date) -> list:
    """Lessons of a week, each with the homework set before it."""
    return bare.rows(
        "SELECT l.id, l.date, l.number, l.hours, l.topic, l.homework, l.links,"
        " l.is_cancelled, l.cancel_reason, l.teacher_id, l.planned_teacher_id,"
        " d.name, r.number, k.name, p.number, s.last_name, s.first_name,"
        " s.middle_name, (SELECT b.homework FROM journal_lesson b"
        "   WHERE b.course_id = l.course_id AND NOT b.is_cancelled"
        "   AND (b.date < l.date OR b.date = l.date AND b.number < l.number)"
        "   AND b.date <= l.date"
        "   ORDER BY b.date DESC, b.number DESC LIMIT 1)"
        " FROM journal_lesson l JOIN journal_course c ON c.id = l.course_id"
        " JOIN journal_discipline d ON d.id = c.discipline_id"
        " JOIN journal_employee s ON s.id = l.teacher_id"
        " LEFT JOIN journal_room r ON r.id = l.room_id"
        " LEFT JOIN journal_lessonkind k ON k.id = l.kind_id"
        " LEFT JOIN journal_subgroup p ON p.id = l.subgroup_id"
        " WHERE c.group_id = %s AND l.date BETWEEN %s AND %s"
        " AND (l.subgroup_id IS NULL OR EXISTS (SELECT 1 FROM journal_subgroupmember"
        "   sm WHERE sm.subgroup_id = l.subgroup_id AND sm.student_id = %s"
        '   AND sm.start <= l.date AND (sm."end" IS NULL OR sm."end" > l.date)))'
        " ORDER BY l.date, l.number, l.id",
        group,
        first,
        last,
        student,
    )


def week(bare: Bare, reading: dict):
    """A student's week: calendar, lessons with what was set before, cells, bells."""
    student, _ = reading["readers"][0]
    first = date.fromisoformat(reading["monday"])
    last = first + timedelta(days=6)
    with bare.reading():
        spans = bare.rows(
            'SELECT m.group_id, g.name, m.start, m."end" FROM journal_membership m'
            " JOIN journal_group g ON g.id = m.group_id WHERE m.student_id = %s",
            student,
        )
        bare.rows(
            "SELECT date, kind, note FROM journal_calendarday"
            " WHERE date BETWEEN %s AND %s",
            first,
            last,
        )
        lessons = _lessons(bare, student, spans[-1][0], first, last)
        keys = [row[0] for row in lessons]
        places = ", ".join(["%s"] * len(keys))
        bare.rows(
            "SELECT t.lesson_id, t.number, m.value, k.name, k.weight, t.topic"
            " FROM journal_mark m JOIN journal_task t ON t.id = m.task_id"
            " JOIN journal_workkind k ON k.id = t.kind_id"
            f" WHERE m.student_id = %s AND t.lesson_id IN ({places})",
            student,
            *keys,
        )
        bare.rows(
            "SELECT a.lesson_id, a.reason_id, r.name, r.counts_as_absence,"
            " r.is_excused, a.hours FROM journal_absence a"
            " JOIN journal_absencereason r ON r.code = a.reason_id"
            f" WHERE a.student_id = %s AND a.lesson_id IN ({places})",
            student,
            *keys,
        )
        bare.rows(
            "SELECT s.id, s.start, s.is_short, b.number, b.starts_at, b.ends_at"
            " FROM journal_bell b JOIN journal_bellschedule s ON s.id = b.schedule_id"
            ' WHERE s.start <= %s AND (s."end" IS NULL OR s."end" > %s)',
            last,
            first,
        )


def all_marks(bare: Bare, reading: dict):
    """A student's courses of all periods, the marks of one period, hours missed."""
    student, _ = reading["readers"][0]
    with bare.reading():
        bare.rows(
            "SELECT s.last_name, s.first_name FROM journal_student s WHERE id = %s",
            student,
        )
        courses = bare.rows(
            "SELECT c.id, d.name, c.attestation_form, p.id, p.kind, p.number,"
            " p.first_day, p.last_day, y.name FROM journal_membership m"
            " JOIN journal_course c ON c.group_id = m.group_id"
            " JOIN journal_period p ON p.id = c.period_id"
            " JOIN journal_academicyear y ON y.id = p.year_id"
            " JOIN journal_discipline d ON d.id = c.discipline_id"
            " WHERE m.student_id = %s AND m.start <= p.last_day"
            ' AND (m."end" IS NULL OR m."end" > p.first_day) ORDER BY d.name',
            student,
        )
        keys = [row[0] for row in courses if row[3] == reading["period"]]
        places = ", ".join(["%s"] * len(keys))
        bare.rows(
            "SELECT course_id, kind, start FROM journal_exemption"
            f" WHERE student_id = %s AND course_id IN ({places})",
            student,
            *keys,
        )
        bare.rows(
            "SELECT l.course_id, l.date, m.value, k.name, k.weight, t.topic"
            " FROM journal_mark m JOIN journal_task t ON t.id = m.task_id"
            " JOIN journal_lesson l ON l.id = t.lesson_id"
            " JOIN journal_workkind k ON k.id = t.kind_id"
            f" WHERE m.student_id = %s AND l.course_id IN ({places})"
            " ORDER BY l.date, l.number, t.number",
            student,
            *keys,
        )
        bare.rows(
            "SELECT l.course_id, sum(a.hours) FROM journal_absence a"
            " JOIN journal_lesson l ON l.id = a.lesson_id"
            " JOIN journal_absencereason r ON r.code = a.reason_id"
            f" WHERE a.student_id = %s AND l.course_id IN ({places})"
            " AND r.counts_as_absence GROUP BY l.course_id",
            student,
            *keys,
        )


def _heading(bare: Bare, group: int, period: int, day):
    """What stands around the figures of R5: institution, group, courses, roster."""
    bare.rows("SELECT * FROM journal_institution")
    bare.rows(
        "SELECT g.name, g.course_year, s.code, s.name, d.name, e.last_name,"
        " e.first_name, e.middle_name FROM journal_group g"
        " LEFT JOIN journal_specialty s ON s.id = g.specialty_id"
        " LEFT JOIN journal_department d ON d.id = g.department_id"
        " LEFT JOIN journal_employee e ON e.id = g.curator_id WHERE g.id = %s",
        group,
    )
    bare.rows(
        "SELECT c.id, d.name, c.attestation_form FROM journal_course c"
        " JOIN journal_discipline d ON d.id = c.discipline_id"
        " WHERE c.group_id = %s AND c.period_id = %s ORDER BY d.name",
        group,
        period,
    )
    bare.rows(
        "SELECT t.course_id, s.last_name, s.first_name, s.middle_name, t.start,"
        ' t."end" FROM journal_courseteacher t'
        " JOIN journal_employee s ON s.id = t.employee_id"
        " JOIN journal_course c ON c.id = t.course_id"
        " WHERE c.group_id = %s AND c.period_id = %s ORDER BY t.start",
        group,
        period,
    )
    bare.rows(
        f"SELECT s.id, {NAMES} FROM journal_membership m"
        " JOIN journal_student s ON s.id = m.student_id WHERE m.group_id = %s"
        ' AND m.start <= %s AND (m."end" IS NULL OR m."end" > %s)'
        f" ORDER BY {NAMES}",
        group,
        day,
        day,
    )


def statement(bare: Bare, reading: dict):
    """R5: what stands around, averages summed by the database, hours missed, lacks."""
    group, period, day = reading["group"], reading["period"], reading["day"]
    of_courses = (
        "JOIN journal_course c ON c.id = l.course_id"
        " WHERE c.group_id = %s AND c.period_id = %s AND l.date <= %s"
    )
    with bare.reading():
        _heading(bare, group, period, day)
        bare.rows(
            "SELECT m.student_id, l.course_id, count(*),"
            " sum(CASE WHEN m.value IN ('2', '3', '4', '5') THEN k.weight END),"
            " sum(CASE WHEN m.value IN ('2', '3', '4', '5')"
            "   THEN k.weight * CAST(m.value AS integer) END),"
            " sum(CASE WHEN m.value = 'з' THEN 1 ELSE 0 END)"
            " FROM journal_lesson l JOIN journal_task t ON t.lesson_id = l.id"
            " JOIN journal_workkind k ON k.id = t.kind_id"
            f" JOIN journal_mark m ON m.task_id = t.id {of_courses}"
            " GROUP BY m.student_id, l.course_id",
            group,
            period,
            day,
        )
        bare.rows(
            "SELECT x.student_id, x.course_id, x.kind FROM journal_exemption x"
            " JOIN journal_course c ON c.id = x.course_id"
            " WHERE c.group_id = %s AND c.period_id = %s",
            group,
            period,
        )
        bare.rows(
            "SELECT a.student_id, sum(a.hours),"
            " sum(CASE WHEN r.is_excused THEN 0 ELSE a.hours END)"
            " FROM journal_lesson l JOIN journal_absence a ON a.lesson_id = l.id"
            " JOIN journal_absencereason r ON r.code = a.reason_id"
            f" {of_courses} AND r.counts_as_absence GROUP BY a.student_id",
            group,
            period,
            day,
        )
        bare.rows(
            "SELECT count(*),"
            " sum(CASE WHEN l.attendance_taken_at IS NULL THEN 1 ELSE 0 END),"
            " sum(CASE WHEN l.topic = '' THEN 1 ELSE 0 END)"
            f" FROM journal_lesson l {of_courses} AND NOT l.is_cancelled",
            group,
            period,
            day,
        )


def plain_sheet(cells: list[list]) -> bytes:
    """The same cells by plain XlsxWriter, values alone."""
    made = io.BytesIO()
    workbook = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = workbook.add_worksheet()
    for number, row in enumerate(cells):
        for place, value in enumerate(row):
            if isinstance(value, str) and value:
                sheet.write_string(number, place, value)
            elif isinstance(value, int | float):
                sheet.write_number(number, place, value)
    workbook.close()
    return made.getvalue()
