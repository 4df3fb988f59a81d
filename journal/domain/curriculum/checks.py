"""What keeps a thematic plan from being handed in (K 3.9, S 6.6, S 6.7, U 4.3)."""

from typing import NamedTuple

from journal.domain.curriculum.hours import compare
from journal.domain.curriculum.wording import allowed_words, faults_of_topic
from journal.models import ThematicPlan

SHOWN = 12


class Fault(NamedTuple):
    """One thing to mend; `line` is the number of a line, 0 for the plan as a whole."""

    line: int
    field: str
    words: str

    def __str__(self):
        return f"Строка {self.line}: {self.words}" if self.line else self.words


def faults_of_lines(lines) -> list[Fault]:
    """Faults of texts and numbers, line by line; one query for the allowed words."""
    allowed = allowed_words()
    found, numbers = [], {}
    for line in lines:
        for words in faults_of_topic(line.topic, allowed):
            found.append(Fault(line.number, "topic", words))
        kind = line.kind
        if kind is None or not kind.is_numbered:
            continue
        if not line.work_number:
            words = f"Нужен номер работы: {kind.name.lower()}."
            found.append(Fault(line.number, "work_number", words))
        elif (kind.pk, line.work_number) in numbers:
            before = numbers[kind.pk, line.work_number]
            words = f"Работа № {line.work_number} уже есть в строке {before}."
            found.append(Fault(line.number, "work_number", words))
        else:
            numbers[kind.pk, line.work_number] = line.number
    return found


def faults(plan: ThematicPlan) -> list[Fault]:
    """All that keeps a plan from being handed in; [] where it may go."""
    lines = list(plan.lessons.select_related("kind").order_by("number"))
    if not lines:
        return [Fault(0, "", "В плане нет ни одной темы. Добавьте строки КТП.")]
    found = []
    comparisons = compare(plan, lines)
    if not comparisons:
        words = (
            "План не привязан ни к одному курсу: не с чем сверить часы. Привяжите его."
        )
        found.append(Fault(0, "", words))
    for comparison in comparisons:
        found += [Fault(0, "hours", words) for words in comparison.words()]
    return found + faults_of_lines(lines)


def brief(found: list[Fault]) -> list[str]:
    """The first faults in words, and how many more there are."""
    words = [str(one) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        words.append(f"И ещё замечаний: {len(found) - SHOWN}.")
    return words
