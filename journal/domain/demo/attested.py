"""What attestations of the past term gave: signed sheets, retakes, debts, defences."""

from datetime import datetime, timedelta
from random import Random

from django.db.models import Avg, Case, F, When
from simple_history.utils import bulk_update_with_history

from journal.domain.demo.pouring import Pour, saved, saved_all
from journal.domain.demo.site import Site
from journal.domain.demo.staff import moment
from journal.domain.results.averages import NUMERIC
from journal.domain.results.headings import heading_of
from journal.domain.results.making import DueSheet, due_sheets
from journal.domain.results.scales import GRADES, marks_of_sheet
from journal.domain.results.writing import roster_of
from journal.models import (
    DebtMeasure,
    Institution,
    Mark,
    Result,
    Sheet,
    SheetMember,
    SheetPart,
    Thesis,
)

DAY = timedelta(days=1)
TICKETS = 25
TOPICS = (
    "Автоматизация учёта заявок службы поддержки",
    "Сеть филиала предприятия связи",
    "Информационная система библиотеки колледжа",
    "Анализ хозяйственной деятельности предприятия",
    "Модернизация участка технического обслуживания",
    "Учёт расчётов с поставщиками",
)


def create_attested(site: Site) -> None:
    """Sheets of the term before the current one, their retakes and what is still owed."""
    if len(site.terms) < 2:
        return
    term, rng = site.terms[-2], Random(11)
    last = min(term.last, site.today - 40 * DAY)
    at, by = moment(last, 15), site.staff.user("deputy")
    means = _means(term.period)
    pour = Pour(SheetPart, Result)
    made = []
    for number, due in enumerate(due_sheets(by, term.period), 1):
        if due.courses:
            made.append((_pour(pour, due, number, last, at, by, means, rng), due))
    pour.flush()
    _sign(made, at, by)
    _retake(site, [sheet for sheet, _ in made], len(made), rng)
    _defend(site, by, rng)


def _means(period) -> dict[tuple[int, int], float]:
    """(student, course) → the mean of the marks of a period; one query."""
    value = Case(*(When(value=sign, then=mark) for sign, mark in NUMERIC.items()))
    rows = Mark.objects.filter(
        task__lesson__course__period=period, value__in=NUMERIC
    ).order_by()
    course = F("task__lesson__course")
    rows = rows.annotate(course=course).values("student", "course")
    return {
        (row["student"], row["course"]): float(row["mean"])
        for row in rows.annotate(mean=Avg(value))
    }


def _pour(pour, due: DueSheet, number: int, day, at: datetime, by, means, rng) -> Sheet:
    sheet = Sheet(
        kind=due.kind,
        number=str(number),
        group=due.group,
        subgroup=due.subgroup,
        period=due.period,
        date=day,
        teacher=due.teacher,
        complex_form=due.complex_form,
    )
    saved(sheet, at, by)
    for course in due.courses:
        part = SheetPart(sheet=sheet, course=course, hours=course.hours)
        pour.add(part, at, by.pk)
    is_graded = marks_of_sheet(sheet, Institution.current())[:4] == GRADES
    for student, name in roster_of(sheet).items():
        mean = means.get((student, due.courses[0].pk), 3.6)
        mark = str(max(2, min(5, round(mean + rng.gauss(-0.05, 0.45)))))
        result = Result(sheet=sheet, student_id=student, student_name=name, mark=mark)
        if not is_graded:
            result.mark = "х" if mark == "2" else "з"
        if rng.random() < 0.015:
            result.mark, result.status = "", Result.Status.ABSENT
        elif due.kind == Sheet.Kind.EXAM:
            result.ticket = str(rng.randint(1, TICKETS))
        pour.add(result, at, by.pk)
    return sheet


def _sign(made: list, at: datetime, by) -> None:
    for sheet, _ in made:
        parts = sheet.parts.select_related("course__discipline", "course__plan_item")
        sheet.heading = heading_of(sheet, list(parts), sheet.date)
        sheet.state, sheet.signed_at = Sheet.State.SIGNED, at
        sheet.signed_by = sheet.teacher
    if made:
        bulk_update_with_history(
            [sheet for sheet, _ in made],
            Sheet,
            ["heading", "state", "signed_at", "signed_by"],
            default_user=by,
            batch_size=200,
        )


