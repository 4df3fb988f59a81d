"""Names that the journal does not know are asked once each, for the whole file."""

from collections import Counter
from collections.abc import Iterable
from typing import ClassVar

from journal.exchange.importer import SKIP, Importer
from journal.exchange.mapping import Row
from journal.exchange.outcome import Question
from journal.exchange.reading import Refusal
from journal.exchange.reading.text import as_text
from journal.exchange.timetable.names import Names
from journal.models import User

MOST_UNKNOWN = 300  # nobody answers more questions
NO_ROOM = "none"  # an answer about a room


class AsksNames(Importer):
    """An importer whose file calls people, groups and rooms as the office does.

    `create` leaves the rows of unknown names out unasked; pairs confirmed before
    (`options.names`) need no question.
    """

    asks_create = "Не загружать строки с именами, которых в журнале нет"
    create_flags = ("--skip-unknown",)
    asks_names = True
    without_room: ClassVar[str] = "поставить без аудитории"

    @classmethod
    def may_make(cls, by: User | None) -> bool:
        return True  # nothing is made: rows are left out

    def ask_names(self, names: Names, places: Iterable[tuple[str, Row]]) -> None:
        """Look up every name said in `places`; ask about those not known for certain.

        Raises Refusal where too many are unknown.
        """
        said: Counter[str] = Counter()
        first: dict[str, Row] = {}
        for name, row in places:
            if name:
                said[name] += 1
                first.setdefault(name, row)
        ordered = sorted(said)
        unknown = names.look_up(ordered)
        unknown = [name for name in unknown if not self._is_confirmed(names, name)]
        if len(unknown) > MOST_UNKNOWN and not self.options.create:
            raise Refusal(
                f"{names.title.lower()}: в файле {len(unknown)} имён, которых в "
                f"журнале нет, например «{unknown[0][:60]}». Проверьте, того ли "
                "учреждения это расписание и те ли столбцы выбраны."
            )
        if self.options.create:
            return
        for name in unknown:
            self._ask(names, ordered.index(name) + 1, name, first[name], said[name])

    def _is_confirmed(self, names: Names, name: str) -> bool:
        """Whether a pair of the person's list says who is meant, or that nobody is."""
        key = (names.title.casefold(), name)
        if key not in self.options.names:
            return False
        known = self.options.names[key]
        rows = list(names.find(known)) if known else [None]
        if len(rows) != 1:
            why = "подходят несколько" if rows else "такого имени в журнале нет"
            raise Refusal(
                f"список имён, {names.title.lower()}: «{known[:60]}» — {why}."
            )
        names.found[name] = rows[0]
        return True

    def _ask(self, names: Names, number: int, name: str, row: Row, times: int) -> None:
        offered = names.offered[name]
        candidates = [(str(one.pk), names.words(one)) for one in offered]
        if names.key == "room":
            candidates.append((NO_ROOM, self.without_room))
        candidates.append((SKIP, "не загружать"))
        answer = self.options.answers.get((names.title, number), "")
        if answer not in {key for key, _ in candidates}:
            answer = ""
        place = as_text(row.values.get("place")) or f"строка {row.number}"
        count = f", строк с этим именем: {times}" if times > 1 else ""
        reason = f"такого имени в журнале нет (лист «{row.sheet}», {place}{count})."
        if offered and names.find(name):
            reason = f"подходят несколько (лист «{row.sheet}», {place}{count})."
        where = (names.title, number, name)
        question = Question(*where, reason, candidates, answer, names.title.lower())
        self.outcome.questions.append(question)
        if answer.isdecimal():
            names.found[name] = next(one for one in offered if str(one.pk) == answer)
        elif answer == SKIP:
            names.found[name] = None
        elif answer == NO_ROOM:
            names.without.add(name)
