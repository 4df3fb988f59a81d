"""Diplomas and contracts of target training, and their export to ФИС ФРДО."""

from django import forms
from django.contrib import admin
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from admin_customizations.access import Kind, Personal, note
from admin_customizations.admin.base import ModelAdmin
from admin_customizations.toolkit.filters import ChoiceFilter
from admin_customizations.toolkit.pages import (
    change_url,
    confirmed,
    opened,
    opened_from_list,
)
from admin_customizations.toolkit.shell import shell
from admin_customizations.toolkit.widgets import dress
from journal.domain.contingent.diplomas import (
    FROM_CARD,
    diploma_facts,
    fill_from_card,
)
from journal.domain.contingent.frdo import Line, contract_of, read_frdo
from journal.models import Diploma, Student, TargetContract
from journal.models.reach import rights_q
from journal.models.words import worded_lazily
from journal.pages.files import made
from journal.reports.contingent.frdo import workbook
from journal.reports.questions import DayField
from journal.reports.writers import file_name

MOST_SHOWN = 200  # diplomas with errors on one page


def _may(by, student, codename: str) -> bool:
    rows = Student.objects.filter(rights_q(by, Student.reach, codename))
    return rows.filter(pk=student.pk).exists()


def may_draw_up(by, student) -> bool:
    return _may(by, student, "add_diploma")


def may_keep_contract(by, student) -> bool:
    return _may(by, student, "add_targetcontract")


class StudentPapers:
    """Links of a student's card to a new diploma and the contract; before its admin."""

    @opened("Оформить диплом", may=may_draw_up, icon="workspace_premium")
    def draw_up_diploma(self, request, student):
        return HttpResponseRedirect(
            f"{reverse('admin:journal_diploma_add')}?student={student.pk}"
        )

    @opened("Целевой договор", may=may_keep_contract, icon="contract")
    def keep_contract(self, request, student):
        contract = TargetContract.objects.visible_to(request.user)
        contract = contract.filter(student=student).first()
        if contract:
            page = self.admin_site.get_model_admin(TargetContract)
            return HttpResponseRedirect(change_url(page, contract))
        at = reverse("admin:journal_targetcontract_add")
        return HttpResponseRedirect(f"{at}?student={student.pk}")


