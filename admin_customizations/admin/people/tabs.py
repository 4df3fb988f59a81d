"""A card in parts, each opened by an address of its own.

The card stays light: what a tab holds is read when the tab is opened, and whoever may
not view it over just this person does not meet the tab at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.text import capfirst

from admin_customizations.admin.people.past import past_of
from admin_customizations.toolkit.base import answered_once
from admin_customizations.toolkit.pages import page
from journal.models.reach import rights_over

VERBS = ("view", "add", "change", "delete")


@dataclass(frozen=True)
class Sheet:
    """A table to read on a tab; `empty` says why there are no rows, `url` leads on."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence]
    empty: str


@dataclass(frozen=True)
class Tab:
    """A part of a card: rows to edit (`inlines`) or tables to read (`sheets`).

    The right to view `model` over the person opens it. `sheets(user, person)` reads.
    """

    slug: str
    title: str
    model: str
    inlines: tuple[type, ...] = ()
    sheets: Callable | None = None

    @property
    def right(self) -> str:
        return f"view_{self.model}"

    @cached_property
    def models(self) -> set[str]:
        return {self.model, *(one.model._meta.model_name for one in self.inlines)}


class StillForm(forms.ModelForm):
    """The person of a tab, of whom the tab changes nothing: nothing to be found wrong."""

    def _post_clean(self):
        pass


class PartInline:
    """Rows of a part, by the rights over just this person; stands first."""

    tab = False
    hide_title = True

    def _may(self, request, person, verb: str) -> bool:
        person = person or getattr(request, "card", None)  # asked without it, too
        if person is None:
            return False
        owner = self.admin_site.get_model_admin(self.parent_model)
        return f"{verb}_{self.opts.model_name}" in owner.rights_over(request, person)

    def has_view_permission(self, request, obj=None):
        return self._may(request, obj, "view")

    def has_add_permission(self, request, obj=None):
        return self._may(request, obj, "add")

    def has_change_permission(self, request, obj=None):
        return self._may(request, obj, "change")

    def has_delete_permission(self, request, obj=None):
        return self._may(request, obj, "delete")


class OnePartInline(PartInline):
    """The one row of a part, made when it is first filled."""

    max_num = 1
    can_delete = False

    def get_extra(self, request, obj=None, **kwargs):
        return 1


