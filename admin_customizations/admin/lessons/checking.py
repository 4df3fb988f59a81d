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
    """A student with the work, the mark, and what was typed where it was refused."""

    student: Student
    work: Submission | None = None
    mark: str = ""
    quality: str = ""
    remark: str = ""


@dataclass
class Sheet:
    rows: list[Row]
    may_check: bool
    counts: dict[str, int] = field(default_factory=dict)


def read_sheet(user: User, homework: Homework) -> Sheet:
    """The whole roster of the lesson's day; four queries."""
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
        row = Row(student, work, marks.get(student.pk, ""))
        if work:
            row.quality, row.remark = work.quality, work.remark
        rows.append(row)
    came = [row.work for row in rows if row.work]
    counts = {
        "asked": len(rows),
        "came": len(came),
        "late": sum(work.is_late for work in came),
        "waiting": sum(work.state == Submission.State.HANDED_IN for work in came),
    }
    rights = Homework.objects.visible_to(user, "change").filter(pk=homework.pk)
    may = user.has_perm("journal.change_submission") and rights.exists()
    return Sheet(rows, may, counts)


def write_sheet(user: User, homework: Homework, sheet: Sheet, data) -> int:
    """Write what the form says other than what stood there; how many rows that were.

    What was typed stays in the rows. Raises ValidationError with all that is refused;
    the caller's transaction then takes back the rest.
    """
    refused, written, changes = [], set(), []
    for row in sheet.rows:
        pk = row.student.pk
        try:
            if _judged(user, homework, row, data):
                written.add(pk)
        except ValidationError as error:
            refused += error.messages
        old, mark = data.get(f"o{pk}", ""), data.get(f"m{pk}", "").strip().lower()
        if homework.task_id and mark != old:
            row.mark = mark
            changes.append(_change(homework, pk, old, mark))
    names = {row.student.pk: row.student for row in sheet.rows}
    for outcome in write_cells(user, changes, data.get("reason", "")[:MOST_REASON]):
        pk = outcome.change.student
        if outcome.status != 200:
            refused.append(f"{names[pk]}: {outcome.message}")
        written.add(pk)
    if refused:
        raise ValidationError(refused)
    return len(written)


def _judged(user: User, homework: Homework, row: Row, data) -> bool:
    """Was there a verdict on the row, and is it written?"""
    pk = row.student.pk
    quality, remark = data.get(f"q{pk}", ""), data.get(f"r{pk}", "").strip()
    is_returned = f"b{pk}" in data
    if not is_returned and (quality, remark) == (row.quality, row.remark):
        return False
    row.quality, row.remark = quality, remark
    if quality and quality not in Submission.Quality.values:
        raise ValidationError(f"{row.student}: выберите качество из списка.")
    if len(remark) > MOST_REMARK or "\0" in remark:
        words = f"замечание длиннее {MOST_REMARK} знаков"
        raise ValidationError(f"{row.student}: {words}.")
    return judge(user, homework, row.student, Verdict(quality, remark, is_returned))


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
