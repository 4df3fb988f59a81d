"""The cast: a small college in the middle of a semester, and its people.

`build(today)` makes it; the fixture `world` hands it to a test. `world.teacher` and the
other people are users, `world.people` holds them all by name; `world.teacher.employee`,
`world.student.student`, `world.parent.guardian` are the persons behind. Who sees what:

- `group` (2-ИС) has `course` (of `teacher`), `course2` (of `teacher2`), `practice` (of
  `master`) and `handed_over`, which `teacher2` gave to `teacher` a week ago;
- `group2` (1-ЭК), of another department and specialty, has `course_elsewhere` (of
  `teacher_elsewhere`); `stranger` is its student;
- `parent` has two wards: `student` in `group`, `sister` in `group2`; `trustee` was
  entrusted with the first of them by `parent`, for a month more;
- `mover` sat in `group2` for three weeks of the semester and has sat in `group` since;
- `nobody` is an active account without a role.
"""

import datetime
import functools
from types import SimpleNamespace

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from journal.domain.people import give_role
from journal.models import (
    Absence,
    AbsenceReason,
    AcademicYear,
    Bell,
    BellSchedule,
    Course,
    CourseTeacher,
    Department,
    Discipline,
    Employee,
    Group,
    Guardian,
    Guardianship,
    Institution,
    Lesson,
    LessonKind,
    LessonTopic,
    Mark,
    Membership,
    Period,
    PlannedLesson,
    Room,
    Specialty,
    Student,
    Task,
    ThematicPlan,
    TimetableEntry,
    User,
    WorkKind,
)

TODAY = datetime.date(2026, 10, 14)
PASSWORD = "demo"
ECONOMICS = "Экономика организации"

STAFF = {
    "office": ("admin", "Орлова", "Нина", "Петровна"),
    "director": ("director", "Громов", "Пётр", "Ильич"),
    "deputy": ("deputy", "Седова", "Ольга", "Юрьевна"),
    "deputy_upr": ("deputy_upr", "Фомин", "Игорь", "Львович"),
    "deputy_uvr": ("deputy_uvr", "Белова", "Алла", "Ивановна"),
    "department_head": ("department", "Юдин", "Роман", "Олегович"),
    "studyunit": ("studyunit", "Ершова", "Инна", "Глебовна"),
    "dispatcher": ("dispatcher", "Зимина", "Яна", "Павловна"),
    "secretary": ("secretary", "Котова", "Лада", "Марковна"),
    "hr": ("hr", "Лапина", "Рита", "Семёновна"),
    "curator": ("curator", "Ёлкина", "Анна", "Сергеевна"),
    "teacher": ("teacher", "Жданов", "Лев", "Борисович"),
    "teacher2": ("teacher", "Щукина", "Вера", "Ильинична"),
    "teacher_elsewhere": ("teacher", "Хромов", "Олег", "Иванович"),
    "master": ("master", "Цветков", "Юрий", "Фёдорович"),
}
STUDENTS = (
    ("Абрамова", "Дарья", "Олеговна"),
    ("Быков", "Илья", "Павлович"),
    ("Ёжиков", "Глеб", "Андреевич"),
    ("Ершов", "Тимур", "Русланович"),
    ("Чайкина", "Софья", "Игоревна"),
)
STUDENTS_ELSEWHERE = (
    ("Абрамова", "Майя", "Олеговна"),
    ("Носов", "Артём", "Денисович"),
    ("Титова", "Злата", "Романовна"),
)

REASONS = (  # letter, name, counts as absence, excused
    ("н", "без уважительной причины", True, False),
    ("б", "по болезни", True, True),
    ("у", "по уважительной причине", True, True),
    ("о", "опоздание", False, False),
)


@functools.cache
def hashed(password: str) -> str:
    """Hashed once for all: in production's way that takes a third of a second."""
    return make_password(password)


def account(username: str, *roles: str) -> User:
    known = {"password": hashed(PASSWORD), "acknowledged_at": timezone.now()}
    user = User.objects.create(username=username, **known)
    if roles:
        give_role(user, *roles)
    return user


def person(model, names, user=None, **fields):
    last_name, first_name, middle_name = names
    return model.objects.create(
        last_name=last_name,
        first_name=first_name,
        middle_name=middle_name,
        user=user,
        **fields,
    )


def build(today: datetime.date = TODAY) -> SimpleNamespace:
    """The college as of `today`; every date in it is counted from that day."""
    world = SimpleNamespace(today=today, people={})
    for step in (_reference, _staff, _groups, _students, _families, _courses, _lessons):
        step(world)
    world.people["nobody"] = account("nobody")
    vars(world).update(world.people)
    return world


def day(world, offset: int) -> datetime.date:
    return world.today + datetime.timedelta(days=offset)


