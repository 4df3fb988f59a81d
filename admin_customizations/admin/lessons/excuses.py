"""Documents that excuse absences over a range of days (F3)."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from admin_customizations.access import Personal
from admin_customizations.admin.base import ModelAdmin
from admin_customizations.admin.lessons.week import week_address
from admin_customizations.toolkit.filters import AnswerFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import AskForm, Day, Lines, confirmed
from journal.domain.lessons.attendance import SICK
from journal.domain.lessons.excuses import (
    Applied,
    check_days,
    excusing_reasons,
    give_excuse,
    last_day,
    present_in,
    students_to_excuse,
    withdraw_excuse,
)
from journal.domain.organisation.calendar import monday_of
from journal.domain.words import plural
from journal.models import Excuse
from journal.models.words import worded_lazily

MOST_TOLD = 10


class ExcuseForm(forms.ModelForm):
    """A document as people read it: both days are in."""

    last = forms.DateField(label="По дату включительно", widget=Day)

    class Meta:
        model = Excuse
        fields = ["student", "reason", "document", "start"]

    def clean(self):
        found = super().clean()
        start, last = found.get("start"), found.get("last")
        if start and last:
            end = last + timedelta(days=1)
            check_days(start, end)
            self.instance.end = end
        return found


class WithdrawForm(AskForm):
    why = forms.CharField(
        label="Почему отозван", max_length=200, widget=Lines(attrs={"rows": 2})
    )


class StateFilter(AnswerFilter):
    title = "состояние"
    parameter_name = "state"

    answers = {
        "on": ("действует", None),
        "off": ("отозван", None),
    }

    def queryset(self, request, queryset):
        if self.value() in self.answers:
            return queryset.filter(withdrawn_at__isnull=self.value() == "on")
        return queryset


def may_withdraw(user, excuse) -> bool:
    return excuse.withdrawn_at is None and excuse.is_editable_by(user)


@admin.register(Excuse)
class ExcuseAdmin(Personal, ModelAdmin):
    """Entered once; what was entered wrongly is withdrawn and entered anew."""

    card_name = "Документ об отсутствии"
    form = ExcuseForm
    list_display = ["student", "reason", "document", "start", "last_day", "by", "state"]
    list_filter = [StateFilter, ("reason", ScopedRelatedFilter)]
    list_select_related = ["student", "reason", "by__employee"]
    search_fields = ["student__last_name", "document"]
    autocomplete_fields = ["student"]
    date_hierarchy = "start"
    actions_detail = ["withdraw"]
    fields = ["document", ("student", "reason"), ("start", "last")]
    empty_hint = (
        "Документов об отсутствии пока нет. Внесите справку или заявление: причину"
        " получат все пропуски этих дней."
    )
    empty_hint_reader = worded_lazily(
        "Документов об отсутствии пока нет. Их вносит куратор группы.",
        "Документов об отсутствии пока нет. Их вносит классный руководитель.",
    )

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def choices_for(self, db_field, request, kwargs):
        if db_field.name == "reason":
            return excusing_reasons()
        if db_field.name == "student":
            return students_to_excuse(request.user)
        return super().choices_for(db_field, request, kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None and "document" in form.base_fields:
            reasons = list(excusing_reasons())
            usual = [one for one in reasons if one.code == SICK] or reasons[:1]
            form.base_fields["reason"].initial = usual[0].pk if usual else None
        return form

    def get_fields(self, request, obj=None):
        if obj is None:
            return self.fields
        return [
            ("student", "reason"),
            "document",
            ("start", "last_day"),
            ("by", "at"),
            ("state", "withdrawn_for"),
            "excused",
            "present",
        ]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        obj.seen_by = request.user
        return ["last_day", "at", "state", "excused", "present"]

    @admin.display(description="последний день", ordering="end")
    def last_day(self, excuse):
        return date_format(last_day(excuse))

    @admin.display(description="состояние")
    def state(self, excuse):
        if excuse.withdrawn_at is None:
            return "действует"
        return f"отозван {timezone.localtime(excuse.withdrawn_at):%d.%m.%Y}"

    @admin.display(description="пропуски по документу")
    def excused(self, excuse):
        rows = excuse.absences.visible_to(excuse.seen_by).select_related(
            "lesson__course__discipline"
        )
        rows = rows.order_by("lesson__date", "lesson__number")
        return _listed((one.lesson, f"{one.hours} ч") for one in rows) or "пока нет"

    @admin.display(description="отмечен присутствующим")
    def present(self, excuse):
        if excuse.withdrawn_at:
            return "документ отозван"
        lessons = present_in(excuse.seen_by, excuse)
        return _listed((one, "") for one in lessons) or "таких занятий нет"

    def save_model(self, request, obj, form, change):
        request.applied = give_excuse(request.user, obj)

    def response_add(self, request, obj, post_url_continue=None):
        """Back to the week that the document begins in, with what it did."""
        _tell(self, request, request.applied, "Документ записан")
        member = obj.student.memberships.overlapping(obj.start, obj.end).last()
        if "_addanother" in request.POST or member is None:
            return super().response_add(request, obj, post_url_continue)
        monday = monday_of(obj.start)
        return HttpResponseRedirect(week_address(member.group_id, monday))

    @confirmed(
        "Отозвать",
        may=may_withdraw,
        form=WithdrawForm,
        icon="unpublished",
        danger=True,
        text="Пропуски, которым причину дал {}, снова станут «н». Закрытые периоды не"
        " изменятся.",
    )
    def withdraw(self, request, excuse, data):
        done = withdraw_excuse(request.user, excuse, data["why"])
        _tell(self, request, done, "Документ отозван")
        return "Исправленное видно в истории каждой клетки."


def _place(lesson) -> str:
    number = f", {lesson.number}-е занятие" if lesson.number else ""
    return f"{lesson.date:%d.%m}{number}, {lesson.course.discipline}"


def _listed(rows) -> str:
    return format_html_join(
        mark_safe("<br>"),
        "{}{}",
        ((_place(lesson), f": {words}" if words else "") for lesson, words in rows),
    )


def _tell(model_admin, request, done: Applied, title: str) -> None:
    """One message of what was done, one each of what was not."""
    count = plural(done.changed, "пропуск", "пропуска", "пропусков")
    said = f"изменено: {count}" if done.changed else "отмеченных пропусков не было"
    model_admin.message_user(request, f"{title}, {said}.")
    lines = [f"{_place(lesson)}: {why}" for lesson, why in done.kept]
    lines += [f"{_place(one)}: отмечен присутствующим" for one in done.present]
    if lines:
        rest = len(lines) - MOST_TOLD
        more = f" Ещё занятий: {rest}." if rest > 0 else ""
        told = "; ".join(lines[:MOST_TOLD])
        model_admin.message_user(request, f"Не изменено. {told}.{more}", "warning")
