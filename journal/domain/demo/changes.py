"""Changes of today and the next day, the session of the term, the final attestation."""

from datetime import date, time, timedelta

from journal.domain.demo.pouring import saved
from journal.domain.demo.site import Site
from journal.domain.demo.staff import moment
from journal.domain.timetable.day import read_lessons, rooms_for, slots_for
from journal.domain.timetable.session import Line, lines_of, proposed
from journal.domain.timetable.taken import Taken
from journal.models import CourseTeacher, ExamEvent, ExamMember, Lesson, Room

DAY = timedelta(days=1)
GROUPS = 3
FINAL_DAYS = 20  # from the last day of study to the final attestation


def create_changes(site: Site) -> None:
    """On today and on the next day with lessons: a cancellation, another room, a move.

    Lessons of the people who sign in stay as they are, so that they have a whole day.
    """
    at = moment(site.today - DAY, 16)
    for day in _days(site):
        for change in (_cancel, _another_room, _move):
            changed = next(filter(change, _free_to_change(site, day)), None)
            if changed is not None:
                reason = changed.cancel_reason or "По просьбе учебной части"
                changed._change_reason = reason
                saved(changed, at, site.staff.user("dispatcher"))
                if changed.is_cancelled:
                    _make_up(site, changed, at)


def _make_up(site: Site, lesson: Lesson, at) -> None:
    """An extra lesson instead of a cancelled one, so that no hours are lost."""
    for day, is_taught, slots in slots_for(lesson, lesson.date + DAY, 20):
        for slot in slots:
            if is_taught and not slot.problem:
                extra = Lesson(
                    course=lesson.course,
                    subgroup=lesson.subgroup,
                    date=day,
                    number=slot.number,
                    room=lesson.room,
                    planned_teacher=lesson.planned_teacher,
                    teacher=lesson.teacher,
                    hours=lesson.hours,
                )
                extra._change_reason = "Взамен отменённого"
                saved(extra, at, site.staff.user("dispatcher"))
                return


def _days(site: Site) -> list[date]:
    """Today, and the next day on which lessons are held."""
    rows = Lesson.objects.filter(date__gt=site.today).order_by("date")
    after = rows.values_list("date", flat=True).first()
    return [site.today, after] if after else [site.today]


def _free_to_change(site: Site, day: date) -> list[Lesson]:
    named = [site.staff.by[name] for name in ("teacher", "teacher2", "master")]
    rows = (
        Lesson.objects.held()
        .filter(date=day, number__isnull=False, stream="", planned_date=None)
        .filter(topic="", attendance_taken_at=None, planned_room=None)
        .exclude(teacher__in=named)
    )
    return list(read_lessons(rows))


def _cancel(lesson: Lesson) -> bool:
    lesson.is_cancelled, lesson.cancel_reason = True, "Медицинский осмотр группы"
    return True


def _another_room(lesson: Lesson) -> bool:
    taken = Taken({lesson.date}, {lesson.pk})
    free = [one for one in rooms_for(lesson, taken) if not one.busy]
    for room in free:
        if room.pk != lesson.room_id:
            lesson.planned_room, lesson.room = lesson.room, Room(pk=room.pk)
            return True
    return False


def _move(lesson: Lesson) -> bool:
    for day, is_taught, slots in slots_for(lesson, lesson.date + DAY, 6):
        for slot in slots:
            if is_taught and not slot.problem:
                lesson.planned_date = lesson.date
                lesson.planned_number = lesson.number
                lesson.date, lesson.number = day, slot.number
                return True
    return False


# Sessions


def create_sessions(site: Site) -> None:
    """The session of the current term for some groups, the home one among them."""
    term = site.terms[-1]
    studying = [one for one in site.cohorts if one.level in site.house.levels]
    cohorts = [site.home, *(one for one in studying if one is not site.home)]
    at, by = moment(term.first + 30 * DAY, 11), site.staff.user("dispatcher")
    busy: set[tuple] = set()
    for cohort in cohorts[:GROUPS]:
        lines = lines_of(cohort.group, term.period)
        plan = proposed(lines, cohort.group, term.period)
        for place, (day, hours) in sorted(plan.items()):
            event = _event(site, lines[place], day, hours)
            if _takes(busy, event):
                saved(event, at, by)
    _create_final(site, at, by)


def _event(site: Site, line: Line, day: date, hours: tuple[time, time]) -> ExamEvent:
    load = CourseTeacher.objects.filter(course=line.course).order_by("-start", "pk")
    teacher = load.select_related("employee").first().employee
    return ExamEvent(
        group=line.course.group,
        course=line.course,
        kind=line.kind,
        date=day,
        starts_at=hours[0],
        ends_at=hours[1],
        room=site.staff.rooms[teacher.pk],
        teacher=teacher,
    )


def _takes(busy: set[tuple], event: ExamEvent) -> bool:
    """Take the places of an event; not where somebody sits there that day already."""
    day = (event.date, event.starts_at)
    places = {("teacher", event.teacher_id), ("room", event.room_id)}
    places = {(*place, *day) for place in places | {("group", event.group_id)}}
    if places & busy:
        return False
    busy |= places
    return True


def _create_final(site: Site, at, by) -> None:
    """The final attestation of a group that ends its studies this year."""
    last = site.house.levels[-1]
    group = next((one.group for one in site.cohorts if one.level == last), None)
    if group is None:
        return
    is_school = not site.house.specialties
    day = [*site.terms, *site.ahead][-1].last + FINAL_DAYS * DAY
    day += DAY * (day.isoweekday() == 7)
    event = ExamEvent(
        group=group,
        kind=ExamEvent.Kind.FINAL_EXAM if is_school else ExamEvent.Kind.DEFENCE,
        title="Русский язык" if is_school else "Дипломные проекты",
        date=day,
        starts_at=time(10),
        ends_at=time(14),
        room=Room.objects.order_by("pk").first(),
        teacher=None,
    )
    saved(event, at, by)
    posts = ExamMember.Post
    for name, post in (
        ("director", posts.CHAIR),
        ("teacher", posts.MEMBER),
        ("studyunit", posts.SECRETARY),
    ):
        saved(ExamMember(event=event, employee=site.staff.by[name], post=post), at, by)
