"""Of a sheet that stands: asking for a correction, and its past."""

from django.core.exceptions import BadRequest, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from admin_customizations.toolkit.pages import change_url, opened
from admin_customizations.toolkit.shell import shell
from journal.domain.control.requests import ask_result, may_ask
from journal.domain.results.correcting import (
    NAMES,
    corrections_of,
    is_correctable,
    value_of,
    values_for,
)
from journal.domain.results.past import past_of_sheet
from journal.models import Sheet, User
from journal.models.reach import rights_over
from journal.models.sqlite import russian_key


def may_ask_of(user: User, sheet: Sheet) -> bool:
    """Might the person write its results, were the sheet not signed or closed?"""
    return (
        may_ask(user)
        and is_correctable(sheet)
        and bool(rights_over(user, sheet, ["change_result"]))
    )


class StandingSheet:
    """Buttons of a sheet whose results stand."""

    @opened("Попросить исправить", may=may_ask_of, icon="edit_note", acts=True)
    def ask(self, request, sheet):
        """Results of the sheet; each that ought to be another is asked for."""
        results = list(sheet.results.select_related("student", "sheet"))
        results.sort(key=lambda one: russian_key(one.student.full_name))
        problem, data = "", request.POST
        if request.method == "POST":
            try:
                count = self._ask(request, results)
            except ValidationError as error:
                problem = " ".join(error.messages)
            else:
                words = "Запросов отправлено: {}. Ответ появится на рабочем столе."
                self.message_user(request, words.format(count))
                return HttpResponseRedirect(change_url(self, sheet))
        context = {
            **shell(self.admin_site, request),
            "title": f"Попросить исправить: {sheet}",
            "back": change_url(self, sheet),
            "rows": [
                (
                    one,
                    NAMES.get(value_of(one), "—"),
                    data.get(f"result-{one.pk}", ""),
                )
                for one in results
            ],
            "values": values_for(sheet).items(),
            "reason": data.get("reason", "")[:300],
            "problem": problem,
        }
        return TemplateResponse(request, "admin/results/ask.html", context)

    @transaction.atomic
    def _ask(self, request, results) -> int:
        reason = request.POST.get("reason", "").replace("\x00", "")
        count = 0
        for one in results:
            new = request.POST.get(f"result-{one.pk}", "")
            if "\x00" in new:
                raise BadRequest("NUL")
            if new and new != value_of(one):
                ask_result(request.user, one, new, reason)
                count += 1
        if not count:
            raise ValidationError("Выберите, какой результат и каким должен быть.")
        return count

    @opened("История результатов", may=lambda user, sheet: True, icon="history")
    def past(self, request, sheet):
        """Who wrote which result, when and why; and what requests corrected."""
        context = {
            **shell(self.admin_site, request),
            "title": f"История результатов: {sheet}",
            "back": change_url(self, sheet),
            "steps": past_of_sheet(sheet),
            "corrections": corrections_of(sheet),
        }
        return TemplateResponse(request, "admin/results/past.html", context)
