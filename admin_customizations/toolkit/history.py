"""The past of an object: to look at, in words, and never to write."""

import datetime

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import DeletedObject
from simple_history.template_utils import HistoricalRecordContextHelper


class WordedChanges(HistoricalRecordContextHelper):
    """Old and new values as the forms word them."""

    def prepare_delta_change_value(self, change, value):
        if value is None:
            return ""
        if isinstance(value, DeletedObject):  # also what was never there
            return "" if value.pk is None else "удалённая запись"
        if isinstance(value, bool):
            return "да" if value else "нет"
        if isinstance(value, datetime.datetime):
            return f"{timezone.localtime(value):%d.%m.%Y %H:%M}"
        if isinstance(value, datetime.date):
            return f"{value:%d.%m.%Y}"
        choices = getattr(self.model._meta.get_field(change.field), "flatchoices", ())
        found = dict(choices).get(value) if choices else None
        return (
            str(found) if found else super().prepare_delta_change_value(change, value)
        )


class ScopedHistory(SimpleHistoryAdmin):
    """History of visible objects, to look at only (leaks L5 to L8).

    Of a model without a correction audit the log of the admin is shown.
    """

    def __init__(self, model, admin_site):
        super().__init__(model, admin_site)
        if not hasattr(model, "history"):
            self.object_history_template = None

    def history_view(self, request, object_id, extra_context=None):
        self.may_look(request)
        obj = self.seen_or_404(request, object_id)
        if hasattr(obj, "history"):
            return super().history_view(request, object_id, extra_context)
        title = {"title": self.history_view_title(request, obj)}
        context = {**title, **(extra_context or {})}
        return admin.ModelAdmin.history_view(self, request, object_id, context)

    def get_historical_record_context_helper(self, request, historical_record):
        return WordedChanges(self.model, historical_record)

    def set_history_delta_changes(self, request, historical_records, *args, **kwargs):
        super().set_history_delta_changes(request, historical_records, *args, **kwargs)
        for record in historical_records:
            record.history_change_reason = record.history_change_reason or ""

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        self.may_look(request)
        obj = self.seen_or_404(request, object_id)
        if not hasattr(obj, "history") or not version_id.isdecimal():
            raise Http404
        object_id = str(obj.pk)
        return super().history_form_view(request, object_id, version_id, extra_context)
