"""Absence, work, results, corrections: their part of the table, and their rows."""

import datetime

from journal.models import (
    AbsenceReason,
    Activity,
    CorrectionRequest,
    DebtMeasure,
    Excuse,
    ForecastFit,
    Homework,
    Makeup,
    Notice,
    Sheet,
    SheetPart,
    SittingReview,
    Submission,
    Thesis,
)

WORK = "homework submission makeup"
RESULTS = "sheet thesis debtmeasure"
OF_GROUP = f"{WORK} {RESULTS} activity"
JUST_OFFICE = "forecastfit sittingreview notice"
MODELS = f"{OF_GROUP} excuse correctionrequest {JUST_OFFICE}"
# Rows that come from elsewhere than a form.
UNADDED = {"correctionrequest", "homework", "submission", *JUST_OFFICE.split()}

# What is said of them beside `ALL`, in the letters of the table.
EXPECTED = {
    "deputy": (("vnfac", "thesis debtmeasure"), ("vnfacd", "sheet")),
    "deputy_upr": (("vnfac", "thesis"),),
    "deputy_uvr": (("vnfac", "activity"),),
    "department_head": (
        ("vn", f"{OF_GROUP} excuse correctionrequest"),
        ("vnac", "debtmeasure"),
        ("vnacd", "sheet"),
    ),
    "studyunit": (
        ("vn", f"{OF_GROUP} excuse correctionrequest"),
        ("vnac", "thesis debtmeasure"),
        ("vnacd", "sheet"),
    ),
    "curator": (
        ("vn", f"{OF_GROUP} correctionrequest"),
        ("vnac", "makeup debtmeasure activity"),
        ("vna", "excuse"),
    ),
    "teacher": (
        ("vn", f"{OF_GROUP} correctionrequest"),
        ("vnacd", "makeup sheet"),
        ("vnc", "thesis"),
    ),
    **dict.fromkeys(
        ("teacher2", "master"),
        (
            ("vn", "thesis activity"),
            ("v", "debtmeasure correctionrequest homework submission"),
            ("va", "makeup sheet"),
        ),
    ),
    "extracurricular": (("vnfac", "activity"),),
    "certificates": (("vnf", OF_GROUP),),
    "root": (
        ("vnf", f"correctionrequest homework submission {JUST_OFFICE}"),
        ("vnfa", "excuse"),
    ),
}
OFFICE = {"office", "director", "deputy", "deputy_upr", "deputy_uvr", "root"}
READ = (
    OFFICE | {"department_head", "studyunit", "curator", "teacher", "certificates"},
    OFFICE | {"certificates"},
)
WRITE = (
    {"deputy", "department_head", "studyunit", "teacher", "root"},
    {"deputy", "root"},
)
# Both sheets are drafts: nothing to retake or to annul.
OF_ALL = {"office", "director", "deputy", "deputy_upr", "deputy_uvr", "root"}
FAR_LEADS = OF_ALL | {"certificates", "extracurricular"}
LEADS = FAR_LEADS | {
    *("department_head", "studyunit", "curator"),
    *("teacher", "teacher2", "master"),
}
BUTTONS: dict = {
    ("excuse", "withdraw"): ({"curator", "root"}, {"root"}),
    ("sheet", "print_paper"): READ,
    ("sheet", "print_xlsx"): READ,
    ("sheet", "points"): WRITE,
    ("sheet", "retake"): (set(), set()),
    ("sheet", "annul"): (set(), set()),
    ("activity", "journal"): (LEADS, FAR_LEADS),
}
ELSEWHERE: set = {
    "journal_debtmeasure_debts",
    "journal_thesis_topics",
    "journal_thesis_to_topics",
    "journal_debtmeasure_to_debts",
    "journal_lesson_absent",
    "journal_makeup_ledger",
    "journal_lesson_group_week",
    "journal_course_results",
    "journal_course_results_sign",
    "journal_course_forecast",
    "journal_activity_session",
    "journal_homework_check",
    "journal_homework_works",
    *(f"journal_forecastfit_{page}" for page in ("refit", "to_refit")),
    *(f"journal_sheet_{page}" for page in ("due", "to_due", "fill", "to_page", "sign")),
}


def build(world) -> dict:
    """model: (a row of the group 2-ИС, one of the group 1-ЭК)."""
    fit = ForecastFit.objects.create()
    began = datetime.datetime(2026, 9, 1, 12, tzinfo=datetime.UTC)
    review = SittingReview.objects.create(
        person=world.teacher,
        began_at=began,
        ended_at=began,
        count=40,
        verdict="fine",
        by=world.deputy,
    )
    rows = {"forecastfit": (fit, fit), "sittingreview": (review, review)}
    pairs: dict[str, list] = {}
    for place in (
        (world.course, world.lesson_past, world.students[1], world.teacher),
        (
            world.course_elsewhere,
            world.lesson_elsewhere_past,
            world.students2[1],
            world.teacher_elsewhere,
        ),
    ):
        for row in (*_work(world, *place), *_results(world, *place)):
            pairs.setdefault(row._meta.model_name, []).append(row)
    return rows | {model: tuple(both) for model, both in pairs.items()}


def _work(world, course, lesson, student, teacher):
    yield (homework := Homework.objects.create(lesson=lesson))
    yield Submission.objects.create(homework=homework, student=student)
    yield Makeup.objects.create(
        lesson=lesson, student=student, outcome="made", date=world.today
    )
    yield Excuse.objects.create(
        student=student,
        reason=AbsenceReason.objects.get(code="б"),
        document="справка",
        start=world.today,
        end=world.today + datetime.timedelta(days=3),
    )
    yield Activity.objects.create(
        name="Классные часы",
        kind="class_hours",
        year=world.year,
        group=course.group,
        leader=teacher.employee,
    )
    yield Notice.objects.create(user=world.curator, student=student, lesson=lesson)


def _results(world, course, lesson, student, teacher):
    sheet = Sheet.objects.create(
        kind="exam",
        group=course.group,
        period=course.period,
        date=world.today,
        teacher=teacher.employee,
    )
    SheetPart.objects.create(sheet=sheet, course=course)
    yield sheet
    yield Thesis.objects.create(
        student=student,
        group=course.group,
        year=world.year,
        topic="Тема",
        supervisor=teacher.employee,
    )
    yield DebtMeasure.objects.create(student=student, course=course, kind="talk")
    yield CorrectionRequest.objects.create(
        group=course.group,
        course=course,
        student=student,
        lesson=lesson,
        field="1",
        new="5",
        reason="Описка",
        by=teacher,
    )
