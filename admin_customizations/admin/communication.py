"""What the journal told people by itself."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from journal.models import Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnly, ModelAdmin):
    """Notices of absences and of failing, to look at."""

    list_display = ["at", "who", "student", "about", "sent_to"]
    list_select_related = [
        "user",
        "guardian",
        "student",
        "lesson__course__discipline",
        "lesson__course__group",
        "result__sheet__group",
    ]
    search_fields = ["student__last_name"]
    date_hierarchy = "at"
    empty_hint_reader = "Извещений о пропусках и неуспеваемости журнал ещё не рассылал."

    @admin.display(description="кому", ordering="user")
    def who(self, notice):
        return notice.user or notice.guardian

    @admin.display(description="о чём")
    def about(self, notice):
        if notice.lesson:
            return f"Пропуск: {notice.lesson}"
        return f"{notice.result.sheet}: {notice.result}"
