"""Verification of cards: the rounds, what stands of them on a card and in lists (A8)."""

from datetime import date, timedelta

from django.contrib import admin
from django.core.exceptions import BadRequest, ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat, Substr
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.access import note_when_sent
from admin_customizations.admin.base import ModelAdmin, ReadOnly
from admin_customizations.toolkit.filters import AnswerFilter, ChoiceFilter
from admin_customizations.toolkit.shell import shell
from journal.domain.people.checks import (
    Round,
    confirm_cards,
    days_between,
    due_checks,
    lacking,
    own_groups,
    round_cards,
    rounds_of,
)
from journal.domain.words import plural
from journal.models import CardCheck, DataAccess, Membership, Student, User
from journal.models.reach import grants
from journal.models.words import worded_lazily
from journal.roles import Anchor

PER_PAGE = 100
TITLES = {
    Round.CURATOR: worded_lazily(
        "Сверка карточек своей группы", "Сверка карточек своего класса"
    ),
    Round.DEPARTMENT: "Сверка карточек отделения",
    Round.HR: "Сверка карточек сотрудников",
}


def days(count: int) -> str:
    return plural(count, "день", "дня", "дней")


def waiting(checked_on: date | None, every: int, today: date) -> tuple[str, bool]:
    """How a card stands in its round, in words, and whether it is due."""
    if checked_on is None:
        return "ещё не сверялась", True
    due = checked_on + timedelta(days=every)
    if due > today:
        return f"следующая сверка {due:%d.%m.%Y}", False
    late = (today - due).days
    return (f"просрочена на {days(late)}" if late else "срок сегодня"), True


def keys_of(values: list[str]) -> set[int]:
    """Ids of ticked rows; BadRequest for what no row is named."""
    if not all(value.isdecimal() and len(value) < 19 for value in values):
        raise BadRequest("card: номера строк")
    return {int(value) for value in values}


def sees_checks(user, model) -> bool:
    """May the person see whether cards of this model were verified?"""
    if user.is_superuser:
        return True
    anchors = {
        grant.anchor for grant in grants(user) if "view_cardcheck" in grant.permissions
    }
    return bool(anchors if model is Student else anchors & {Anchor.ALL, Anchor.STAFF})


class CheckedFilter(AnswerFilter):
    title = "сверка карточки"
    parameter_name = "checked"
    answers = {
        "month": (
            "сверена за месяц",
            lambda: Q(checked_on__gt=timezone.localdate() - timedelta(days=31)),
        ),
        "old": (
            "сверена раньше",
            lambda: Q(checked_on__lte=timezone.localdate() - timedelta(days=31)),
        ),
        "never": ("не сверялась", lambda: Q(checked_on__isnull=True)),
    }


class CheckedCards:
    """Cards that say when and by whom they were last verified, whatever the round."""

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if not sees_checks(request.user, self.model):
            return rows
        checks = CardCheck.objects.visible_to(request.user).order_by("-on", "-pk")
        last = checks.filter(**{self.opts.model_name: OuterRef("pk")})
        who = Concat(
            "by__employee__last_name",
            Value(" "),
            Substr("by__employee__first_name", 1, 1),
            Value("."),
        )
        return rows.annotate(
            checked_on=Subquery(last.values("on")[:1]),
            checked_by=Subquery(last.annotate(who=who).values("who")[:1]),
        )

    def get_list_display(self, request):
        found = super().get_list_display(request)
        return [*found, "checked"] if sees_checks(request.user, self.model) else found

    def get_list_filter(self, request):
        found = super().get_list_filter(request)
        shown = sees_checks(request.user, self.model)
        return [*found, CheckedFilter] if shown else found

    def get_fieldsets(self, request, obj=None):
        found = super().get_fieldsets(request, obj)
        if obj is None or not sees_checks(request.user, self.model):
            return found
        return [*found, ("Сверка с документами", {"fields": ["checked"]})]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "checked"]

    @admin.display(
        description="сверено", ordering="checked_on", empty_value="не сверялась"
    )
    def checked(self, card):
        if getattr(card, "checked_on", None) is None:
            return None
        by = (card.checked_by or "").strip(" .")
        return f"{card.checked_on:%d.%m.%Y}" + (f", {by}." if by else "")