def _retake(site: Site, sheets: list[Sheet], count: int, rng: Random) -> None:
    """Half of those who owe have passed since; of the others measures are taken."""
    by, day = site.staff.user("deputy"), site.today - 20 * DAY
    measures = []
    for sheet in sheets:
        owing = list(
            sheet.results.exclude(mark__in=("5", "4", "3", "з")).order_by("pk")
        )
        if not owing:
            continue
        count += 1
        left = _attempt(sheet, owing, count, day, by)
        course = sheet.parts.select_related("course").first().course
        measures += [
            DebtMeasure(
                student_id=one.student_id,
                course=course,
                kind=rng.choice(("schedule", "consultation", "family")),
                date=day + 3 * DAY,
                due_on=day + rng.choice((14, 30)) * DAY,
                by=by,
            )
            for one in left
        ]
    saved_all(measures, moment(day + 3 * DAY, 12), by)


def _attempt(sheet: Sheet, owing: list[Result], number: int, day, by) -> list[Result]:
    """A signed retake that every other student passes; those who have not."""
    at = moment(day, 14)
    retake = Sheet(
        kind=sheet.kind,
        number=str(number),
        group=sheet.group,
        period=sheet.period,
        date=day,
        teacher=sheet.teacher,
        complex_form=sheet.complex_form,
        retakes=sheet,
        attempt=2,
    )
    saved(retake, at, by)
    parts = [
        SheetPart(sheet=retake, course=part.course, hours=part.hours)
        for part in sheet.parts.select_related("course")
    ]
    saved_all(parts, at, by)
    good, bad = ("з", "х") if sheet.kind == Sheet.Kind.CREDIT else ("3", "2")
    rows = [
        Result(
            sheet=retake,
            student_id=one.student_id,
            student_name=one.student_name,
            mark=bad if place % 2 else good,
        )
        for place, one in enumerate(owing)
    ]
    saved_all(rows, at, by)
    _sign([(retake, None)], at, by)
    return owing[1::2]


def _defend(site: Site, by, rng: Random) -> None:
    """Theses of those who have graduated, and of those who graduate this year."""
    term = site.terms[-1]
    final = site.house.levels[-1]
    groups = [one for one in site.cohorts if one.level == final and one.specialty]
    staff, theses = site.staff.by["teacher"], []
    for cohort in groups:
        theses += [
            _thesis(cohort, student, term.period.year, staff, place, rng)
            for place, student in enumerate(cohort.students)
        ]
    saved_all(theses, moment(term.first + 40 * DAY, 11), by)
    for cohort in (one for one in site.cohorts if one.left and one.specialty):
        terms = [one for one in site.terms if one.last < cohort.left]
        if terms:
            _defence(site, cohort, terms[-1], by, rng)


def _thesis(cohort, student, year, supervisor, place: int, rng: Random) -> Thesis:
    origin = rng.choices(list(Thesis.Origin.values), (6, 2, 2, 1))[0]
    return Thesis(
        student=student,
        group=cohort.group,
        year=year,
        topic=f"{TOPICS[place % len(TOPICS)]}, вариант {place + 1}",
        origin=origin,
        order=f"№ {100 + place // 10}-у",
        supervisor=supervisor,
    )


def _defence(site: Site, cohort, term, by, rng: Random) -> None:
    day = cohort.left - 5 * DAY
    at, year = moment(day, 16), term.period.year
    supervisor = site.staff.by["teacher"]
    theses = []
    for place, student in enumerate(cohort.students):
        one = _thesis(cohort, student, year, supervisor, place, rng)
        one.is_admitted, one.is_for_use = True, rng.random() < 0.1
        one.is_for_print = rng.random() < 0.05
        one.protocol_number, one.protocol_date = str(place // 8 + 1), day
        theses.append(one)
    saved_all(theses, at, by)
    sheet = Sheet(
        kind=Sheet.Kind.DEFENCE,
        number=f"{term.period.year_id}-{cohort.group.pk}",
        group=cohort.group,
        period=term.period,
        title="Дипломные проекты",
        date=day,
        teacher=supervisor,
    )
    saved(sheet, at, by)
    posts = {"director": "chair", "teacher": "member", "studyunit": "secretary"}
    people = [
        SheetMember(sheet=sheet, employee=site.staff.by[name], post=post)
        for name, post in posts.items()
    ]
    saved_all(people, at, by)
    results = [
        Result(
            sheet=sheet,
            student=one.student,
            student_name=one.student.full_name,
            topic=one.topic[:300],
            mark=rng.choices("5432", (4, 4, 2, 0.2))[0],
        )
        for one in theses
    ]
    saved_all(results, at, by)
    _sign([(sheet, None)], at, by)
