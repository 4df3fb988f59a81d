"""The sheet of one homework: its roster with what came, and the form that judges it."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from journal.domain.lessons import Change, write_cells
from journal.domain.lessons.homework import Verdict, judge, who_does
from journal.models import Homework, Mark, Student, Submission, User
from journal.models.sqlite import alphabetical

MOST_REMARK = 1000
MOST_REASON = 300


@dataclass
class Row:
    """A student with the work and the mark that stand, and what is typed over them."""

    student: Student
    work: Submission | None = None
    stored_mark: str = ""
    mark: str = ""
    quality: str = ""
    remark: str = ""
    is_returned: bool = False

    @property
    def stands(self) -> str:
        """What the page showed: a form that brings another one back saw an old page."""
        work = self.work
        if work is None:
            return "|||"
        came = work.handed_in_at.isoformat()
        returned = work.state == Submission.State.RETURNED
        remark = " ".join(work.remark.split())
        return "|".join((came, "1" * returned, work.quality, remark))

    @property
    def is_waiting(self) -> bool:
        return bool(self.work) and self.work.state == Submission.State.HANDED_IN


@dataclass
class Sheet:
    rows: list[Row]
    may_check: bool
    counts: dict[str, int] = field(default_factory=dict)
    reason: str = ""


def read_sheet(user: User, homework: Homework, may_check: bool) -> Sheet:
    """The whole roster of the lesson's day; three queries."""
    works = {
        work.student_id: work
        for work in Submission.objects.visible_to(user).filter(homework=homework)
    }
    marks = {}
    if homework.task_id:
        found = Mark.objects.visible_to(user).filter(task=homework.task_id)
        marks = dict(found.values_list("student", "value"))
    names = alphabetical("last_name", "first_name", "middle_name")
    rows = []
    for student in who_does(homework).order_by(*names):
        work = works.get(student.pk)
        mark = marks.get(student.pk, "")
        row = Row(student, work, mark, mark)
        if work:
            row.quality, row.remark = work.quality, work.remark
            row.is_returned = work.state == Submission.State.RETURNED
        rows.append(row)
    not_done = Submission.Quality.NOT_DONE
    came = [row.work for row in rows if row.work and row.work.quality != not_done]
    counts = {
        "asked": len(rows),
        "came": len(came),
        "late": sum(work.is_late for work in came),
        "waiting": sum(work.state == Submission.State.HANDED_IN for work in came),
    }
    return Sheet(rows, may_check, counts)


def write_sheet(user: User, homework: Homework, sheet: Sheet, data) -> int:
    """Write what the form says other than what stood there; how many rows that were.

    What was typed stays in the rows. Raises ValidationError with all that is refused;
    the caller's transaction then takes back the rest.
    """
    refused, written, changes = [], set(), []
    sheet.reason = data.get("reason", "")[:MOST_REASON]
    for row in sheet.rows:
        pk = row.student.pk
        old, mark = data.get(f"o{pk}", ""), data.get(f"m{pk}", "").strip().lower()
        is_marked = bool(homework.task_id) and mark != old
        if is_marked:
            row.mark = mark
            changes.append(_change(homework, pk, old, mark))
        try:
            if _judged(user, homework, row, data, is_marked and bool(mark)):
                written.add(pk)
        except ValidationError as error:
            refused += error.messages
    names = {row.student.pk: row.student for row in sheet.rows}
    for outcome in write_cells(user, changes, sheet.reason):
        pk = outcome.change.student
        if outcome.status != 200:
            refused.append(f"{names[pk]}: {outcome.message}")
        written.add(pk)
    if refused:
        raise ValidationError(refused)
    return len(written)


def _judged(user: User, homework: Homework, row: Row, data, is_marked: bool) -> bool:
    """Was there a verdict on the row, and is it written?

    A mark alone checks a work that waits. Only what differs from what the page showed is
    a verdict; where something else stands by now, nobody judges unseen work.
    """
    pk = row.student.pk
    came, *shown = data.get(f"s{pk}", "|||").split("|", 3)
    remark = " ".join(data.get(f"r{pk}", "").split())
    said = ["1" if f"b{pk}" in data else "", data.get(f"q{pk}", ""), remark]
    is_checked = is_marked and row.is_waiting
    if said == shown and not is_checked:
        return False
    row.is_returned, row.quality, row.remark = bool(said[0]), said[1], remark
    if "|".join((came, *shown)) != row.stands:
        words = "пока страница была открыта, работу сдали заново или проверили"
        raise ValidationError(f"{row.student}: {words}. Посмотрите и запишите ещё раз.")
    if row.quality and row.quality not in Submission.Quality.values:
        raise ValidationError(f"{row.student}: выберите качество из списка.")
    if len(remark) > MOST_REMARK or "\0" in remark:
        words = f"замечание длиннее {MOST_REMARK} знаков"
        raise ValidationError(f"{row.student}: {words}.")
    verdict = Verdict(row.quality, remark, row.is_returned, is_checked)
    return judge(user, homework, row.student, verdict)


def _change(homework: Homework, student: int, old: str, new: str) -> Change:
    """A mark under the homework's work; whoever was absent that day may hand in too."""
    return Change(
        homework.lesson_id,
        student,
        str(homework.task.number),
        old,
        new,
        confirmed=True,
    )
