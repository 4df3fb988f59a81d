"""What is taught, and the lines of its thematic plan, from `subjects.toml`."""

import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Subject:
    key: str
    name: str
    chair: str
    style: str
    form: str
    index: str
    difficulty: float
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    split: bool = False
    stream: bool = False


@dataclass(frozen=True)
class PlanLine:
    """A line of a thematic plan; `kind` and `work` name rows of the reference data.

    `number` is that of a numbered work among those of its kind.
    """

    section: str
    topic: str
    kind: str
    work: str
    homework: str
    number: int | None = None


# The kind of lesson and of work for each way of dwelling on a topic.
THEORY = "{topic}", "Урок", "ОЗ"
LECTURE = "{topic}", "Лекция", "ОЗ"
PRACTICE = (
    "{topic}",
    "Практическое занятие",
    "ПР",
)
LAB = "{topic}", "Лабораторное занятие", "ЛЗ"
# Written in a lesson: its hours are of the lessons, and not those of self-study.
ALONE = "Самостоятельная работа № {n}. {topic}", "Урок", "СР"
CONTROL = "{topic}", "Контрольная работа", "КР"
NORMS = "Сдача нормативов. {topic}", "Сдача спортивных нормативов", "СН"
WAYS = {
    "exact": (
        THEORY,
        PRACTICE,
        ("{topic}: решение типовых задач", "Урок", "ДЗ"),
        ALONE,
        ("{topic}: решение задач повышенной сложности", "Урок", "ОЗ"),
    ),
    "human": (
        THEORY,
        ("{topic}: работа с источниками", "Семинар", "ОЗ"),
        ("{topic}: обсуждение докладов", "Семинар", "ДК"),
        PRACTICE,
    ),
    "language": (
        ("{topic}: новые слова и выражения", "Урок", "ОЗ"),
        PRACTICE,
        ("{topic}: чтение и обсуждение текста", "Урок", "ДЗ"),
        ("{topic}: диалогическая речь", "Урок", "ОЗ"),
        ("{topic}: проверка словарного запаса", "Урок", "ТТ"),
    ),
    "lab": (
        THEORY,
        LAB,
        ("{topic}: решение задач", "Урок", "ДЗ"),
        ("{topic}: закрепление и проверка знаний", "Урок", "ТТ"),
    ),
    "pro": (
        LECTURE,
        PRACTICE,
        ("{topic}: разбор производственных примеров", "Семинар", "ОЗ"),
        ALONE,
        ("{topic}: решение профессиональных задач", "Практическая работа", "ПР"),
    ),
    "sport": (
        ("{topic}: обучение технике", "Практическое занятие", "ОЗ"),
        ("{topic}: совершенствование техники", "Практическое занятие", "ОЗ"),
        NORMS,
    ),
    "practice": (
        ("{topic}: выполнение учебных заданий", "Практика", "ПР"),
        ("{topic}: самостоятельное выполнение работ", "Практика", "ПР"),
        ("{topic}: проверка качества работ", "Практика", "ПР"),
    ),
}
HOMEWORK = {
    "exact": (
        "Решить задачи по теме «{topic}», выучить формулы",
        "Повторить правила и решить пять примеров из задачника",
    ),
    "human": (
        "Прочитать параграф учебника, ответить на вопросы",
        "Подготовить сообщение по теме «{topic}»",
    ),
    "language": (
        "Выучить новые слова, составить с ними десять предложений",
        "Подготовить пересказ текста по теме «{topic}»",
    ),
    "lab": (
        "Оформить отчёт, повторить тему «{topic}»",
        "Прочитать параграф учебника, решить три задачи",
    ),
    "pro": (
        "Изучить конспект лекции по теме «{topic}»",
        "Подготовить отчёт о работе и ответы на контрольные вопросы",
    ),
    "sport": ("Комплекс утренней гимнастики",),
    "practice": ("Заполнить дневник практики",),
}
NUMBERED = {
    "Практическое занятие",
    "Лабораторное занятие",
    "Контрольная работа",
    "Практическая работа",
}
WITHOUT_CONTROL = {"sport", "practice"}


@cache
def subjects() -> dict[str, Subject]:
    """All subjects by key."""
    text = Path(__file__).with_name("subjects.toml").read_text(encoding="utf-8")
    return {key: _subject(key, row) for key, row in tomllib.loads(text).items()}


def _subject(key: str, row: dict) -> Subject:
    topics = row.pop("topics")
    sections = tuple((title, tuple(rest)) for title, *rest in topics)
    return Subject(key=key, sections=sections, **row)


def plan_lines(subject: Subject, count: int, start: int = 0) -> list[PlanLine]:
    """`count` lines of a thematic plan, beginning with section `start`.

    Sections come one after another, each topic over as many lines as the hours allow,
    each section closed by a control work where the subject has them.
    """
    turn = start % len(subject.sections)
    sections = subject.sections[turn:] + subject.sections[:turn]
    topics = [(title, topic) for title, rest in sections for topic in rest]
    controls = 0 if subject.style in WITHOUT_CONTROL else len(sections)
    if count < len(topics) + controls:
        controls, topics = 0, topics[:count]
    share, more = divmod(count - controls, len(topics))
    lines: list[PlanLine] = []
    numbers: dict[str, int] = {}
    for place, (title, topic) in enumerate(topics):
        for round_ in range(share + (place < more)):
            lines.append(_line(subject, title, topic, round_, numbers))
        is_last = place + 1 == len(topics) or topics[place + 1][0] != title
        if is_last and controls:
            lines.append(_line(subject, title, title, None, numbers))
    return _numbered(lines)


def _numbered(lines: list[PlanLine]) -> list[PlanLine]:
    """Practical, laboratory and control works with their numbers, each kind from one."""
    counts: Counter = Counter()
    found = []
    for line in lines:
        if line.kind in NUMBERED:
            counts[line.kind] += 1
            line = replace(line, number=counts[line.kind])
        found.append(line)
    return found


def _line(
    subject: Subject,
    section: str,
    topic: str,
    round_: int | None,
    numbers: dict[str, int],
) -> PlanLine:
    """The line of a topic in its nth round; of a control work where there is none."""
    ways = WAYS[subject.style]
    text, kind, work = CONTROL if round_ is None else ways[round_ % len(ways)]
    numbers[text] = numbers.get(text, 0) + 1
    words = text.format(topic=topic, n=numbers[text])
    if "{n}" not in text and (round_ or 0) >= len(ways):
        words += " (продолжение)"
    homework = HOMEWORK[subject.style]
    chosen = homework[sum(numbers.values()) % len(homework)]
    return PlanLine(section, words, kind, work, chosen.format(topic=topic))
