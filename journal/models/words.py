"""The words of a college and those of a school.

Texts are written as a college says them; `worded` gives a school its own. Russian needs
more than a dictionary: where a form has two meanings («группы»: of a group, groups) or
the gender of other words changes, the school's text is written beside the college's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from django.apps import apps
from django.utils.functional import lazy

# Singular and plural, each nominative, genitive, dative, accusative, instrumental and
# prepositional. The federal law on education (No. 273, article 33) calls both
# «обучающиеся»: forms that say so say it everywhere.
CASES = (
    (
        "студент студента студенту студента студентом студенте",
        "ученик ученика ученику ученика учеником ученике",
        "студенты студентов студентам студентов студентами студентах",
        "ученики учеников ученикам учеников учениками учениках",
    ),
    (
        "группа группы группе группу группой группе",
        "класс класса классу класс классом классе",
        "группы групп группам группы группами группах",
        "классы классов классам классы классами классах",
    ),
    (
        "преподаватель преподавателя преподавателю преподавателя преподавателем "
        "преподавателе",
        "учитель учителя учителю учителя учителем учителе",
        "преподаватели преподавателей преподавателям преподавателей преподавателями "
        "преподавателях",
        "учителя учителей учителям учителей учителями учителях",
    ),
    (
        "дисциплина дисциплины дисциплине дисциплину дисциплиной дисциплине",
        "предмет предмета предмету предмет предметом предмете",
        "дисциплины дисциплин дисциплинам дисциплины дисциплинами дисциплинах",
        "предметы предметов предметам предметы предметами предметах",
    ),
    (
        "куратор куратора куратору куратора куратором кураторе",
        "классный_руководитель классного_руководителя классному_руководителю "
        "классного_руководителя классным_руководителем классном_руководителе",
        "кураторы кураторов кураторам кураторов кураторами кураторах",
        "классные_руководители классных_руководителей классным_руководителям "
        "классных_руководителей классными_руководителями классных_руководителях",
    ),
)


def _forms() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one, one_of_school, many, many_of_school in CASES:
        ours, theirs = f"{one} {many}".split(), f"{one_of_school} {many_of_school}"
        for form, other in zip(ours, theirs.split(), strict=True):
            found.setdefault(form, set()).add(other.replace("_", " "))
    return found


FORMS = _forms()
# A «группа здоровья» is one in a school, too.
WORD = re.compile(
    rf"\b({'|'.join(FORMS)})\b(?! (?:персонала|здоровья|крови|инвалидности))",
    re.IGNORECASE,
)
_asked: ContextVar[dict[str, bool] | None] = ContextVar("asked", default=None)


def worded(college: str, school: str = "") -> str:
    """The text as this institution says it.

    Without `school` the college's words are exchanged for the school's one by one;
    raises ValueError, in a school, for a form that could mean two of them.
    """
    if not is_school():
        return college
    return school or exchanged(college)


worded_lazily = lazy(worded, str)  # for what is read when the modules load


@contextmanager
def spoken_here() -> Iterator[None]:
    """Within it texts have the institution's words; it is asked once, if at all.

    Around a request, a task, a command that writes to people. All the rest is as the
    college says it: neither a migration nor a check of Django hangs on what stands in
    the database.
    """
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def asked_here() -> dict:
    """What was asked already within `spoken_here`; outside of it nothing is kept."""
    kept = _asked.get()
    return {} if kept is None else kept


def is_school() -> bool:
    """Is a school's word wanted here? Only within `spoken_here` of one."""
    kept = _asked.get()
    if kept is None:
        return False
    if "is_school" not in kept:
        # Models are made of these words: none of them can be imported here.
        institution = apps.get_model("journal", "Institution")
        kept["is_school"] = institution.current().is_school
    return kept["is_school"]


@cache
def exchanged(college: str) -> str:
    """The text in a school's words; raises ValueError for a form of two meanings."""
    return WORD.sub(_other, college)


def heading(title: str) -> str:
    """The heading of a column as this institution says it; see `worded`."""
    return exchanged(title) if is_school() else title


def also_said(text: str) -> set[str]:
    """What schools may say for this, whichever of its meanings a form has."""
    found = WORD.search(text)
    if not found:
        return set()
    before, after = text[: found.start()], text[found.end() :]
    rest = also_said(after) or {after}
    return {
        f"{before}{other}{end}" for other in FORMS[found[0].lower()] for end in rest
    }


def _other(found: re.Match) -> str:
    form = found[0]
    others = FORMS[form.lower()]
    if len(others) > 1:
        raise ValueError(f"«{form}»: write beside it what a school says")
    (other,) = others
    return other[0].upper() + other[1:] if form[0].isupper() else other