def _reference(world):
    world.institution = Institution.objects.create(
        pk=1, name="Колледж связи и экономики", short_name="Колледж связи"
    )
    for place, (code, name, counts, excused) in enumerate(REASONS):
        AbsenceReason.objects.create(
            code=code,
            name=name,
            counts_as_absence=counts,
            is_excused=excused,
            position=place,
        )
    world.lecture = LessonKind.objects.create(name="Лекция", short_name="лек.")
    world.practical = LessonKind.objects.create(
        name="Практическая работа", short_name="пр.", is_numbered=True
    )
    world.answer = WorkKind.objects.create(code="О", name="Ответ на занятии", weight=1)
    world.test = WorkKind.objects.create(code="К", name="Контрольная работа", weight=3)
    world.year = AcademicYear.objects.create(
        name="этот учебный год", start=day(world, -43), end=day(world, 260)
    )
    world.period, world.next_period = (
        Period.objects.create(
            year=world.year,
            kind="semester",
            number=number,
            first_day=day(world, first),
            last_day=day(world, last),
        )
        for number, first, last in ((1, -43, 77), (2, 89, 259))
    )
    bells = BellSchedule.objects.create(name="Основное", start=day(world, -43))
    for number, hour in enumerate((9, 11, 13, 15), start=1):
        Bell.objects.create(
            schedule=bells,
            number=number,
            starts_at=datetime.time(hour),
            ends_at=datetime.time(hour + 1, 30),
        )
    world.room = Room.objects.create(number="101")
    world.room2 = Room.objects.create(number="202")


def _staff(world):
    for name, (role, *names) in STAFF.items():
        world.people[name] = user = account(name, role)
        person(Employee, names, user)


def _groups(world):
    head = world.people["department_head"].employee
    world.department = Department.objects.create(name="Отделение связи", head=head)
    world.department2 = Department.objects.create(name="Отделение экономики")
    world.specialty = Specialty.objects.create(
        code="09.02.07", name="Информационные системы", department=world.department
    )
    world.specialty.study_unit_heads.add(world.people["studyunit"].employee)
    world.specialty2 = Specialty.objects.create(
        code="38.02.01", name="Экономика", department=world.department2
    )
    world.group = Group.objects.create(
        name="2-ИС",
        course_year=2,
        specialty=world.specialty,
        department=world.department,
        curator=world.people["curator"].employee,
    )
    world.group2 = Group.objects.create(
        name="1-ЭК", specialty=world.specialty2, department=world.department2
    )


def _members(world, group, names, users: dict):
    people = []
    for place, one in enumerate(names):
        user = account(users[place], "student") if place in users else None
        birth_date = world.today.replace(year=world.today.year - 17, day=1)
        student = person(Student, one, user, birth_date=birth_date)
        Membership.objects.create(student=student, group=group, start=world.year.start)
        people.append(student)
        if user:
            world.people[user.username] = user
    return people


def _students(world):
    world.students = _members(world, world.group, STUDENTS, {0: "student"})
    world.students2 = _members(world, world.group2, STUDENTS_ELSEWHERE, {1: "stranger"})
    world.sister = world.students2[0]
    world.mover = person(Student, ("Яшин", "Егор", "Львович"))
    moved_on = day(world, -22)
    Membership.objects.create(
        student=world.mover, group=world.group2, start=world.year.start, end=moved_on
    )
    Membership.objects.create(student=world.mover, group=world.group, start=moved_on)


def _families(world):
    for name, names in (
        ("parent", ("Абрамова", "Елена", "Викторовна")),
        ("trustee", ("Абрамова", "Зоя", "Никитична")),
    ):
        world.people[name] = account(name, name)
        person(Guardian, names, world.people[name])
    mother = world.people["parent"].guardian
    for ward in (world.students[0], world.sister):
        Guardianship.objects.create(
            student=ward, guardian=mother, relation="mother", start=world.year.start
        )
    Guardianship.objects.create(
        student=world.students[0],
        guardian=world.people["trustee"].guardian,
        relation="trustee",
        delegated_by=mother,
        start=world.year.start,
        end=day(world, 30),
    )


# name: (group, discipline, form of attestation, teacher)
COURSES = {
    "course": ("group", "Математика", "exam", "teacher"),
    "course2": ("group", "Физика", "credit", "teacher2"),
    "practice": ("group", "Учебная практика", "diff_credit", "master"),
    "handed_over": ("group", "История", "exam", "teacher"),
    "course_elsewhere": ("group2", ECONOMICS, "exam", "teacher_elsewhere"),
}


