"""The log of personal data as the pages of the admin feed it (K 3.5, A7)."""

import logging

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.utils.text import capfirst

from journal.domain.control import note_access
from journal.models import DataAccess, Student

log = logging.getLogger("journal.access")
Kind = DataAccess.Kind
LONGEST_SEARCH = 60


def address_of(request) -> str | None:
    """The address of the browser; None where no server says it."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None


def note(request, kind: str, subject: str, *, student=None, count: int = 1) -> None:
    """Write down what `request` does, before it is done: a file leaves noted or not."""
    note_access(request.user, kind, subject, student, count, address_of(request))


def note_when_sent(request, response, *args, **details) -> None:
    """Write down what `response` shows once it is with its reader, who does not wait."""

    def write():
        try:
            note(request, *args, **details)
        except DatabaseError:
            log.exception("personal data shown and not noted: %s", args)

    response._resource_closers.append(write)


class Personal:
    """Lists, cards and files of people: who opens, lists or exports them is noted.

    Stands before `SafeExport` and `ModelAdmin`. `card_name` names one card in words.
    """

    card_name = "Карточка"

    def note_card(self, request, response, person, what: str = "") -> None:
        """Note that a page about `person` was shown; `what` is its part.

        A paper of a student (a diploma, a certificate) is noted as the student's.
        """
        subject = f"{what or self.card_name}: {person}"
        whose = getattr(person, "student", person)
        student = whose if isinstance(whose, Student) else None
        note_when_sent(request, response, Kind.OPENED, subject, student=student)

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        changelist = (getattr(response, "context_data", None) or {}).get("cl")
        if changelist is None or request.method == "POST":
            return response
        subject = capfirst(str(self.opts.verbose_name_plural))
        if changelist.query:
            subject += f", поиск «{changelist.query[:LONGEST_SEARCH]}»"
        count = len(changelist.result_list)
        note_when_sent(request, response, Kind.LISTED, subject, count=count)
        return response

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        response = super().changeform_view(request, object_id, form_url, extra_context)
        person = (getattr(response, "context_data", None) or {}).get("original")
        if person is not None:
            self.note_card(request, response, person, getattr(request, "card_part", ""))
        return response

    def history_view(self, request, object_id, extra_context=None):
        response = super().history_view(request, object_id, extra_context)
        person = self.get_object(request, object_id)
        self.note_card(request, response, person, "История карточки")
        return response

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        response = super().history_form_view(
            request, object_id, version_id, extra_context
        )
        person = self.get_object(request, object_id)
        self.note_card(request, response, person, "История карточки")
        return response

    def get_export_data(self, file_format, request, queryset, **kwargs):
        subject = (
            f"{capfirst(self.opts.verbose_name_plural)}: {file_format.get_title()}"
        )
        note(request, Kind.EXPORTED, subject, count=queryset.count())
        return super().get_export_data(file_format, request, queryset, **kwargs)
