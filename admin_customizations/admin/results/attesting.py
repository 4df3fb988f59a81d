"""The page of a sheet: results typed down the column, totals, signature (F7, U 4.5)."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from admin_customizations.admin.results.correcting import may_ask_of
from admin_customizations.admin.results.sent import answered, read_result_changes
from admin_customizations.toolkit.pages import change_url
from admin_customizations.toolkit.sent import taking
from admin_customizations.toolkit.shell import shell
from journal.domain.results.admission import proposed_out
from journal.domain.results.headings import heading_of
from journal.domain.results.retakes import may_open_retake, owing_on
from journal.domain.results.scales import (
    RUNNING,
    marks_of_sheet,
    statuses_of,
    thresholds_of,
)
from journal.domain.results.sheets import lacks_of, sign_sheet
from journal.domain.results.writing import (
    STANDING,
    ResultChange,
    freed_of,
    is_closed_for,
    roster_of,
    shown,
    write_results,
)
from journal.models import Institution, Result, Sheet
from journal.models.reach import rights_over
from journal.models.sqlite import russian_key
from journal.reports.results.papers import sheet_title, totals_of

# A status as it is typed and shown in the column of marks.
LETTERS = {
    Result.Status.ABSENT: "н/я",
    Result.Status.NOT_ADMITTED: "н/д",
    Result.Status.NOT_TAKEN: "н/с",
}
STATUSES = {letters: status for status, letters in LETTERS.items()}
WITH_TICKETS = (Sheet.Kind.EXAM, Sheet.Kind.STATE_EXAM, Sheet.Kind.COMPLEX_EXAM)
WITH_TOPICS = (Sheet.Kind.COURSEWORK, Sheet.Kind.DEFENCE)
RIGHTS = ("change_sheet", "change_result", "sign_sheet")


@dataclass
class Line:
    """A student of a sheet: what stands, in the letters of the page."""

    student: int
    name: str
    mark: str = ""
    ticket: str = ""
    topic: str = ""
    points: str = ""
    note: str = ""
    is_excused: bool = False
    freed: str = ""
    proposed: str = ""


def lines_of(sheet: Sheet) -> list[Line]:
    """The rows of a page; of a signed sheet by the frozen names."""
    known = {one.student_id: one for one in sheet.results.order_by("pk")}
    is_draft = sheet.state == Sheet.State.DRAFT
    if is_draft:
        people, freed = roster_of(sheet), freed_of(sheet)
        out = proposed_out(sheet, list(people))
    else:
        people = {one.student_id: one.student_name for one in known.values()}
        people = dict(sorted(people.items(), key=lambda row: russian_key(row[1])))
        freed, out = {}, {}
    lines = []
    for student, name in people.items():
        result = known.get(student) or Result()
        mark = result.mark or LETTERS.get(result.status, "")
        lines.append(
            Line(
                student,
                name,
                mark,
                result.ticket,
                result.topic,
                shown(result, "points"),
                result.note,
                result.excused,
                freed.get(student, ""),
                out.get(student, ""),
            )
        )
    return lines


class SheetPages:
    """The pages of one sheet."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/fill/", wrap(self.fill), name="journal_sheet_fill"),
            path(
                "<int:pk>/fill/sign/",
                wrap(require_POST(self.sign_now)),
                name="journal_sheet_sign",
            ),
            *super().get_urls(),
        ]

    def _seen(self, request, pk: int) -> Sheet:
        self.may_look(request)
        sheet = self.seen_or_404(request, str(pk))
        if not request.user.has_perm("journal.view_result"):
            raise PermissionDenied
        return sheet

    def fill(self, request, pk: int):
        """The table (GET), and the saving of what is typed in it (POST, JSON)."""
        sheet = self._seen(request, pk)
        if request.method == "POST":
            return _save(request, sheet)
        rights = rights_over(request.user, sheet, RIGHTS)
        is_draft = sheet.state == Sheet.State.DRAFT
        closed = is_draft and is_closed_for(sheet)
        early = is_draft and sheet.date > timezone.localdate()
        lines = lines_of(sheet)
        results = list(sheet.results.order_by())
        may = is_draft and not closed and not early and "change_result" in rights
        context = {
            **shell(self.admin_site, request),
            "title": f"{sheet_title(sheet)}, {sheet.group}",
            "sheet": sheet,
            "head": _head(sheet),
            "lines": lines,
            "may": may,
            "may_sign": may and "sign_sheet" in rights,
            "may_head": is_draft and "change_sheet" in rights,
            "may_retake": sheet.state == Sheet.State.SIGNED
            and sheet.kind not in RUNNING
            and bool(owing_on(sheet.retakes or sheet))
            and may_open_retake(request.user, sheet),
            "may_ask": may_ask_of(request.user, sheet),
            "closed": closed,
            "early": early,
            "totals": totals_of(results),
            "lacks": _lacks(sheet, lines, results) if is_draft else [],
            "has_tickets": sheet.kind in WITH_TICKETS,
            "has_topics": sheet.kind in WITH_TOPICS,
            "marks": [
                *marks_of_sheet(sheet, Institution.current()),
                *(LETTERS[one] for one in statuses_of(sheet)),
            ],
            "table": _table(sheet),
            "card": change_url(self, sheet),
            "retakes": list(sheet.retaken_by.order_by("date", "pk")),
        }
        return TemplateResponse(request, "admin/results/sheet.html", context)

    def sign_now(self, request, pk: int):
        """Sign and come back to the page, with what is lacking where something is."""
        sheet = self._seen(request, pk)
        try:
            sign_sheet(request.user, sheet.pk)
        except ValidationError as error:
            for words in error.messages:
                self.message_user(request, words, messages.ERROR)
        else:
            self.message_user(request, "Ведомость подписана. Её можно печатать.")
        return HttpResponseRedirect(reverse("admin:journal_sheet_fill", args=[pk]))


def _head(sheet: Sheet) -> dict:
    if sheet.state != Sheet.State.DRAFT:
        return sheet.heading
    parts = sheet.parts.select_related("course__discipline", "course__plan_item")
    return heading_of(sheet, list(parts), sheet.date)


def _lacks(sheet: Sheet, lines: list[Line], results: list[Result]) -> list[str]:
    """What but marks keeps the sheet back: those one sees in the column."""
    people = {line.student: line.name for line in lines}
    known = {one.student_id: one for one in results}
    lacks = lacks_of(sheet, people, known)
    return [words for words in lacks if not words.startswith("Нет результата")]


def _table(sheet: Sheet) -> str:
    """«3:20 4:40 5:70» of points out of `points_most`, for the script; "" of none."""
    if not sheet.points_most:
        return ""
    return " ".join(f"{mark}:{share}" for mark, share in thresholds_of(sheet).items())


@taking(read_result_changes)
def _save(request, sheet: Sheet, changes: list[ResultChange], reason: str):
    outcomes = write_results(
        request.user, sheet.pk, [_meant(one) for one in changes], reason
    )
    for one in outcomes:
        one.value = LETTERS.get(one.value, one.value)
    return answered(outcomes)


def _meant(change: ResultChange) -> ResultChange:
    """A change of the page as the writer takes it: its marks hold statuses too."""
    if change.field != "mark":
        return change
    return replace(
        change,
        field=STANDING,
        old=STATUSES.get(change.old, change.old),
        new=STATUSES.get(change.new, change.new),
    )