@admin.register(CardCheck)
class CardCheckAdmin(ReadOnly, ModelAdmin):
    """What was verified; the rounds themselves are pages of their own."""

    list_display = ["on", "card", "round", "by"]
    list_display_links = ["on"]
    list_filter = [("round", ChoiceFilter)]
    list_select_related = ["student", "employee", "by"]
    search_fields = ["student__last_name", "employee__last_name"]
    date_hierarchy = "on"
    fields = [("student", "employee"), "round", ("on", "by")]
    ordering = [F("on").desc(), F("pk").desc()]
    empty_hint = "Карточки ещё никто не сверял."
    empty_hint_reader = "Карточки, доступные вам, ещё никто не сверял."

    @admin.display(description="карточка")
    def card(self, check):
        return check.student or check.employee

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("rounds/", wrap(self.rounds), name="journal_cardcheck_rounds"),
            path(
                "rounds/<slug:round_>/",
                wrap(self.round),
                name="journal_cardcheck_round",
            ),
            *super().get_urls(),
        ]

    def rounds(self, request):
        """The person's own round; whoever has none reads what others verified."""
        self.may_look(request)
        own = rounds_of(request.user)
        if own:
            address = reverse("admin:journal_cardcheck_round", args=own[:1])
        else:
            address = reverse("admin:journal_cardcheck_changelist")
        return HttpResponseRedirect(address)

    def round(self, request, round_: str):
        """A round: every card with what it lacks, those that wait longest first."""
        self.may_look(request)
        if round_ not in Round.values:
            raise Http404
        if round_ not in rounds_of(request.user):
            raise PermissionDenied
        if request.method == "POST":
            self._confirm(request, round_)
            return HttpResponseRedirect(request.get_full_path())
        return self._page(request, Round(round_))

    def _confirm(self, request, round_: str) -> None:
        ticked = request.POST.getlist("one") or request.POST.getlist("card")
        if not ticked:
            self.message_user(request, "Отметьте хотя бы одну карточку.", "warning")
            return
        today = timezone.localdate()
        try:
            done = confirm_cards(request.user, keys_of(ticked), round_, today)
        except ObjectDoesNotExist as error:
            raise Http404 from error
        self.message_user(
            request,
            f"Сверено карточек: {len(done)}."
            if done
            else "Эти карточки сегодня уже сверены.",
        )

    def _page(self, request, round_: Round):
        user, today = request.user, timezone.localdate()
        is_due_only = request.GET.get("show") == "due"
        cards = (due_checks if is_due_only else round_cards)(user, round_, today)
        groups = [] if round_ == Round.HR else list(own_groups(user, round_))
        group = request.GET.get("group", "")
        if group in {str(one.pk) for one in groups}:
            cards = cards.filter(memberships__in=_seats(group, today))
        page = Paginator(cards, PER_PAGE).get_page(request.GET.get("p"))
        context = {
            **shell(self.admin_site, request),
            "title": TITLES[round_],
            "round": round_,
            "rounds": [(one, TITLES[one]) for one in rounds_of(user) if one != round_],
            "every": days(days_between(round_)),
            "due": due_checks(user, round_, today).count(),
            "is_due_only": is_due_only,
            "groups": groups if len(groups) > 1 else [],
            "group": group,
            "page": page,
            "lines": _lines(user, list(page), round_, today),
            "is_staff_round": round_ == Round.HR,
        }
        response = TemplateResponse(request, "admin/people/round.html", context)
        count = len(context["lines"])
        note_when_sent(
            request, response, DataAccess.Kind.LISTED, TITLES[round_], count=count
        )
        return response


def _seats(group: str, today: date):
    return Membership.objects.on(today).filter(group=group)


def _lines(user, cards: list, round_: str, today: date) -> list[dict]:
    """What the page shows of each card."""
    lacks = lacking(user, cards, today)
    who = User.objects.select_related("employee").in_bulk(
        {card.checked_by for card in cards} - {None}
    )
    every = days_between(round_)
    model = "employee" if round_ == Round.HR else "student"
    found = []
    for card in cards:
        words, is_due = waiting(card.checked_on, every, today)
        by = who.get(card.checked_by)
        found.append(
            {
                "card": card,
                "url": reverse(f"admin:journal_{model}_change", args=[card.pk]),
                "words": words,
                "is_due": is_due,
                "is_done": card.checked_on == today,
                "by": by.short_name if by else "",
                "lacks": lacks[card.pk],
            }
        )
    return found
