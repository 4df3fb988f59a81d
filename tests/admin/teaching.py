"""Plans, programmes, calendars, sessions: their part of the table, and their rows."""

import datetime

from journal.models import (
    Abbreviation,
    ComplexForm,
    ControlWork,
    ExamEvent,
    StudyCalendar,
    WorkProgramme,
)

REFERENCE = "studycalendar abbreviation"
OF_COURSES = "workprogramme controlwork examevent"
MODELS = f"{REFERENCE} {OF_COURSES} complexform"
READERS = ("secretary", "hr", "curator", "teacher", "teacher2", "master", "safety")

# What is said of them beside `ALL`, in the letters of the table.
EXPECTED = {
    **dict.fromkeys(
        (*READERS, "extracurricular", "certificates"), (("vnf", REFERENCE),)
    ),
}
EXPECTED |= {
    "office": (("vnfacd", "abbreviation"), ("vnfac", "studycalendar")),
    "deputy": (
        ("vnfac", "studycalendar abbreviation workprogramme"),
        ("vnfacd", "complexform controlwork examevent"),
    ),
    "department_head": (("vnf", REFERENCE), ("vn", f"{OF_COURSES} complexform")),
    "studyunit": (
        ("vnf", REFERENCE),
        ("vnfac", "studycalendar"),
        ("vn", "workprogramme controlwork"),
        ("vnacd", "complexform examevent"),
    ),
    "dispatcher": (
        ("vnf", "abbreviation controlwork"),
        ("vnfac", "studycalendar"),
        ("vnfacd", "examevent"),
    ),
    "curator": (("vnf", REFERENCE), ("vn", OF_COURSES)),
    "teacher": (
        ("vnf", REFERENCE),
        ("vn", "examevent"),
        ("vnac", "workprogramme"),
        ("vnacd", "controlwork"),
    ),
    **dict.fromkeys(
        ("teacher2", "master"),
        (
            ("vnf", REFERENCE),
            ("v", "examevent"),
            ("va", "workprogramme controlwork"),
        ),
    ),
    "certificates": (("vnf", f"{REFERENCE} {OF_COURSES}"),),
}

OFFICES = {"office", "director", "deputy", "deputy_upr", "deputy_uvr", "root"}
NEAR = OFFICES | {"department_head", "studyunit", "curator", "teacher", "certificates"}
FAR = OFFICES | {"certificates"}
WRITERS = {"deputy", "root"}
# Of programmes both rows are drafts; of plans the near one is approved, the far one not.
BUTTONS = {
    ("thematicplan", "table"): (NEAR | {"dispatcher"}, FAR | {"dispatcher"}),
    ("thematicplan", "number_works"): (WRITERS, WRITERS),
    # No course without a plan is left to be tied to them.
    ("thematicplan", "attach"): (set(), set()),
    ("workprogramme", "table"): (NEAR, FAR),
    ("workprogramme", "file"): (set(), set()),
    ("workprogramme", "submit"): (WRITERS | {"teacher"}, WRITERS),
    ("workprogramme", "approve"): (set(), set()),
    ("workprogramme", "send_back"): (set(), set()),
    ("workprogramme", "renew"): (set(), set()),
}
ELSEWHERE = {
    *(f"journal_thematicplan_{page}" for page in ("begin", "begin_one", "to_begin")),
    *(f"journal_workprogramme_{page}" for page in ("draft", "to_draft")),
    *(f"journal_controlwork_{page}" for page in ("schedule", "to_schedule")),
}


def build(world) -> dict:
    """model: (a row of the group 2-ИС, one of the group 1-ЭК)."""
    calendar = StudyCalendar.objects.create(name="Основной", year=world.year)
    word = Abbreviation.objects.create(name="ЭВМ")
    rows = {"studycalendar": (calendar, calendar), "abbreviation": (word, word)}
    near = (world.course, world.curriculum, world.teacher, world.plan)
    far = (
        world.course_elsewhere,
        world.curriculum2,
        world.teacher_elsewhere,
        world.plan2,
    )
    pairs: dict[str, list] = {}
    for course, curriculum, teacher, plan in (near, far):
        programme = WorkProgramme.objects.create(
            name="Программа", discipline=course.discipline, author=teacher.employee
        )
        plan.programme = programme
        plan.save()
        for model, row in (
            ("workprogramme", programme),
            ("controlwork", _control(world, course)),
            ("examevent", _exam(world, course)),
            ("complexform", _complex(curriculum)),
        ):
            pairs.setdefault(model, []).append(row)
    return rows | {model: tuple(both) for model, both in pairs.items()}


def _control(world, course):
    return ControlWork.objects.create(
        course=course, group=course.group, date=world.today, name="Контрольная"
    )


def _exam(world, course):
    return ExamEvent.objects.create(
        course=course,
        group=course.group,
        kind="exam",
        date=world.today + datetime.timedelta(days=30),
        starts_at=datetime.time(9),
        ends_at=datetime.time(12),
    )


def _complex(curriculum):
    return ComplexForm.objects.create(
        curriculum=curriculum, name="КДЗ", semester=1, form="diff_credit"
    )
