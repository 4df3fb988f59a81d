"""The make-up ledger: what is owed and by whom, closed many at once (F5)."""

from itertools import groupby

from django import forms
from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from admin_customizations.access import Kind, note_when_sent
from admin_customizations.admin.base import ModelAdmin
from admin_customizations.admin.lessons.absent import key_among
from admin_customizations.duties import looks_after
from admin_customizations.toolkit.asked import key_of, wrong_words
from admin_customizations.toolkit.filters import ChoiceFilter
from admin_customizations.toolkit.shell import shell
from journal.domain.lessons.makeup import (
    MOST_CLOSED,
    Closing,
    Debt,
    Scope,
    closable,
    close_debts,
    owes_lesson,
    parse_key,
    read_debts,
)
from journal.domain.words import plural
from journal.models import Course, Group, Institution, Makeup, Scale
from journal.models.reach import employee_key
from journal.models.sqlite import russian_key
from journal.models.words import worded

SHOWN = (
    ("", "всё"),
    ("late", "просроченное"),
    ("lesson", "пропуски"),
    ("work", "работы"),
)


class CloseForm(forms.Form):
    """How the ticked debts are closed."""

    outcome = forms.ChoiceField(label="Отработано или снято", choices=Makeup.OUTCOMES)
    day = forms.DateField(label="Дата")
    result = forms.ChoiceField(
        label="Результат",
        choices=[("", "без отметки"), *Scale.choices],
        required=False,
    )
    note = forms.CharField(label="Пояснение", max_length=300, required=False)


class MakeupForm(forms.ModelForm):
    """A missed lesson made good, one by one; works are closed in the ledger."""

    def clean(self):
        found, today = super().clean(), timezone.localdate()
        student, lesson, day = map(found.get, ("student", "lesson", "date"))
        is_other = {"student", "lesson"} & set(self.changed_data)
        is_asked = student and lesson and is_other and self.instance.task_id is None
        if is_asked and not owes_lesson(student.pk, lesson, today):
            words = worded(
                "Отрабатывать нечего: за этим студентом нет неотработанного пропуска"
                " этого занятия. Что он должен, показывает страница «Отработка»."
            )
            raise ValidationError(words)
        if lesson and day and not lesson.date <= day <= today:
            words = "Отработка — не раньше самого занятия и не позже сегодня."
            self.add_error("date", words)
        return found


