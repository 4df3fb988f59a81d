"""Who uses the journal and who never has, and slips for those who are to (A2)."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from admin_customizations.access import Kind, note, note_when_sent
from admin_customizations.toolkit.shell import shell
from journal.domain.people import (
    CODE_TRIES,
    Holder,
    holders_of,
    issue_slips,
    staff_of,
)
from journal.models import Employee, Guardian, Institution, Student
from journal.models.words import worded, worded_lazily
from journal.pages.files import made
from journal.reports.writers.slips import slips_sheet

WHOM = {
    "new": "у кого ещё нет учётной записи",
    "never": "кто ни разу не входил (и у кого нет учётной записи)",
    "ticked": "кто отмечен в списке",
}
PARTS = {
    "student": (Student, worded_lazily("студентам")),
    "guardian": (Guardian, "представителям"),
}
NOBODY = "В этот лист никто не попал: таких людей в списке нет. Выберите других."


class WrongAnswerError(ValueError):
    """What is wrong with the answers, in words for the page."""


@dataclass(frozen=True)
class Part:
    """Students, representatives or staff: how many there are, and how many sign in."""

    title: str
    holders: list[Holder]

    @property
    def seen(self) -> int:
        return sum(not holder.never for holder in self.holders)

    @property
    def silent(self) -> int:
        return sum(holder.never and holder.user is not None for holder in self.holders)

    @property
    def accountless(self) -> int:
        return sum(holder.user is None for holder in self.holders)


@dataclass(frozen=True)
class Line:
    """A person of the list, in words."""

    holder: Holder
    who: str
    url: str
    visit: str
    code: str


def group_page(model_admin, request, group):
    """GET: who of a group signs in; POST: slips for those chosen, once (U 4.6, S 5.7)."""
    holders = holders_of(request.user, group, timezone.localdate())
    parts = [
        Part(
            worded("Студенты"),
            [one for one in holders if isinstance(one.person, Student)],
        ),
        Part(
            "Представители",
            [one for one in holders if isinstance(one.person, Guardian)],
        ),
    ]
    title = f"Кто пользуется дневником: {group}"
    back = reverse("admin:journal_group_change", args=[group.pk])
    return _page(model_admin, request, title, parts, holders, back, str(group))


def staff_page(model_admin, request):
    """The same for staff (E 3.1): the administrator opens, the deputy gives codes."""
    holders = staff_of(request.user, timezone.localdate())
    back = reverse("admin:journal_employee_changelist")
    parts = [Part("Сотрудники", holders)]
    title = "Вход сотрудников"
    return _page(model_admin, request, title, parts, holders, back, "сотрудники")


def _page(model_admin, request, title, parts, holders, back, name) -> HttpResponse:
    problem, lacking = "", any(holder.user is None for holder in holders)
    if request.method == "POST":
        try:
            chosen = _chosen(holders, request.POST)
            return _sheet(request, chosen, name)
        except WrongAnswerError as wrong:
            problem = str(wrong)
        except ValidationError as error:
            problem = " ".join(error.messages)
    context = {
        **shell(model_admin.admin_site, request),
        "title": title,
        "parts": parts,
        "lines": [_line(holder) for holder in holders],
        "whom": WHOM,
        "asked": request.POST.get("whom", "new" if lacking else "never"),
        "choices": {key: words for key, (_, words) in PARTS.items()}
        if len(parts) > 1
        else {},
        "problem": problem,
        "back": back,
    }
    status = 400 if problem else 200
    response = TemplateResponse(
        request, "admin/people/access.html", context, status=status
    )
    note_when_sent(request, response, Kind.LISTED, title, count=len(holders))
    return response


def _chosen(holders: list[Holder], data) -> list[Holder]:
    """The people whom the answers name.

    Raises Http404 for a person who is not in the list, PermissionDenied for one whose
    sign-in is somebody else's to hand out, WrongAnswerError for the rest.
    """
    whom = data.get("whom")
    if whom not in WHOM:
        allowed = "; ".join(WHOM.values())
        raise WrongAnswerError(f"Выберите, кому напечатать памятки: {allowed}.")
    if whom == "ticked":
        keys = set(data.getlist("who"))
        chosen = [holder for holder in holders if holder.key in keys]
        if len(chosen) != len(keys):
            raise Http404
        if not all(holder.may for holder in chosen):
            raise PermissionDenied
    else:
        parts = set(data.getlist("part"))
        if not parts <= PARTS.keys():
            raise WrongAnswerError(worded("Памятки бывают студентам и представителям."))
        kinds = (Employee, *(PARTS[part][0] for part in parts))
        chosen = [
            holder
            for holder in holders
            if holder.may
            and isinstance(holder.person, kinds)
            and (holder.user is None if whom == "new" else holder.never)
        ]
    if not chosen:
        raise WrongAnswerError(NOBODY)
    return chosen


def _sheet(request, chosen: list[Holder], name: str) -> HttpResponse:
    """New codes on paper; they are in this answer and nowhere else."""
    with transaction.atomic():
        slips = issue_slips(request.user, chosen)
        note(request, Kind.CODES, f"Памятки для входа: {name}", count=len(slips))
        address = request.build_absolute_uri(reverse("account_code"))
        file = slips_sheet(slips, Institution.current().short_name, address)
    response = made(file, f"Памятки {name} {timezone.localdate():%d.%m.%Y}.pdf")
    response["Cache-Control"] = "no-store"
    return response


def _line(holder: Holder) -> Line:
    person = holder.person
    if isinstance(person, Guardian):
        wards = ", ".join(ward.short_name for ward in holder.wards)
        who = f"представитель: {wards}"
    else:
        who = "" if isinstance(person, Student) else person.position
    url = reverse(f"admin:journal_{person._meta.model_name}_change", args=[person.pk])
    code = [_code(holder.code)] if holder.code else []
    if not holder.may and not (holder.user and holder.user.is_closed()):
        code.append("выдаёте не вы")
    return Line(holder, who, url, _visit(holder.user), "; ".join(code))


def _visit(user) -> str:
    if user is None:
        return "нет учётной записи"
    if not user.is_active:
        return "заблокирована"
    if user.is_closed():
        return f"закрыта с {user.valid_until:%d.%m.%Y}"
    if user.last_login is None:
        return "ни разу"
    return f"{timezone.localtime(user.last_login):%d.%m.%Y}"


def _code(code) -> str:
    given = f"выдан {timezone.localtime(code.issued_at):%d.%m.%Y}"
    if code.used_at:
        return f"{given}, использован"
    if code.tries >= CODE_TRIES:
        return f"{given}, закрыт после пяти ошибок"
    ends = timezone.localtime(code.expires_at)
    if ends <= timezone.now():
        return f"{given}, уже не действует"
    return f"{given}, действует до {ends:%d.%m.%Y}"
