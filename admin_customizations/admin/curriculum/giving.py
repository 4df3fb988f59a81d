"""The table in which load is given, and the button that hands it over."""

from urllib.parse import urlencode

from django import forms
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.admin.curriculum.asked import Asked, ask
from admin_customizations.toolkit.pages import (
    AskForm,
    Choice,
    Day,
    confirmed,
    opened_from_list,
)
from admin_customizations.toolkit.shell import shell
from journal.domain.curriculum.handover import hand_over, plan_hand_over
from journal.domain.curriculum.load import (
    RIGHT,
    Given,
    Row,
    courses_for,
    give_load,
    read_table,
    teachers_on,
)
from journal.domain.words import plural
from journal.models import Course, CourseTeacher, Employee, Group
from journal.models.words import worded, worded_lazily

MOST_ROWS = 600


def may_hand_over(user, load: CourseTeacher) -> bool:
    """Is the load the person's to give, and does it still run?"""
    today = timezone.localdate()
    if load.end and load.end <= today:
        return False
    return courses_for(user).filter(pk=load.course_id).exists()


def _titles(teachers: list[Employee]) -> dict[int, str]:
    """What a teacher is called in the table; namesakes bear their number."""
    names = [one.full_name for one in teachers]
    return {
        one.pk: one.full_name
        if names.count(one.full_name) == 1
        else f"{one.full_name} (№ {one.personal_no or one.pk})"
        for one in teachers
    }


class HandOverForm(AskForm):
    successor = forms.ChoiceField(label="Кому передать", widget=Choice)
    day = forms.DateField(
        label="С какого дня",
        widget=Day,
        help_text="С этого дня занятия курса — преемника. В прошлых останется имя того,"
        " кто их провёл; дописывать их, проверять работы и принимать отработку будет"
        " преемник.",
    )
    leave_busy = forms.BooleanField(
        label="Оставить занятия, на которых преемник занят",
        required=False,
        help_text=worded_lazily(
            "Их проведёт прежний преподаватель вместо преемника, пока расписание не"
            " изменят."
        ),
    )

    def prepare(self):
        today = timezone.localdate()
        self.teachers = {one.pk: one for one in teachers_on(today)}
        titles = _titles(list(self.teachers.values()))
        self.fields["successor"].choices = [
            ("", "Выберите из списка"),
            *(
                (pk, title)
                for pk, title in titles.items()
                if pk != self.obj.employee_id
            ),
        ]
        period = self.obj.course.period
        self.initial["day"] = min(
            max(today, period.first_day, self.obj.start), period.last_day
        )

    def clean_successor(self):
        return self.teachers[int(self.cleaned_data["successor"])]

    def clean(self):
        found = super().clean()
        if not self.errors:
            self.plan = plan_hand_over(self.obj, found["successor"], found["day"])
        return found


