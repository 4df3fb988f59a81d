"""What is told of single courses and lessons: a change of hands, a substitution."""

from datetime import timedelta

from journal.domain.demo.lives import Filling, Sheet
from journal.domain.demo.pouring import Pour
from journal.domain.demo.site import Site
from journal.domain.demo.staff import moment
from journal.domain.demo.teaching import Study
from journal.domain.demo.times import Term, monday
from journal.models import Lesson

DAY = timedelta(days=1)


def hand_over(site: Site, term: Term, studies: list[Study]) -> None:
    """In one course of the curator's group `teacher2` took over in mid-term."""
    for study in studies:
        is_plain = not (study.subject.split or study.stream or study.weekly < 1)
        if (
            is_plain
            and study.cohort is site.home
            and study.subject.chair not in ("math", "it", "master")
        ):
            study.successor = site.staff.by["teacher2"]
            study.taken_over = monday(term.first + (site.today - term.first) * 0.5)
            return


def substitute(site: Site, lessons: list[Lesson], pour: Pour, dispatcher) -> None:
    """This week `teacher2` gives a lesson of somebody else, best of the curator's
    group and near today."""
    substitute, teacher = site.staff.by["teacher2"], site.staff.by["teacher"]
    start = monday(site.today)
    week = [one for one in lessons if one.number and monday(one.date) == start]
    taken = {(one.date, one.number) for one in week if one.teacher == substitute}
    fit = [
        one
        for one in week
        if one.teacher not in (substitute, teacher)
        and (one.date, one.number) not in taken
    ]
    home = site.home.group.pk
    lesson = min(
        fit,
        key=lambda one: (
            one.course.group_id != home,
            abs((one.date - site.today).days),
            one.number,
        ),
    )
    lesson.teacher = substitute
    at = moment(min(lesson.date, site.today) - DAY, 15)
    pour.change(lesson, at, dispatcher.pk, "Болезнь преподавателя")


def leave_undone(site: Site, sheets: list[Sheet]) -> None:
    """The last lesson of the teacher who signs in is empty, one before has no topic."""
    teacher = site.staff.by["teacher"]
    own = [sheet for sheet in sheets if sheet.lesson.teacher == teacher]
    for sheet in own:
        sheet.has_topic = sheet.has_attendance = True
    if len(own) > 8:
        own[-1].has_topic = own[-1].has_attendance = False
        own[-8].has_topic = False


def prepare_today(
    site: Site, lessons: list[Lesson], studies: dict[int, Study], filling: Filling
) -> None:
    """The topic of today's first lesson is written beforehand; the rest is to be done."""
    teacher = site.staff.by["teacher"]
    for lesson in lessons:
        if lesson.date == site.today and lesson.teacher == teacher:
            before = sum(
                one.course_id == lesson.course_id and one.date < lesson.date
                for one in lessons
            )
            study = studies[lesson.course_id]
            filling.write_topic(lesson, study, before, filling.eve)
            filling.pour.change(lesson, filling.eve, teacher.user_id)
            return