def _courses(world):
    handed_on = day(world, -7)
    for name, (group, discipline, form, teacher) in COURSES.items():
        course = Course.objects.create(
            group=getattr(world, group),
            period=world.period,
            discipline=Discipline.objects.create(name=discipline),
            hours=72,
            attestation_form=form,
        )
        setattr(world, name, course)
        spans = [(teacher, world.year.start, None)]
        if name == "handed_over":
            spans = [("teacher2", world.year.start, handed_on)]
            spans += [("teacher", handed_on, None)]
        for teacher_, start, end in spans:
            employee = world.people[teacher_].employee
            CourseTeacher.objects.create(
                course=course, employee=employee, start=start, end=end, hours=72
            )
    for number, course in enumerate((world.course, world.course2), start=1):
        TimetableEntry.objects.create(
            course=course,
            teacher=course.teachers.get().employee,
            room=world.room,
            weekday=world.today.isoweekday(),
            number=number,
            start=world.year.start,
        )
    _plan(world)


def _plan(world):
    world.plan = ThematicPlan.objects.create(
        name="Математика, 2 курс",
        discipline=world.course.discipline,
        year=world.year,
        author=world.people["teacher"].employee,
        state="approved",
    )
    topics = ("Пределы", "Производная", "Правила дифференцирования", "Интеграл")
    world.planned = [
        PlannedLesson.objects.create(
            plan=world.plan,
            number=number,
            topic=topic,
            kind=world.lecture,
            homework=f"§ {number}",
        )
        for number, topic in enumerate(topics, start=1)
    ]
    world.course.thematic_plan = world.plan
    world.course.save()


# name: (course, days from today, number, whom the timetable names, topic; empty: unfilled)
LESSONS = {
    "lesson": ("course", 0, 1, "teacher", ""),
    "lesson2": ("course2", 0, 2, "teacher2", ""),
    "lesson_past": ("course", -2, 1, "teacher", "Пределы"),
    "lesson_unfilled": ("course", -5, 1, "teacher", ""),
    "lesson_old": ("course", -30, 1, "teacher", "Введение"),
    "lesson_future": ("course", 5, 1, "teacher", ""),
    "lesson2_past": ("course2", -2, 2, "teacher2", "Кинематика"),
    "lesson_substituted": ("course2", -1, 2, "teacher2", ""),
    "lesson_practice": ("practice", -1, 3, "master", ""),
    "lesson_handed_over": ("handed_over", -14, 4, "teacher2", "Русь"),
    "lesson_elsewhere": ("course_elsewhere", 0, 1, "teacher_elsewhere", ""),
    "lesson_elsewhere_past": ("course_elsewhere", -2, 1, "teacher_elsewhere", "Спрос"),
}


def lesson(world, course, offset: int, number: int, planned: str, **fields) -> Lesson:
    """A lesson `offset` days from today, by default given by whom the timetable names."""
    employee = world.people[planned].employee
    return Lesson.objects.create(
        **{
            "course": course,
            "date": day(world, offset),
            "number": number,
            "planned_teacher": employee,
            "teacher": employee,
            "kind": world.lecture,
            **fields,
        }
    )


def _lessons(world):
    substitutes = {"lesson_substituted": "teacher"}
    for name, (course, offset, number, planned, topic) in LESSONS.items():
        teacher = world.people[substitutes.get(name, planned)].employee
        fields = {"teacher": teacher, "topic": topic}
        if topic:
            fields |= {"attendance_taken_at": timezone.now(), "homework": "§ 1"}
        course = getattr(world, course)
        made = lesson(world, course, offset, number, planned, **fields)
        setattr(world, name, made)
    LessonTopic.objects.create(
        lesson=world.lesson_past, planned_lesson=world.planned[0], hours=2
    )
    for name, lesson_, kind, topic in (
        ("task", world.lesson_past, world.answer, ""),
        ("task_old", world.lesson_old, world.test, "Входной контроль"),
        ("task2", world.lesson2_past, world.answer, ""),
        ("task_elsewhere", world.lesson_elsewhere_past, world.answer, ""),
    ):
        made = Task.objects.create(lesson=lesson_, number=1, kind=kind, topic=topic)
        setattr(world, name, made)
    _marks(world)


def _marks(world):
    first, second, third, *_ = world.students
    for task_, student, value in (
        (world.task, first, "5"),
        (world.task, second, "3"),
        (world.task_old, first, "4"),
        (world.task_old, third, "2"),
        (world.task2, first, "4"),
        (world.task_elsewhere, world.sister, "5"),
        (world.task_elsewhere, world.students2[1], "3"),
    ):
        Mark.objects.create(task=task_, student=student, value=value)
    world.mark = Mark.objects.get(task=world.task, student=first)
    for lesson_, student, code, hours in (
        (world.lesson_past, third, "н", 2),
        (world.lesson2_past, second, "б", 2),
        (world.lesson_elsewhere_past, world.students2[2], "о", 0),
    ):
        Absence.objects.create(
            lesson=lesson_, student=student, reason_id=code, hours=hours
        )
    world.absence = Absence.objects.get(lesson=world.lesson_past, student=third)
