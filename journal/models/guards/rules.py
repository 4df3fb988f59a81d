"""Guards of people, plans, timetable and sessions."""

from journal.models.words import worded_lazily

RULES = {
    "membership_no_overlap": worded_lazily(
        "Студент в эти дни уже числится в группе.",
        "Ученик в эти дни уже числится в классе.",
    ),
    "calendarspan_no_overlap": "В эти дни у этого курса в графике уже есть другое.",
    "exemption_no_overlap": worded_lazily(
        "В эти дни у студента на этом курсе уже есть освобождение, перезачёт или"
        " индивидуальный план."
    ),
    "exemption_recredit_whole": "Для перезачёта нужны отметка и документ.",
    "lesson_teacher_free": worded_lazily(
        "Преподаватель в это время ведёт другое занятие."
    ),
    "lesson_room_free": "Аудитория в это время занята.",
    "lesson_group_free": worded_lazily(
        "У группы в это время другое занятие.", "У класса в это время другое занятие."
    ),
    "entry_teacher_free": worded_lazily(
        "Преподаватель в это время по расписанию ведёт другое занятие."
    ),
    "entry_room_free": "Аудитория в это время по расписанию занята.",
    "entry_group_free": worded_lazily(
        "У группы в это время по расписанию другое занятие.",
        "У класса в это время по расписанию другое занятие.",
    ),
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
    "exam_group_free": worded_lazily(
        "У группы в это время другой экзамен или консультация.",
        "У класса в это время другой экзамен или консультация.",
    ),
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
ALWAYS = ("INSERT", "UPDATE", "DELETE")
_STANDS = """SELECT 1 FROM journal_curriculum plan WHERE plan.state <> 'draft'
    AND plan.id IN """
OF_ITEM = """(SELECT item.curriculum_id FROM journal_planitem item
    WHERE item.id IN ({row}.item_id, {was}.item_id))"""
OF_FORM = """(SELECT form.curriculum_id FROM journal_complexform form
    WHERE form.id IN ({row}.complex_form_id, {was}.complex_form_id))"""
OF_PLAN = "({row}.curriculum_id, {was}.curriculum_id)"
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
    "planitem_stands": ("journal_planitem", ALWAYS, _STANDS + OF_PLAN),
    "planhours_stand": ("journal_planhours", ALWAYS, _STANDS + OF_ITEM),
    "planweeks_stand": ("journal_planweeks", ALWAYS, _STANDS + OF_PLAN),
    "complexform_stands": ("journal_complexform", ALWAYS, _STANDS + OF_PLAN),
    "complexpart_stands": ("journal_complexformpart", ALWAYS, _STANDS + OF_FORM),
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
}