@admin.register(Makeup)
class MakeupAdmin(ModelAdmin):
    """What was made good; what is owed stands on the page of the ledger."""

    form = MakeupForm
    list_display = ["date", "student", "lesson", "outcome", "result", "teacher"]
    list_display_links = ["date", "student"]
    list_filter = [("outcome", ChoiceFilter)]
    list_select_related = [
        "student",
        "teacher",
        "lesson__course__discipline",
        "lesson__course__group",
    ]
    search_fields = ["student__last_name", "lesson__course__discipline__name"]
    autocomplete_fields = ["student", "lesson", "teacher"]
    date_hierarchy = "date"
    fields = [("student", "lesson"), ("outcome", "date", "result"), ("teacher", "note")]
    empty_hint = "Отработок пока нет. Закрывают долги на странице «Отработка»."

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("ledger/", wrap(self.ledger), name="journal_makeup_ledger"),
            *super().get_urls(),
        ]

    def ledger(self, request):
        """Debts by student; ticked ones are closed by POST with a date and a result."""
        self.may_look(request)
        user, today = request.user, timezone.localdate()
        choice = _choice(request)
        scope = Scope(today, user, choice["group"], choice["course"], choice["student"])
        debts = read_debts(scope) if choice["is_narrow"] else []
        typed = {"day": f"{today:%Y-%m-%d}"}
        if request.method == "POST":
            if self._close(request, debts, today):
                return HttpResponseRedirect(request.get_full_path())
            typed = request.POST.dict() | {"debts": request.POST.getlist("debt")}
        shown = [debt for debt in debts if _is_shown(debt, choice["show"], today)]
        own = closable(user, (debt.lesson for debt in shown))
        context = {
            **shell(self.admin_site, request),
            **choice,
            "title": "Отработка",
            "today": today,
            "typed": typed,
            "kinds": SHOWN,
            "students": [
                (debts_of[0], debts_of) for debts_of in _by_student(shown, MOST_CLOSED)
            ],
            "count": len(shown),
            "late": sum(debt.due < today for debt in shown),
            "most": MOST_CLOSED,
            "own": own,
            "may": bool(own),
            "results": Scale.choices,
            "days": Institution.current().makeup_days,
        }
        response = TemplateResponse(request, "admin/lessons/ledger.html", context)
        if shown:
            note_when_sent(
                request, response, Kind.LISTED, "Отработка", count=len(shown)
            )
        return response

    def _close(self, request, debts: list[Debt], today) -> bool:
        """Close what is ticked; False where that is refused, with a message why."""
        if not request.user.has_perm("journal.add_makeup"):
            raise PermissionDenied
        form = CloseForm(request.POST)
        keys = set(request.POST.getlist("debt"))
        try:
            for key in keys:
                parse_key(key)
        except ValueError as error:
            raise BadRequest(f"debt: {error}") from error
        if not keys:
            self.message_user(request, "Отметьте, что отработано.", "warning")
            return False
        if not form.is_valid():
            words = " ".join(wrong_words(form))
            self.message_user(request, f"Не записано. {words}", "error")
            return False
        try:
            done = close_debts(
                request.user, debts, keys, Closing(**form.cleaned_data), today
            )
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), "error")
        except IntegrityError:
            words = "Часть отмеченного только что закрыл другой человек. Повторите."
            self.message_user(request, words, "error")
        else:
            count = plural(done, "долг", "долга", "долгов")
            words = f"Закрыто: {count}." if done else "Эти долги уже закрыты."
            self.message_user(request, words)
            return True
        return False


def _choice(request) -> dict:
    """What the address asks for; curators begin with their group, heads with the first."""
    user = request.user
    mine = employee_key(user)
    groups = sorted(
        Group.objects.visible_to(user).filter(closed_on__isnull=True),
        key=lambda one: (one.curator_id != mine, russian_key(one.name)),
    )
    group = key_among(request, "group", groups)
    student = key_of(request.GET, "student")
    is_all = looks_after(user, "view_makeup")
    if not (group or request.GET.get("group") == "") and groups:
        group = groups[0].pk if is_all or groups[0].curator_id == mine else None
    courses = Course.objects.visible_to(user)
    if group:
        courses = courses.filter(group=group)
    courses = [] if is_all and not group else _courses(courses)
    course = key_among(request, "course", courses)
    show = request.GET.get("show", "")
    if show not in dict(SHOWN):
        raise BadRequest("show: " + ", ".join(key for key, _ in SHOWN if key))
    return {
        "groups": groups,
        "group": group,
        "courses": courses,
        "course": course,
        "student": student,
        "show": show,
        "is_all": is_all,
        # Debts of a whole college are no page: a group is chosen first.
        "is_narrow": bool(group or course or student) or not is_all,
    }


def _courses(rows) -> list[Course]:
    today = timezone.localdate()
    rows = rows.filter(period__year__start__lte=today, period__year__end__gt=today)
    return list(
        rows.select_related("group", "discipline", "period").order_by(
            "group__name", "discipline__name", "period__number"
        )
    )


def _is_shown(debt: Debt, show: str, today) -> bool:
    return {
        "": True,
        "late": debt.due < today,
        "lesson": debt.task is None,
        "work": debt.task is not None,
    }[show]


def _by_student(debts: list[Debt], most: int):
    for _, own in groupby(debts[:most], key=lambda debt: (debt.group, debt.student)):
        yield list(own)