class LoadTable:
    """The page of the table, and «Передать с даты» over a load."""

    actions_list = ["to_table"]
    actions_detail = ["give_away"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "journal_courseteacher_table"
        return [path("table/", wrap(self.table), name=name), *super().get_urls()]

    def has_table_permission(self, request):
        return request.user.has_perm(f"journal.{RIGHT}")

    @opened_from_list("Таблица нагрузки", permission="table", icon="table_view")
    def to_table(self, request):
        return HttpResponseRedirect(reverse("admin:journal_courseteacher_table"))

    @confirmed(
        "Передать с даты",
        may=may_hand_over,
        form=HandOverForm,
        icon="swap_horiz",
        text="{}. Занятия с выбранного дня, в которых ещё ничего не записано, перейдут"
        " преемнику вместе со строками расписания; часы делятся по дню передачи."
        " Поток передаётся по курсам: каждый курс потока — отдельно.",
    )
    def give_away(self, request, obj, data):
        done = hand_over(
            obj, data["successor"], data["day"], request.user, data["leave_busy"]
        )
        lessons = plural(len(done.moved), "занятие", "занятия", "занятий")
        words = f"Передано с {data['day']:%d.%m.%Y}: {lessons}, {done.rest} ч."
        if done.busy:
            words += (
                f" Осталось за прежним {worded('преподавателем')}: {len(done.busy)}."
            )
        return words

    def table(self, request):
        """Courses and their subgroups × teacher and hours, of a group or department."""
        if not self.has_table_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else request.GET
        courses = courses_for(request.user)
        groups = Group.objects.filter(
            pk__in=courses.order_by().values("group"), closed_on__isnull=True
        )
        asked = ask(data, groups, with_past=True)
        if not (asked.group or asked.department) and asked.groups:
            asked.group = asked.groups[0]
        shown = courses.filter(period=asked.period, group__in=asked.chosen)
        without = bool(data.get("without"))
        if without:
            shown = shown.filter(teachers__isnull=True)
        rows = read_table(shown)[:MOST_ROWS]
        teachers = teachers_on(timezone.localdate())
        titles = _titles(teachers)
        if request.method == "POST":
            return self._save(request, asked, rows, teachers, titles)
        return self._page(request, asked, rows, titles)

    def _save(self, request, asked: Asked, rows: list[Row], teachers, titles):
        typed, given, problems = {}, {}, []
        by_title = {titles[one.pk].casefold(): one for one in teachers}
        for row in rows:
            who = (request.POST.get(f"who-{row.key}") or "").strip()
            hours = (request.POST.get(f"hours-{row.key}") or "").strip()
            if f"who-{row.key}" not in request.POST:
                continue
            typed[row.key] = who, hours
            known = row.load and row.load.employee
            teacher = by_title.get(" ".join(who.split()).casefold())
            if teacher is None and known and who == known.full_name:
                teacher = known  # has left since
            if who and teacher is None:
                problems.append(
                    f"Нет {worded('преподавателя')} «{who[:80]}»: выберите из списка."
                )
            elif not hours.isdecimal() or len(hours) > 5:
                problems.append(f"{row.course}: часы — целое число.")
            else:
                given[row.key] = Given(row.key, teacher, int(hours))
        if not problems:
            try:
                count = give_load(request.user, rows, given)
            except ValidationError as error:
                problems = error.messages
        if problems:
            return self._page(request, asked, rows, titles, typed, problems)
        words = plural(count, "строка", "строки", "строк")
        self.message_user(
            request, f"Сохранено: {words}." if count else "Без изменений."
        )
        answers = {"period": asked.period.pk}
        if asked.group:
            answers["group"] = asked.group.pk
        if asked.department:
            answers["department"] = asked.department
        return HttpResponseRedirect(f"{request.path}?{urlencode(answers)}")

    def _page(self, request, asked, rows, titles, typed=None, problems=()):
        if request.method == "POST" and asked.period is None:
            raise BadRequest("period: заведите учебный период")
        typed = typed or {}
        today = timezone.localdate()
        lines, last = [], None
        for row in rows:
            known = row.load.employee if row.load else None
            shown = titles.get(known.pk, known.full_name) if known else ""
            who, hours = typed.get(row.key, (shown, row.hours))
            over = row.load and row.load.end and row.load.end <= today
            lines.append(
                {
                    "row": row,
                    "who": who,
                    "hours": hours,
                    "again": row.course == last,
                    "over": over,
                    "may_pass": row.load and row.has_lessons and not over,
                }
            )
            last = row.course
        context = {
            **shell(self.admin_site, request),
            "title": "Таблица нагрузки",
            "asked": asked,
            "lines": lines,
            "titles": sorted(titles.values()),
            "problems": problems,
            "unassigned": Course.objects.filter(
                pk__in=courses_for(request.user).order_by().values("pk"),
                period=asked.period,
                teachers__isnull=True,
            ).count(),
        }
        template = "admin/curriculum/load_table.html"
        status = 400 if problems else 200
        return TemplateResponse(request, template, context, status=status)