class Tabbed:
    """An admin of cards with `tabs`; stands before `ModelAdmin`."""

    tabs: tuple[Tab, ...] = ()
    card_title = "Карточка"
    change_form_outer_before_template = "admin/people/tabs.html"
    change_form_outer_after_template = "admin/people/sheets.html"

    class Media:
        css = {"all": ["admin_customizations/cards.css"]}

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_tab"
        guarded = self.admin_site.admin_view
        at = "<path:object_id>/tab/<slug:slug>/"
        return [
            path(f"{at}history/", guarded(self.tab_past), name=f"{name}_past"),
            path(at, guarded(self.tab_view), name=name),
            *super().get_urls(),
        ]

    def get_object(self, request, object_id, from_field=None):
        """A page that is read asks for its person from several places: one query."""
        if request.method not in ("GET", "HEAD"):
            return super().get_object(request, object_id, from_field)
        known = request.__dict__.setdefault("_cards", {})
        key = str(object_id)
        if key not in known:
            known[key] = super().get_object(request, object_id, from_field)
        return known[key]

    def rights_over(self, request, person) -> frozenset[str]:
        """What the person asking may do with the parts of this card."""
        models = set().union(*(tab.models for tab in self.tabs))
        names = sorted(f"{verb}_{model}" for model in models for verb in VERBS)
        return answered_once(
            request, person, "parts", lambda: rights_over(request.user, person, names)
        )

    def tabs_for(self, request, person) -> list[Tab]:
        rights = self.rights_over(request, person)
        return [tab for tab in self.tabs if tab.right in rights]

    def tab_or_404(self, request, object_id, slug):
        self.may_look(request)
        person = self.seen_or_404(request, object_id)
        for tab in self.tabs_for(request, person):
            if tab.slug == slug:
                return person, tab
        raise Http404

    def tab_url(self, person, tab: Tab, suffix: str = "") -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_tab{suffix}"
        return reverse(name, args=[person.pk, tab.slug])

    def tab_view(self, request, object_id, slug):
        request.card, request.tab = self.tab_or_404(request, object_id, slug)
        request.card_part = request.tab.title
        context = {"title": f"{capfirst(self.opts.verbose_name)}: {request.tab.title}"}
        return self.changeform_view(request, object_id, "", context)

    def tab_past(self, request, object_id, slug):
        """What was changed on a tab: when, by whom, from what to what."""
        person, tab = self.tab_or_404(request, object_id, slug)
        if not tab.inlines:
            raise Http404
        response = page(
            self,
            request,
            person,
            "admin/people/past.html",
            title=f"{tab.title}: история",
            changes=past_of(tab.inlines, person),
            back=self.tab_url(person, tab),
            media=self.media,
        )
        self.note_card(request, response, person, f"{tab.title}, история")
        return response

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        tab = getattr(request, "tab", None)
        if tab is not None:
            extra_context = {
                **(extra_context or {}),
                "show_save_and_continue": False,
                "show_save_and_add_another": False,
                "show_delete": False,
            }
        response = super().changeform_view(request, object_id, form_url, extra_context)
        context = getattr(response, "context_data", None)
        person = context and context.get("original")
        if person:
            context |= self.card_context(request, person, tab)
        return response

    def card_context(self, request, person, shown: Tab | None) -> dict:
        """The bar of tabs, what is amiss with the card, and the tables of the tab."""
        links = [(self.card_title, self.card_url(person), shown is None)]
        links += [
            (tab.title, self.tab_url(person, tab), tab == shown)
            for tab in self.tabs_for(request, person)
        ]
        sheets = shown.sheets(request.user, person) if shown and shown.sheets else []
        past = self.tab_url(person, shown, "_past") if shown and shown.inlines else ""
        return {
            "card_tabs": links if len(links) > 1 else [],
            "card_sheets": sheets,
            "card_past": past,
            "card_warnings": self.warnings(request, person),
        }

    def card_url(self, person) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[person.pk])

    def warnings(self, request, person) -> list[str]:
        """Sentences about what is amiss, for those who may know."""
        return []

    def has_change_permission(self, request, obj=None):
        tab = getattr(request, "tab", None)
        if tab is None or obj is None:
            return super().has_change_permission(request, obj)
        rights = self.rights_over(request, obj)
        models = {inline.model._meta.model_name for inline in tab.inlines}
        return bool(rights & {f"{verb}_{one}" for verb in VERBS[1:] for one in models})

    def reaches(self, request, obj, verb):
        if getattr(request, "tab", None) is not None:
            return self.has_change_permission(request, obj)
        return super().reaches(request, obj, verb)

    def get_actions_detail(self, request, object_id):
        """Buttons stand on the card: each asks the database whether it may."""
        if getattr(request, "tab", None) is not None:
            return []
        return super().get_actions_detail(request, object_id)

    def get_form(self, request, obj=None, change=False, **kwargs):
        if getattr(request, "tab", None) is not None:
            kwargs["form"] = StillForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        if getattr(request, "tab", None) is not None:
            return []
        return super().get_fieldsets(request, obj)

    def get_inlines(self, request, obj):
        tab = getattr(request, "tab", None)
        return super().get_inlines(request, obj) if tab is None else tab.inlines

    def response_change(self, request, obj):
        tab = getattr(request, "tab", None)
        if tab is None:
            return super().response_change(request, obj)
        self.message_user(request, f"{tab.title}: сохранено.")
        return HttpResponseRedirect(request.path)
