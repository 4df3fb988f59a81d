"""Marks so far of a course from a spreadsheet, for a start in the middle of a year.

They go through the journal's own writer, which asks rights, rosters, dates and closings;
what stands in the journal is never overwritten, and what is not understood is named.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from journal.domain.lessons import (
    ABSENCE,
    MOST_TASKS,
    Change,
    write_all,
)
from journal.exchange.importer import SKIP, Importer
from journal.exchange.lessons.entries import (
    Column,
    column_of,
    days_of,
    read_entry,
    students_by_name,
)
from journal.exchange.lessons.matrix import lay_flat
from journal.exchange.lessons.meanings import cells_words, meanings_of
from journal.exchange.lessons.stored import stands_in, trace_of
from journal.exchange.lookups import squeezed
from journal.exchange.mapping import Row
from journal.exchange.options import Options, SheetOptions
from journal.exchange.outcome import Entry, Question
from journal.exchange.reading import Refusal, Workbook
from journal.exchange.reading.text import as_text
from journal.exchange.records import ChangedMeanwhileError
from journal.exchange.rights import reached
from journal.models import Course, Lesson, Mark, Membership, User

REASON = "импорт"
MOST_OFFERED = 100
WRONG = "допустимы 2–5, з, х, н, б, у, о"
WRONG_SCALE = "в таблице есть и другие числа, отметки не по пятибалльной шкале"
OF_COURSE = 0  # the number under which the course of a sheet is asked


class MarksImporter(Importer):
    """A cell is a change; columns that no one lesson fits are asked about."""

    slug = "marks"
    title = "Отметки курса"
    model = Course
    columns = {"student": ("student",), "said": ("said",)}
    besides = ("head", "date", "place", "course")
    as_text = ("said", "date")
    given = {"course": "Курс"}
    wants = (
        "Своя таблица преподавателя: столбец «ФИО», справа от него столбцы с датами "
        "занятий или названиями работ, в клетках 2–5, з, х, н, б, у, о. Столбец с "
        "датой сам найдёт занятие, про остальные журнал спросит. Что уже стоит в "
        "журнале, останется как есть."
    )
    asks_attach = "Загрузить остальное, если часть клеток не понята"
    is_laid_out = True
    maps = (
        "заголовок или буква столбца и дата его занятия (C=15.09.2026, второе занятие "
        "дня — «15.09.2026 2», без даты столбец не загружается); значение в кавычках и "
        "его смысл («+»=з, без смысла клетки не загружаются)"
    )
    stores = ()

    def __init__(self, by: User | None, options: Options | None = None) -> None:
        options = options or Options()
        # Columns named by hand: title or letter → the day of its lesson, "" for none;
        # values in guillemets → what they mean.
        self.by_hand = {
            key.strip().casefold(): said or "" for key, said in options.named.items()
        }
        super().__init__(by, _without_names(options))
        self.cells: dict[str, list[Row]] = defaultdict(list)
        self.changes_of: dict[tuple, Row] = {}
        self.wanted: list[Change] = []

    @classmethod
    def permission(cls) -> str:
        return "import_result"

    @classmethod
    def opened(cls, workbook: Workbook) -> Workbook:
        return lay_flat(workbook)

    def name_of(self, row: Row) -> str:
        return f"{row.values['student']}, {as_text(row.values.get('head'))}"

    def rows(self, workbook: Workbook) -> list[Row]:
        """A row bears the number that its cell has in the file."""
        found = super().rows(workbook)
        for row in found:
            place = as_text(row.values.get("place"))
            row.number = int("".join(filter(str.isdigit, place)) or row.number)
        return found

    def collect(self, workbook: Workbook):
        if self.by is None:
            raise Refusal("укажите, от чьего имени писать отметки: --by ИМЯ.")
        return super().collect(workbook)

    def _take(self, row: Row) -> None:
        self.cells[row.sheet].append(row)

    def finish(self) -> None:
        for sheet, rows in self.cells.items():
            if course := self._course(sheet, rows):
                self._sheet(sheet, rows, course)
        self._try()

    # The course

    def _course(self, sheet: str, rows: Sequence[Row]) -> Course | None:
        mine = reached(self.by, Course, self.permission())
        mine = mine.select_related("group", "discipline", "period__year")
        of_sheet = (self.options.sheets or {}).get(sheet, SheetOptions()).given
        said = {**self.options.given, **of_sheet}.get("course", "").strip()
        said = said or self._asked_course(sheet, mine)
        if not said:
            return None
        if said.isdecimal():
            found = mine.filter(pk=int(said[:12]))
        else:
            found = [one for one in mine if squeezed(str(one)) == squeezed(said)]
        found = sorted(found, key=lambda one: one.period.first_day, reverse=True)
        begun = [one for one in found if one.period.first_day <= timezone.localdate()]
        if begun or found:
            return (begun or found)[0]
        reason = f"Курса «{said[:100]}» нет среди ваших. Пишут «Дисциплина, группа»."
        self.error(rows[0], "course", reason)
        return None

    def _asked_course(self, sheet: str, mine) -> str:
        """The key of the course that the person chose for a sheet, "" not yet."""
        latest = mine.order_by("-period__first_day", "group__name", "discipline__name")
        offered = [
            (str(one.pk), f"{one}, {one.period}") for one in latest[:MOST_OFFERED]
        ]
        answer = self.options.answers.get((sheet, OF_COURSE), "")
        answer = answer if answer in dict(offered) else ""
        title = f"Лист «{sheet}»"
        asked = (sheet, OF_COURSE, title, "какой это курс?", offered, answer, "курс")
        self.outcome.questions.append(Question(*asked))
        return answer

    # Columns and cells

    def _sheet(self, sheet: str, rows: list[Row], course: Course) -> None:
        lessons = list(
            Lesson.objects.held()
            .filter(course=course, date__lte=timezone.localdate())
            .order_by("date", "number", "pk")
        )
        columns: dict[str, Column] = {}
        for row in rows:
            column = column_of(row)
            known = columns.setdefault(column.letter, column)
            known.rows.append(row)
        self.used: dict[int, int] = defaultdict(int)
        seats = Membership.objects.filter(
            group=course.group_id, start__lte=course.period.last_day
        )
        names = students_by_name(seats.select_related("student"))
        stands = stands_in(lessons)
        found = {
            letter: self._lesson(sheet, column, lessons)
            for letter, column in columns.items()
        }
        used = [one for one in columns.values() if not one.is_aside]
        rows = [row for one in used for row in one.rows]
        self.meanings = meanings_of(self, sheet, rows)
        for column in used:
            if lesson := found[column.letter]:
                self._column(column, lesson, names, stands)

    def _lesson(
        self, sheet: str, column: Column, lessons: list[Lesson]
    ) -> Lesson | None:
        """The one lesson of a column: by its date, by hand, or by the answer."""
        by_hand = self.by_hand.get(
            column.letter.casefold(), self.by_hand.get(column.head.casefold())
        )
        if by_hand == "":
            return self._aside(sheet, column)
        found = days_of(by_hand or column.day, lessons)
        if len(found) == 1:
            return found[0]
        offered = [(str(one.pk), _words(one)) for one in (found or lessons)]
        offered = [*offered[-MOST_OFFERED:], (SKIP, "не загружать этот столбец")]
        answer = self.options.answers.get((sheet, column.number), "")
        if answer not in {key for key, _ in offered}:
            answer = ""
        reason = "какое это занятие"
        if found:
            reason = "на эту дату занятий несколько, какое из них"
        elif by_hand or column.day:
            reason = "на эту дату занятий нет, к какому отнести"
        title = f"Столбец {column.letter} «{column.head}»"
        asked = (sheet, column.number, title, f"{reason}?", offered, answer, "занятие")
        self.outcome.questions.append(Question(*asked))
        if answer == SKIP:
            return self._aside(sheet, column)
        return next((one for one in lessons if str(one.pk) == answer), None)

    def _aside(self, sheet: str, column: Column) -> None:
        column.is_aside = True
        place = f"{column.letter} «{column.head}»"
        self.note("ignored", sheet, None, place, "столбец не загружается")

    def _column(self, column: Column, lesson: Lesson, names, stands) -> None:
        """Works of a lesson are numbered on: two columns of a day are two works."""
        begin, widest = self.used[lesson.pk], 0
        for row in column.rows:
            said = as_text(row.values["said"]).strip()
            meant = self.meanings.get(said, said)
            student = self._student(row, names)
            if meant == SKIP:
                place = as_text(row.values["place"])
                self.note("left_out", row.sheet, row.number, place, f"«{said}»")
                continue
            entry = read_entry(meant)
            if entry is None:
                self._refuse(
                    row, f"«{said}»: {WRONG_SCALE if read_entry(said) else WRONG}."
                )
                continue
            if student is None:
                continue
            marks, absence = entry
            widest = max(widest, len(marks))
            if begin + len(marks) > MOST_TASKS:
                self._refuse(row, f"на занятии не больше {MOST_TASKS} работ.")
                continue
            values = [(ABSENCE, absence)] if absence else []
            values += [(str(begin + n), mark) for n, mark in enumerate(marks, 1)]
            for field, value in values:
                self._want(row, lesson, student, field, value, stands)
        self.used[lesson.pk] = begin + widest

    def _student(self, row: Row, names: dict[str, set[int]]) -> int | None:
        said = str(row.values["student"])
        found = names.get(squeezed(said), set())
        if len(found) == 1:
            return next(iter(found))
        reason = (
            "подходят несколько студентов группы" if found else "в группе такого нет"
        )
        kind = "left_out" if self.options.attach else "errors"
        self.once(row, "student", f"{said[:100]}: {reason}.", kind)
        return None

    def _refuse(self, row: Row, reason: str) -> None:
        """An error, or left out where the person said so."""
        place = as_text(row.values["place"])
        kind = "left_out" if self.options.attach else "errors"
        self.note(kind, row.sheet, row.number, place, reason)

    def _want(
        self, row: Row, lesson, student: int, field: str, value: str, stands
    ) -> None:
        now = stands.get((lesson.pk, student, field), "")
        if now == value:
            self.outcome.skipped += 1
        elif now:
            place = as_text(row.values["place"])
            reason = (
                f"в журнале уже «{now}», в файле «{value}»: оставлено как в журнале"
            )
            self.note("left_out", row.sheet, row.number, place, reason)
        else:
            change = Change(lesson.pk, student, field, "", value, confirmed=True)
            if (lesson.pk, student, field) not in self.changes_of:
                self.wanted.append(change)
                self.changes_of[lesson.pk, student, field] = row

    # Trying and writing

    def _write_cells(self) -> list:
        """The answers of the writer to all changes, in one transaction."""
        self.wanted.sort(
            key=lambda one: (one.lesson, one.student, one.field == ABSENCE)
        )
        reason = f"{REASON}: «{self.outcome.file_name[:150]}»"
        return write_all(self.by, self.wanted, reason, self.permission())

    def _try(self) -> None:
        """Ask the writer what it would do, and take it back."""
        if not self.wanted:
            return
        with transaction.atomic():
            outcomes = self._write_cells()
            transaction.set_rollback(True)
        refused: dict[tuple, list[Row]] = defaultdict(list)
        gone: set[Change] = set()
        for outcome in outcomes:
            change = outcome.change
            row = self.changes_of[change.lesson, change.student, change.field]
            place = as_text(row.values["place"])
            if outcome.status != 200:
                refused[row.sheet, outcome.message].append(row)
                gone.add(change)
                continue
            words = "пропуск" if change.field == ABSENCE else "отметка"
            changes = ((words, "", change.new),)
            title = f"{self.name_of(row)} ({place})"
            self.outcome.entries.append(
                Entry(row.sheet, row.number, title, "added", changes)
            )
        for (sheet, words), rows in refused.items():
            rows.sort(key=lambda one: (one.number, column_of(one).number))
            cells = cells_words([as_text(one.values["place"]) for one in rows])
            kind = "left_out" if self.options.attach else "errors"
            self.note(kind, sheet, rows[0].number, cells, words)
        self.wanted = [one for one in self.wanted if one not in gone]
        self.outcome.entries.sort(key=lambda one: one.row)
        if count := len(self.outcome.entries):
            self.outcome.parts.append(("отметки и пропуски", count, 0))

    def store_all(self, reason: str) -> list[dict]:
        if any(one.status != 200 for one in self._write_cells()):
            raise ChangedMeanwhileError("отметки")
        return trace_of(self.wanted)

    @classmethod
    def take_back(cls, rows: Sequence, by: User | None, reason: str) -> None:
        """Empty the cells again, by the writer; raises ChangedMeanwhileError."""
        changes = []
        if isinstance(rows[0], Mark):
            keys = [row.pk for row in rows]
            rows = Mark.objects.filter(pk__in=keys).select_related("task")
        for row in rows:
            is_mark = isinstance(row, Mark)
            lesson = row.task.lesson_id if is_mark else row.lesson_id
            field = str(row.task.number) if is_mark else ABSENCE
            old = row.value if is_mark else row.reason_id
            changes.append(Change(lesson, row.student_id, field, old, ""))
        changes.sort(key=lambda one: (one.lesson, one.student))
        answers = write_all(by, changes, reason, cls.permission())
        if any(one.status != 200 for one in answers):
            raise ChangedMeanwhileError("отметки")


def _without_names(options: Options) -> Options:
    return Options(
        sheets=options.sheets,
        given=options.given,
        attach=options.attach,
        answers=options.answers,
    )


def _words(lesson: Lesson) -> str:
    number = f", {lesson.number}-е занятие" if lesson.number else ""
    return f"{lesson.date:%d.%m.%Y}{number}{', ' + lesson.topic[:60] if lesson.topic else ''}"
