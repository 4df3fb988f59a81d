"""Whose plan a file is: its specialty, year of admission, form and base."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from journal.exchange.fields.curricula import WEEKS
from journal.exchange.lookups import ByName, squeezed
from journal.exchange.mapping import Row
from journal.exchange.reading.text import as_text
from journal.exchange.rights import may, reached, reaches_all
from journal.models import Curriculum, Institution, Specialty, User
from journal.models.contingent.membership import StudyForm
from journal.models.reach import Reach, rights_q

CODE = re.compile(r"\d{2}\.\d{2}\.\d{2}")
BASES = {
    Curriculum.Base.NINE: ("9", "9 классов", "девять классов", "ООО"),
    Curriculum.Base.ELEVEN: ("11", "11 классов", "одиннадцать классов", "СОО"),
    Curriculum.Base.VOCATIONAL: ("СПО",),
    Curriculum.Base.NONE: (),
}
STUDY_FORMS = {StudyForm.PART_TIME: ("очно заочная", "вечерняя")}
ABOUT = ("specialty", "admission_year", "study_form", "base", "plan")
FIRST_YEAR, LAST_YEAR = 2000, 2100
APPROVED = (
    "План «{}» утверждён и больше не меняется. Создайте в его карточке новую версию и "
    "загрузите файл в неё."
)

Tell = Callable[[str, str], None]  # key of a field, what is wrong


@dataclass(frozen=True, eq=False)
class Head:
    """What names a plan; `name` is empty where the file gives none.

    The specialty may be new: an unsaved row.
    """

    specialty: Specialty | None
    admission_year: int
    form: str
    base: str
    name: str

    @property
    def title(self) -> str:
        return (self.name or str(self.specialty or "Учебный план"))[:200]


class Heads:
    """Recognises heads, and finds the draft that a file goes on with."""

    def __init__(self, by: User | None, permission: str) -> None:
        self.by = by
        self.all = reaches_all(by, Curriculum, permission)
        self.specialties = ByName(Specialty.objects.all(), "code", "name", "__str__")
        mine = Specialty.objects.all()
        if not self.all:
            reach = Reach(department="department", specialty="pk")
            mine = mine.filter(rights_q(by, reach, permission))
        self.mine = set(mine.values_list("pk", flat=True))
        self.plans = reached(by, Curriculum, permission).select_related("specialty")

    def read(self, row: Row, tell: Tell) -> Head | None:
        said = {key: as_text(row.values.get(key)).strip() for key in ABOUT}
        failed: list[str] = []

        def refuse(key: str, reason: str) -> None:
            failed.append(key)
            tell(key, reason)

        specialty = self._specialty(said["specialty"], refuse)
        year = said["admission_year"]
        if not (year.isdecimal() and FIRST_YEAR <= int(year) <= LAST_YEAR):
            shown = f"«{year[:20]}» — не год набора" if year else "не сказан год набора"
            refuse("admission_year", f"{shown}. Укажите его, например 2026.")
        form = _choice(said["study_form"], StudyForm, STUDY_FORMS, StudyForm.FULL_TIME)
        if form is None:
            reason = f"форма обучения «{said['study_form'][:40]}» непонятна. Можно: "
            refuse("study_form", reason + ", ".join(StudyForm.labels) + ".")
        base = _choice(said["base"], Curriculum.Base, BASES, Curriculum.Base.NINE)
        if base is None:
            reason = f"«{said['base'][:60]}»: на базе чего план, непонятно. Можно: "
            refuse("base", reason + ", ".join(Curriculum.Base.labels) + ".")
        if failed:
            return None
        return Head(specialty, int(year), form, base, said["plan"][:200])

    def _specialty(self, said: str, refuse: Tell) -> Specialty | None:
        if not said:
            if not Institution.current().is_school:
                reason = "не сказано, какая это специальность. Укажите её код"
                refuse("specialty", f"{reason} или название.")
            elif not self.all:
                refuse("specialty", "планы без специальности ведёт заместитель.")
            return None
        code = CODE.search(said)
        found = self.specialties.find(code[0]) if code else []
        found = found or self.specialties.find(said)
        name = CODE.sub("", said).strip(" -–—.,«»")
        if not found and code and name and may(self.by, "add_specialty"):
            new = Specialty(code=code[0], name=name[:200])
            self.specialties.add(new)
            return new
        if len(found) != 1:
            several = ", ".join(str(one) for one in found)
            reason = f"подходят несколько: {several}" if found else "нет в списке"
            where = "Внесите её в раздел «Специальности» или укажите другую."
            refuse("specialty", f"специальность «{said[:80]}»: {reason}. {where}")
            return None
        if found[0].pk is not None and found[0].pk not in self.mine:
            refuse("specialty", f"планы специальности «{found[0]}» ведёте не вы.")
        return found[0]

    def draft(self, head: Head, tell: Tell) -> Curriculum | None:
        """The draft to go on with; an unsaved plan where there is none.

        None where the plan is approved, or several would do.
        """
        if head.specialty is not None and head.specialty.pk is None:
            return Curriculum()
        plans = list(
            self.plans.filter(
                specialty=head.specialty,
                admission_year=head.admission_year,
                form=head.form,
                base=head.base,
            ).exclude(state=Curriculum.State.REPLACED)
        )
        if head.name and any(plan.name == head.name for plan in plans):
            plans = [plan for plan in plans if plan.name == head.name]
        elif head.name and plans:
            plans = []  # another plan of the same admission
        drafts = [plan for plan in plans if plan.state == Curriculum.State.DRAFT]
        if len(drafts) > 1:
            names = ", ".join(f"«{plan.name}»" for plan in drafts)
            tell("plan", f"подходят несколько черновиков: {names}. Укажите название.")
            return None
        if plans and not drafts:
            tell("plan", APPROVED.format(plans[0]))
            return None
        return drafts[0] if drafts else Curriculum()


def _choice(said: str, choices, also, default: str) -> str | None:
    """The choice that a text names by its label or another word; None: none does."""
    if not said:
        return default
    for value, label in choices.choices:
        if squeezed(said) in map(squeezed, (label, *also.get(value, ()))):
            return value
    return None


def weeks_of(row: Row) -> dict[int, dict[str, Decimal]]:
    """Semester → kind of weeks → how many. Raises ValueError with the label and why."""
    found: dict[int, dict[str, Decimal]] = {}
    for key, (name, label) in WEEKS.items():
        said = as_text(row.values.get(key))
        if not said:
            continue
        for semester, part in enumerate(said.split("/"), 1):
            try:
                weeks = Decimal(part.strip().replace(",", ".") or "0")
            except InvalidOperation:
                weeks = Decimal(-1)
            if not weeks.is_finite() or not 0 <= weeks <= 60 or semester > 12:
                raise ValueError(f"{label}: «{part.strip()[:20]}» — не число недель.")
            found.setdefault(semester, {})[name] = round(weeks, 1)
    return found
