"""What the journal told people by itself."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from journal.models import Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnly, ModelAdmin):
    """Notices of absences and of failing, to look at."""

    list_display = ["at", "who", "student", "lesson", "result", "sent_to"]
    list_select_related = [
        "user",
        "guardian",
        "student",
        "lesson__course__discipline",
        "lesson__course__group",
        "result",
    ]
    search_fields = ["student__last_name"]
    date_hierarchy = "at"
    empty_hint_reader = "Извещений о пропусках и неуспеваемости журнал ещё не рассылал."

    @admin.display(description="кому", ordering="user")
    def who(self, notice):
        return notice.user or notice.guardian
