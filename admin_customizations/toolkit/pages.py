"""Pages beside list and form: an action that asks first, and acts by POST."""

from functools import wraps

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from unfold.decorators import action

from admin_customizations.toolkit.widgets import Choice, Choices, Day, Line, Lines


def page(admin, request, obj, template: str, **context):
    """A page of one object in the admin's frame."""
    opts = admin.opts
    context = {
        **admin.admin_site.each_context(request),
        "opts": opts,
        "original": obj,
        "back": change_url(admin, obj),
        **context,
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, template, context)


def change_url(admin, obj) -> str:
    info = admin.admin_site.name, admin.opts.app_label, admin.opts.model_name
    return reverse("{}:{}_{}_change".format(*info), args=[obj.pk])


def opened_from_list(title: str, *, permission: str, icon=None):
    """Make `method(self, request)` a page that a button over the list leads to.

    `has_<permission>_permission(request)` of the admin decides: a refusal is 403.
    """
    return action(description=title, icon=icon, permissions=[permission])


def _acted(admin, request, obj, method, answers):
    """The answer to a POST that was done; None where there is still something to ask."""
    if not answers.is_bound or not answers.is_valid():
        return None
    try:
        with transaction.atomic():
            done = method(admin, request, obj, answers.cleaned_data)
    except ValidationError as error:
        answers.add_error(None, error)
        return None
    if not isinstance(done, str):
        return done
    admin.message_user(request, done)
    return HttpResponseRedirect(change_url(admin, obj))


def confirmed(
    title: str,
    *,
    may,
    text: str = "",
    form=None,
    icon=None,
    danger=False,
    template="toolkit/ask.html",
    shows=None,
):
    """Make `method(self, request, obj, data)` a button of an object that asks first.

    GET shows what will happen and the questions of `form(user, obj)`; POST does it in one
    transaction. `may(user, obj)` decides: an unseen object is 404, a refusal 403. The
    method returns the message to show, or a response. Its ValidationError is shown in
    the form, and nothing is done. `text` may name the object as `{}`. `shows(user, obj)`
    gives what a `template` over `toolkit/ask.html` shows besides; `blocked` in it leaves
    no button to press.
    """

    def wrap(method):
        @wraps(method)
        def asked(self, request, obj):
            data = request.POST if request.method == "POST" else None
            answers = (form or AskForm)(request.user, obj, data)
            if done := _acted(self, request, obj, method, answers):
                return done
            return page(
                self,
                request,
                obj,
                template,
                title=title,
                text=text.format(obj),
                form=answers,
                danger=danger,
                media=self.media + answers.media,
                **(shows(request.user, obj) if shows else {}),
            )

        return opened(title, may=may, icon=icon, acts=True)(asked)

    return wrap


def opened(title: str, *, may, icon=None, acts=False):
    """Make `method(self, request, obj)` a button of an object that shows a page or file.

    `may(user, obj)` decides: an unseen object is 404, a refusal 403. A page that `acts`
    takes POST as well.
    """

    def wrap(method):
        @wraps(method)
        def view(self, request, object_id):
            self.may_look(request)
            obj = self.seen_or_404(request, object_id)
            if not may(request.user, obj):
                raise PermissionDenied
            return method(self, request, obj)

        shown = view if acts else method_decorator(require_safe)(view)
        button = action(description=title, icon=icon)(shown)
        button.may = may
        return button

    return wrap


__all__ = [
    "AskForm",
    "Choice",
    "Choices",
    "Day",
    "Line",
    "Lines",
    "confirmed",
    "opened",
    "opened_from_list",
    "page",
]


class AskForm(forms.Form):
    """Questions about an object; knows who is asked and about what."""

    def __init__(self, user, obj, data=None):
        super().__init__(data)
        self.user, self.obj = user, obj
        self.prepare()

    def prepare(self):
        """Narrow choices to what `self.user` sees."""
