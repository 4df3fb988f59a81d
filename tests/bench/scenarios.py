"""What is measured: what the product is asked, and the floor beside it."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode

from python_calamine import CalamineWorkbook

from tests.bench import floors
from tests.bench.floors import Bare
from tests.bench.server import Answer, Client

CELLS = "/admin/journal/lesson/cells/"
JSON = {"Content-Type": "application/json", "X-Requested-With": "fetch"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ABSENT = (3, 11, 20)  # rows of those who are not there


class WrongAnswerError(AssertionError):
    """The product did not do what was to be timed."""


def expect(condition: bool, answer: Answer):
    if not condition:
        text = re.sub(r"\s+", " ", answer.body[:2000].decode("utf-8", "replace"))
        raise WrongAnswerError(f"{answer.status}: {text[:600]}")


class Scenario:
    """One line of the table. `limit` is the highest allowed ratio to the floor."""

    limit: float | None = None
    most_queries: int | None = None
    most_own_bytes: int | None = None
    is_page = True

    def __init__(self, name: str, title: str, who: str, **limits):
        self.name, self.title, self.who = name, title, who
        vars(self).update(limits)

    def begin(self, client: Client, facts: dict):
        """Once, before the rounds."""

    def ask(self, client: Client, facts: dict, turn: int, **headers) -> Answer:
        """One round of the product; raises WrongAnswerError."""
        raise NotImplementedError

    def floor(self, bare: Bare, facts: dict, turn: int):
        """One round of the floor; what it gives goes to `floor_undo`."""
        raise NotImplementedError

    def undo(self, client: Client, facts: dict, turn: int):
        """Untimed: the journal as before `ask`."""

    def floor_undo(self, bare: Bare, facts: dict, turn: int, done):
        """Untimed: the journal as before `floor`."""

    def own_part(self, answer: Answer) -> int | None:
        """Bytes of the page that are its own, without the library's shell."""
        return None


class Page(Scenario):
    """A page that is read; `path` and `read` may look at the facts."""

    def __init__(self, *args, path: Callable[[dict], str], read, holds="", **limits):
        super().__init__(*args, **limits)
        self.path, self.read, self.holds = path, read, holds

    def ask(self, client, facts, turn, **headers):
        answer = client.ask(self.path(facts), **headers)
        expect(answer.status == 200, answer)
        if self.holds and "Accept-Encoding" not in headers:
            expect(self.holds.encode() in answer.body, answer)
        return answer

    def floor(self, bare, facts, turn):
        self.read(bare, facts)


class SpreadPage(Page):
    def own_part(self, answer):
        start = answer.body.index(b'<div class="page-line"')
        return answer.body.index(b"</table>", start) + len("</table>") - start


@dataclass
class Cell:
    lesson: int
    student: int | None
    field: str
    old: str
    new: str

    def sent(self) -> dict:
        return dict(zip("lsfon", vars(self).values(), strict=True))


class Cells(Scenario):
    """A batch of cells saved in one request, undone by another."""

    is_page = False

    def changes(self, facts: dict, turn: int) -> list[Cell]:
        raise NotImplementedError

    def _post(self, client, cells, **headers):
        body = json.dumps({"changes": [cell.sent() for cell in cells], "reason": ""})
        answer = client.ask(CELLS, body, **JSON, **headers)
        expect(answer.status == 200, answer)
        return answer

    def ask(self, client, facts, turn, **headers):
        return self._post(client, self.changes(facts, turn), **headers)

    def undo(self, client, facts, turn):
        back = [
            Cell(cell.lesson, cell.student, cell.field, cell.new, cell.old)
            for cell in self.changes(facts, turn)
        ]
        self._post(client, back)


class OneCell(Cells):
    """A mark typed into an empty cell of a past lesson, another cell every time."""

    def _place(self, facts, turn):
        free = facts["bench"]["free"]
        return free[turn % len(free)]

    def changes(self, facts, turn):
        lesson, student = self._place(facts, turn)
        return [Cell(lesson, student, "1", "", "5")]

    def floor(self, bare, facts, turn):
        lesson, student = self._place(facts, turn)
        task = facts["bench"]["tasks"][str(lesson)]
        return floors.write_marks(bare, [(task, student)], facts["users"]["teacher"])

    def floor_undo(self, bare, facts, turn, done):
        floors.drop_marks(bare, done)


class Column(Cells):
    """25 marks of today's lesson."""

    def changes(self, facts, turn):
        bench = facts["bench"]
        return [Cell(bench["today"], one, "1", "", "5") for one in bench["students"]]

    def floor(self, bare, facts, turn):
        bench = facts["bench"]
        cells = [(bench["today_task"], student) for student in bench["students"]]
        return floors.write_marks(bare, cells, facts["users"]["teacher"])

    def floor_undo(self, bare, facts, turn, done):
        floors.drop_marks(bare, done)


class Attendance(Cells):
    """Three are absent, and the others are there."""

    def changes(self, facts, turn):
        bench = facts["bench"]
        absent = [bench["students"][row] for row in ABSENT]
        cells = [Cell(bench["today"], one, "absence", "", "н") for one in absent]
        return [*cells, Cell(bench["today"], None, "taken", "", "1")]

    def floor(self, bare, facts, turn):
        bench = facts["bench"]
        return floors.take_attendance(
            bare,
            bench["today"],
            [bench["students"][row] for row in ABSENT],
            facts["users"]["teacher"],
            facts["employees"]["teacher"],
        )

    def floor_undo(self, bare, facts, turn, done):
        floors.leave_attendance(bare, facts["bench"]["today"], done)