class DiplomaForm(forms.ModelForm):
    """What is left empty on a new diploma comes from the card of its student."""

    class Meta:
        model = Diploma
        fields = ["student"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            for name in FROM_CARD:
                if name in self.fields:
                    self.fields[name].required = False

    def clean(self):
        found = super().clean()
        student = found.get("student")
        if self.instance.pk is not None or student is None:
            return found
        facts = diploma_facts(student)
        for name in FROM_CARD:
            if found.get(name) or name not in self.fields:
                continue
            found[name] = facts.get(name, found.get(name))
            if not found[name] and not Diploma._meta.get_field(name).blank:
                self.add_error(name, "В карточке этого нет: впишите сами.")
        return found


class PeriodForm(forms.Form):
    """Which diplomas go to the register: by their days of issue, both included."""

    first = DayField(label="Выданы с")
    last = DayField(label="по")
    sound = forms.BooleanField(
        label="Только строки без ошибок",
        required=False,
        help_text="Дипломы с ошибками в файл не войдут.",
    )

    def clean(self):
        found = super().clean()
        first, last = found.get("first"), found.get("last")
        if first and last and first > last:
            self.add_error("first", "Начало позже конца: укажите более раннюю дату.")
        return found


@admin.register(Diploma)
class DiplomaAdmin(Personal, ModelAdmin):
    """Documents on education given out."""

    card_name = "Диплом"
    form = DiplomaForm
    list_display = [
        "registration_no",
        "series",
        "number",
        "student",
        "specialty_code",
        "status",
        "issued_on",
    ]
    list_filter = [
        ("kind", ChoiceFilter),
        ("status", ChoiceFilter),
        ("form", ChoiceFilter),
    ]
    list_select_related = ["student", "original"]
    search_fields = [
        "registration_no",
        "number",
        "last_name",
        "first_name",
        "student__last_name",
    ]
    date_hierarchy = "issued_on"
    autocomplete_fields = ["student", "original"]
    ordering = ["-issued_on", "registration_no"]
    fieldsets = [
        (None, {"fields": ["student", ("kind", "level")]}),
        (
            "Документ",
            {
                "fields": [
                    ("series", "number"),
                    ("registration_no", "issued_on"),
                    ("status", "original"),
                    ("is_lost", "is_exchanged", "is_destroyed"),
                ]
            },
        ),
        (
            "Как напечатано",
            {
                "fields": [
                    "last_name",
                    ("first_name", "middle_name"),
                    ("specialty_code", "specialty_name"),
                    "qualification",
                    "programme",
                ],
                "description": worded_lazily(
                    "Пустое в новом дипломе заполнится из карточки студента."
                ),
            },
        ),
        (
            "Обучение",
            {"fields": [("year_started", "year_finished"), ("form", "funding")]},
        ),
    ]
    actions_list = ["frdo"]
    actions_detail = ["fill"]
    empty_hint = worded_lazily(
        "Дипломов пока нет. Диплом оформляют с карточки студента."
    )
    empty_hint_reader = worded_lazily("Дипломов ваших студентов пока нет.")

    def get_changeform_initial_data(self, request):
        """From the card of `?student=`, where the person sees that card."""
        found = super().get_changeform_initial_data(request)
        key = str(found.get("student", ""))
        rows = Student.objects.visible_to(request.user)
        student = rows.filter(pk=key).first() if key.isdecimal() else None
        if student is None:
            found.pop("student", None)
            return found
        return {**diploma_facts(student), **found}

    def has_delete_permission(self, request, obj=None):
        return False

    @confirmed(
        "Заполнить из карточки",
        may=lambda by, diploma: diploma.is_editable_by(by),
        icon="sync",
        text=worded_lazily(
            "Имя, специальность, годы, форма и финансирование будут взяты из карточки"
            " студента. Что изменилось, останется в истории."
        ),
    )
    def fill(self, request, diploma, data):
        changed = fill_from_card(diploma)
        if not changed:
            return "Диплом и карточка совпадают: менять нечего."
        return f"Взято из карточки: {', '.join(changed)}."

    # ФИС ФРДО

    def has_frdo_permission(self, request, obj=None):
        return request.user.has_perm("journal.export_diploma")

    @opened_from_list("Выгрузка в ФИС ФРДО", permission="frdo", icon="output")
    @method_decorator(require_safe)
    def frdo(self, request):
        """The check of the diplomas of some days; with `format=xlsx` the file.

        A file is given when no line has an error, or of the sound lines alone where the
        person says so; 400 otherwise.
        """
        today = timezone.localdate()
        whole_year = {"first": f"{today.year}-01-01", "last": today.isoformat()}
        form = PeriodForm({**whole_year, **request.GET.dict()})
        context = {
            **shell(self.admin_site, request),
            "title": "Выгрузка в ФИС ФРДО",
            "form": dress(form),
            "back": reverse("admin:journal_diploma_changelist"),
        }
        if not form.is_valid():
            return self._page(request, context, 400)
        answers = form.cleaned_data
        rows = Diploma.objects.visible_to(request.user, "export")
        rows = rows.filter(issued_on__range=(answers["first"], answers["last"]))
        lines = read_frdo(rows)
        wrong = [line for line in lines if line.problems]
        kept = [line for line in lines if not line.problems or not answers["sound"]]
        is_ready = bool(kept) and (not wrong or answers["sound"])
        if request.GET.get("format") == "xlsx" and is_ready:
            return self._file(request, kept, today)
        context |= {
            "lines": lines,
            "wrong": [self._mended_at(line) for line in wrong[:MOST_SHOWN]],
            "wrong_count": len(wrong),
            "kept": len(kept),
            "is_ready": is_ready,
            "query": f"first={answers['first']}&last={answers['last']}"
            + ("&sound=on" if answers["sound"] else ""),
        }
        return self._page(request, context, 400 if "format" in request.GET else 200)

    def _page(self, request, context, status=200):
        template = "admin/contingent/frdo.html"
        words = "Проверка дипломов для ФИС ФРДО"
        if count := len(context.get("lines", ())):
            note(request, Kind.LISTED, words, count=count)
        return TemplateResponse(request, template, context, status=status)

    def _file(self, request, lines: list[Line], today) -> HttpResponse:
        note(request, Kind.EXPORTED, "Дипломы для ФИС ФРДО", count=len(lines))
        return made(workbook(lines), file_name("ФИС ФРДО", "xlsx", today))

    def _mended_at(self, line: Line) -> dict:
        """A line with errors, each with the page where it is mended."""
        diploma, student = line.diploma, line.diploma.student
        pages = {
            "diploma": diploma,
            "student": student,
            "contract": contract_of(diploma),
            "original": diploma.original or diploma,
        }
        urls = {
            where: change_url(self.admin_site.get_model_admin(type(row)), row)
            for where, row in pages.items()
            if row is not None
        }
        return {
            "diploma": diploma,
            "url": urls["diploma"],
            "problems": [(one, urls[one.where]) for one in line.problems],
        }


@admin.register(TargetContract)
class TargetContractAdmin(Personal, ModelAdmin):
    """Contracts of target training; one of a student."""

    card_name = "Целевой договор"
    list_display = ["number", "signed_on", "student", "customer", "employer"]
    list_select_related = ["student"]
    search_fields = ["number", "customer", "employer", "student__last_name"]
    autocomplete_fields = ["student"]
    date_hierarchy = "signed_on"
    fieldsets = [
        (None, {"fields": ["student", ("number", "signed_on")]}),
        (
            "Заказчик",
            {"fields": ["customer", ("customer_ogrn", "customer_kpp")]},
        ),
        (
            "Работодатель",
            {
                "fields": [
                    "employer",
                    ("employer_ogrn", "employer_kpp"),
                    "employer_region",
                ]
            },
        ),
    ]
    empty_hint = worded_lazily("Целевых договоров пока нет. Добавьте договор студента.")
    empty_hint_reader = worded_lazily("Целевых договоров ваших студентов пока нет.")

    def has_delete_permission(self, request, obj=None):
        return False
