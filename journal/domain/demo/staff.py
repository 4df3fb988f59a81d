"""Employees of the invented institution, and the sign-ins that it prints."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from journal.domain.demo.college import House
from journal.domain.demo.names import person
from journal.domain.demo.pouring import saved
from journal.domain.people import give_role
from journal.models import Campus, Department, Employee, Room, User
from journal.models.people import snils_checksum

PASSWORD = "demo"  # noqa: S105 - the demo's, refused beside a real institution
UNUSABLE = "!"  # sign-in is closed: the person has no password

# username: (post, chair, what there is to look at). The role is named like the
# username; "teacher2" is a second teacher.
OFFICE = {
    "admin": ("администратор журнала", "Справочники, роли, учётные записи"),
    "director": ("директор", "Всё учреждение, отчёты, журнал исправлений"),
    "deputy": ("заместитель директора по учебной работе", "КТП, просроченные занятия"),
    "deputy_upr": (
        "заместитель директора по учебно-производственной работе",
        "Практика и журналы",
    ),
    "deputy_uvr": (
        "заместитель директора по учебно-воспитательной работе",
        "Посещаемость групп",
    ),
    "studyunit": ("заведующий учебной частью", "Группы своего корпуса, нагрузка"),
    "department": ("заведующий отделением", "Группы своего отделения"),
    "dispatcher": ("диспетчер расписания", "Расписание, замена этой недели"),
    "secretary": ("секретарь учебной части", "Контингент и его загрузка"),
    "hr": ("специалист по кадрам", "Карточки сотрудников"),
}
TEACHING = {
    "curator": ("", "Своя группа: посещаемость и успеваемость"),
    "teacher": ("math", "Занятия сегодня: одно идёт сейчас, есть незаполненные"),
    "teacher2": ("it", "Подгруппы, замена, курс, принятый в середине периода"),
    "master": ("master", "Занятия практики"),
}
FAMILY = {
    "student": "Дневник студента",
    "parent": "Дневники двух детей в разных группах",
    "trustee": "Дневник ребёнка, пока действует доверенность",
}
ROLE_OF = {"teacher2": "teacher"}
SPECIAL_ROOMS = {"sport": "Спортивный зал", "master": "Мастерская"}


@dataclass
class Staff:
    """Employees by sign-in and by chair; a chair grows when its teachers are full."""

    house: House
    rng: Random
    at: datetime
    campuses: list[Campus]
    by: dict[str, Employee] = field(default_factory=dict)
    chairs: dict[str, list[Employee]] = field(default_factory=dict)
    rooms: dict[int, Room] = field(default_factory=dict)
    load: dict[int, float] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    password: str = ""

    @property
    def capacity(self) -> int:
        """Lessons that one teacher gives a week at most."""
        return self.house.lessons_a_day * 6

    def hire_office(self) -> None:
        self.password = make_password(PASSWORD, salt="demonstration")
        for username, (post, _) in OFFICE.items():
            self._hire(username, post, (username,))
        for username, (chair, _) in TEACHING.items():
            post = self.house.teacher_post
            if username == "master" and self.house.specialties:
                post = "мастер производственного обучения"
            if username == "curator":
                post = self.house.curator_post
            self._hire(username, post, (ROLE_OF.get(username, username),), chair)

    def new_term(self) -> None:
        self.load = {}

    def teacher_for(
        self, chair: str, lessons: float, apart: tuple[Employee, ...] = ()
    ) -> Employee:
        """The first teacher of a chair with so many lessons a week to spare."""
        for employee in self.chairs.get(chair, ()):
            spare = self.capacity - self.load.get(employee.pk, 0)
            if employee not in apart and spare >= lessons:
                break
        else:
            number = len(self.by) + 1
            role = "master" if chair == "master" else "teacher"
            employee = self._hire(
                f"{role}{number:03}", self.house.teacher_post, (role,), chair
            )
        self.load[employee.pk] = self.load.get(employee.pk, 0) + lessons
        return employee

    def user(self, username: str) -> User:
        return self.by[username].user

    def _hire(
        self, username: str, post: str, roles: tuple[str, ...], chair: str = ""
    ) -> Employee:
        known = username in OFFICE or username in TEACHING
        fields = person(self.rng, nth=len(self.by) + 100)
        user = self.account(username, fields, known)
        give_role(user, *roles)
        employee = Employee(
            **fields,
            **self.contacts(username),
            user=user,
            position=post,
            **self._terms(username, bool(chair)),
            personal_no=f"{len(self.by) + 1:04}",
            birth_date=date(self.rng.randint(1962, 1996), 5, self.rng.randint(1, 28)),
            hired_on=date(self.rng.randint(2005, 2019), 8, 25),
        )
        self.by[username] = saved(employee, self.at)
        if chair:
            self.chairs.setdefault(chair, []).append(employee)
            self.rooms[employee.pk] = self._room(chair)
        return employee

    def _terms(self, username: str, teaches: bool) -> dict:
        """Group of staff, contract and category, as they come round."""
        if not teaches:
            heads = ("director", "deputy", "department", "studyunit")
            is_head = username.startswith(heads)
            kinds = Employee.StaffType
            return {
                "staff_type": kinds.EXECUTIVE if is_head else kinds.SUPPORT,
                "contract": Employee.Contract.EMPLOYMENT,
            }
        turn = len(self.by)
        part_time = turn % 7 == 0
        contracts, categories = Employee.Contract, Employee.Category.values
        return {
            "staff_type": Employee.StaffType.TEACHING,
            "contract": contracts.PART_TIME if part_time else contracts.EMPLOYMENT,
            "category": categories[turn % len(categories)],
        }

    def account(self, username: str, fields: dict, known: bool, staff=True) -> User:
        """An account; its password is the demo's where the sign-in is printed."""
        user = User(
            username=username,
            first_name=fields["first_name"],
            last_name=fields["last_name"],
            email=f"{username}@demo.example",
            is_staff=staff,
            password=self.password if known else UNUSABLE,
            date_joined=self.at,
            acknowledged_at=self.at,
        )
        return saved(user, self.at)

    def contacts(self, word: str) -> dict:
        """Invented contacts: no subscriber and no insured person has such numbers."""
        self.numbers["snils"] = number = self.numbers.get("snils", 0) + 1
        digits = f"{number:09}"
        return {
            "phone": f"+7000{digits[2:]}",
            "email": f"{word}@demo.example",
            "snils": f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {snils_checksum(digits)}",
        }

    def _room(self, chair: str) -> Room:
        special = SPECIAL_ROOMS.get(chair)
        campus = self.campuses[-1 if special else 0]
        self.numbers[chair if special else "room"] = number = (
            self.numbers.get(chair if special else "room", 0) + 1
        )
        if special:
            name = f"{special} № {number}"
            room = Room(number=name, campus=campus, capacity=30)
        else:
            floor, door = divmod(number - 1, 15)
            room = Room(number=f"{floor + 1}{door + 1:02}", campus=campus, capacity=30)
        return saved(room, self.at)


def staff_departments(staff: Staff, departments: list[Department]) -> None:
    """The head and the teachers belong to departments, a chair to one of them."""
    if not departments:
        return
    rows = [(staff.by["department"], departments[0])]
    for place, people in enumerate(staff.chairs.values()):
        department = departments[place % len(departments)]
        rows += [(employee, department) for employee in people]
    for employee, department in dict(rows).items():
        employee.department = department
        saved(employee, staff.at)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of a day in the institution's zone."""
    naive = datetime(day.year, day.month, day.day, hour, minute)
    return timezone.make_aware(naive)


def born(rng: Random, today: date, age: int) -> date:
    """The birth date of somebody who is `age` today."""
    return today - timedelta(days=int(365.25 * age) + rng.randint(20, 340))