class Fields(HTMLParser):
    """The fields of a page's forms with their values, as a browser would send them."""

    def __init__(self, html: str):
        super().__init__()
        self.found: dict[str, str] = {}
        self.open = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name, kind = attributes.get("name"), attributes.get("type", "text")
        if tag == "option" and self.open and "selected" in attributes:
            self.found[self.open] = attributes.get("value") or ""
        if not name or tag not in ("input", "select", "textarea"):
            return
        if tag == "input":
            ticked = kind not in ("checkbox", "radio") or "checked" in attributes
            if ticked and kind not in ("submit", "button", "file"):
                self.found[name] = attributes.get("value") or ""
        else:
            self.open = name
            self.found.setdefault(name, "")

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            self.open = ""

    def handle_data(self, data):
        if self.open and self.lasttag == "textarea":
            self.found[self.open] += data.removeprefix("\r\n").removeprefix("\n")


class LessonForm(Scenario):
    """The form of today's lesson with another topic and homework every time."""

    is_page = False

    def _path(self, facts):
        return f"/admin/journal/lesson/{facts['bench']['today']}/change/"

    def begin(self, client, facts):
        answer = client.ask(self._path(facts))
        expect(answer.status == 200, answer)
        self.fields = Fields(answer.text).found
        expect("topic" in self.fields and "homework" in self.fields, answer)
        # Every round sends the page opened here; of a page it knows to be old the
        # journal asks twice.
        self.fields.pop("seen")

    def _texts(self, turn):
        return f"Решение задач, часть {turn}", f"§ {turn}, упражнения 1–5"

    def ask(self, client, facts, turn, **headers):
        topic, homework = self._texts(turn)
        fields = self.fields | {"topic": topic, "homework": homework}
        fields |= {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
        answer = client.ask(self._path(facts), urlencode(fields), **FORM, **headers)
        expect(answer.status == 302, answer)
        return answer

    def floor(self, bare, facts, turn):
        topic, homework = self._texts(turn)
        user = facts["users"]["teacher"]
        floors.save_lesson(bare, facts["bench"]["today"], topic, homework, user)


def _statement(facts: dict, kind: str = "") -> str:
    reading = facts["reading"]
    asked = {key: reading[key] for key in ("group", "period", "day")}
    if kind:
        asked["format"] = kind
    return f"/admin/reports/attestation/?{urlencode(asked)}"


class Statement(Page):
    """R5 as a file; of the XLSX the floor writes the same cells."""

    is_page = False

    def begin(self, client, facts):
        if self.name == "r5-xlsx":
            answer = self.ask(client, facts, 0)
            book = CalamineWorkbook.from_filelike(io.BytesIO(answer.body))
            self.cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)

    def floor(self, bare, facts, turn):
        self.read(bare, facts)
        if self.name == "r5-xlsx":
            floors.plain_sheet(self.cells)


def _reading(read):
    return lambda bare, facts: read(bare, facts["reading"])


SCENARIOS = (
    SpreadPage(
        "spread",
        "Страница журнала 25 × 60",
        "teacher",
        path=lambda facts: f"/admin/journal/course/{facts['bench']['course']}/spread/",
        read=lambda bare, facts: floors.spread(bare, facts["bench"]),
        holds='<table class="cells',
        limit=15,
        most_queries=12,
        most_own_bytes=50 * 1024,
    ),
    Page(
        "group-week",
        "Неделя группы",
        "curator",
        path=lambda facts: (
            "/admin/journal/lesson/week/?"
            + urlencode({key: facts["reading"][key] for key in ("group", "week")})
        ),
        read=_reading(floors.group_week),
        holds="<table",
        most_queries=12,
    ),
    Page(
        "ledger",
        "Отработка группы",
        "curator",
        path=lambda facts: (
            "/admin/journal/makeup/ledger/?"
            + urlencode({"group": facts["reading"]["group"]})
        ),
        read=_reading(floors.ledger),
        holds="<table",
        most_queries=12,
    ),
    OneCell("cell", "Одна клетка", "teacher", limit=6, most_queries=12),
    Column("column", "Столбец из 25 отметок", "teacher", limit=6),
    Attendance("attendance", "Присутствие 25, трое отсутствуют", "teacher", limit=8),
    LessonForm("lesson", "Форма занятия сохранена", "teacher"),
    Page(
        "week",
        "Дневник, неделя",
        "reader",
        path=lambda facts: f"/diary/?week={facts['reading']['week']}",
        read=_reading(floors.week),
        holds='class="lessons"',
    ),
    Page(
        "marks",
        "Дневник, все отметки",
        "reader",
        path=lambda facts: f"/diary/marks/?period={facts['reading']['period']}",
        read=_reading(floors.all_marks),
        holds='class="works"',
        limit=12,
    ),
    Page(
        "r5",
        "Ведомость R5, HTML",
        "deputy",
        path=_statement,
        read=_reading(floors.statement),
        holds="<table",
        limit=6,
    ),
    Statement(
        "r5-xlsx",
        "Ведомость R5, XLSX",
        "deputy",
        path=lambda facts: _statement(facts, "xlsx"),
        read=_reading(floors.statement),
        limit=3,
    ),
    Statement(
        "r5-pdf",
        "Ведомость R5, PDF/A",
        "deputy",
        path=lambda facts: _statement(facts, "pdf"),
        read=_reading(floors.statement),
    ),
    Page(
        "start-teacher",
        "Рабочий стол преподавателя",
        "teacher",
        path=lambda facts: "/admin/",
        read=floors.teacher_start,
    ),
    Page(
        "start-curator",
        "Рабочий стол куратора",
        "curator",
        path=lambda facts: "/admin/",
        read=floors.curator_start,
    ),
    Page(
        "start-deputy",
        "Рабочий стол заместителя",
        "deputy",
        path=lambda facts: "/admin/",
        read=floors.deputy_start,
    ),
)
