"""Work programmes by versions, and the abbreviations that topics may hold (D5, K 3.9)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from admin_customizations.admin.base import ModelAdmin, TabularInline, labelled
from admin_customizations.admin.curriculum.authored import Authored
from admin_customizations.admin.curriculum.sheets import hindrances, sheet_page
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import (
    AskForm,
    Choice,
    Lines,
    change_url,
    confirmed,
    opened,
    opened_from_list,
)
from journal.domain.curriculum.approval import (
    may_decide,
    may_return,
    may_submit,
)
from journal.domain.curriculum.copying import own_courses
from journal.domain.curriculum.drafting import draft_programme
from journal.domain.curriculum.programmes import (
    approve_programme,
    faults_of,
    file_name,
    may_renew,
    new_version,
    return_programme,
    submit_programme,
)
from journal.domain.curriculum.sheet import PROGRAMME
from journal.domain.files import DOCUMENTS, taken_in
from journal.models import (
    Abbreviation,
    PlanItem,
    ProgrammeTopic,
    ThematicPlan,
    WorkProgramme,
)
from journal.models.words import worded_lazily
from journal.pages.files import handed_out

STATE_LABELS = {
    "черновик": "default",
    "на утверждении": "info",
    "утверждена": "success",
    "возвращена": "warning",
    "заменена": "default",
}


class ProgrammeForm(forms.ModelForm):
    """A programme whose file is taken only if it is what its name says."""

    file = forms.FileField(
        label="Файл",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.odt"}),
        help_text="PDF, DOCX или ODT, не больше 10 МБ. Новый файл заменяет прежний.",
    )

    def clean_file(self):
        file = self.cleaned_data.get("file")
        if file and "file" in self.changed_data:
            taken_in(file, DOCUMENTS)
        return file


class RemarkForm(AskForm):
    remark = forms.CharField(
        label="Замечание", max_length=2000, widget=Lines, help_text="Что исправить."
    )


class DraftForm(AskForm):
    """From what a programme is to be drafted; one of the three."""

    plan = forms.ModelChoiceField(
        ThematicPlan.objects.none(),
        required=False,
        label="По тематическому плану",
        widget=Choice,
    )
    programme = forms.ModelChoiceField(
        WorkProgramme.objects.none(),
        required=False,
        label="По другой программе",
        widget=Choice,
    )
    item = forms.ModelChoiceField(
        PlanItem.objects.none(),
        required=False,
        label="По часам учебного плана",
        widget=Choice,
    )

    def prepare(self):
        plans = ThematicPlan.objects.visible_to(self.user).filter(lessons__isnull=False)
        self.fields["plan"].queryset = plans.distinct().order_by("name")
        papers = WorkProgramme.objects.visible_to(self.user)
        self.fields["programme"].queryset = papers.order_by("name", "-version")
        items = PlanItem.objects.visible_to(self.user).exclude(
            kind=PlanItem.Kind.MODULE
        )
        if not self.user.has_perm("journal.view_planitem"):
            courses = own_courses(self.user).order_by().values("plan_item")
            items = PlanItem.objects.filter(pk__in=courses)
        self.fields["item"].queryset = items.select_related("discipline", "curriculum")

    def clean(self):
        found = super().clean()
        if sum(value is not None for value in found.values()) != 1:
            raise forms.ValidationError(
                "Выберите что-то одно: план, программу или строку."
            )
        return found


class ProgrammeTopicInline(TabularInline):
    model = ProgrammeTopic
    fields = ["number", "section", "topic", "kind", "hours"]
    ordering = ["number"]
    per_page = 50
    list_select_related = ["kind"]
    verbose_name_plural = "темы"


def what_hinders(user, programme) -> dict:
    """For the page that asks before a programme is handed in."""
    url = reverse("admin:journal_workprogramme_table", args=[programme.pk])
    return hindrances(faults_of(programme), url)


@admin.register(WorkProgramme)
class WorkProgrammeAdmin(Authored, ModelAdmin):
    """Work programmes of disciplines, by versions."""

    form = ProgrammeForm
    list_display = ["name", "discipline", "author", "version", "hours", "state_label"]
    list_filter = [
        ("state", ChoiceFilter),
        ("discipline", ScopedRelatedFilter),
        ("author", ScopedRelatedFilter),
    ]
    list_select_related = ["discipline", "author", "approved_by", "specialty"]
    search_fields = ["name", "discipline__name", "author__last_name"]
    autocomplete_fields = ["discipline", "author"]
    fieldsets = [
        (None, {"fields": ["name", ("discipline", "specialty"), "author"]}),
        ("Содержание", {"fields": ["requirements", "file", "file_link"]}),
        (
            "Утверждение",
            {
                "fields": [
                    ("version", "state", "submitted_at"),
                    ("approved_at", "approved_by"),
                    "remark",
                ]
            },
        ),
    ]
    readonly_fields = [
        "version",
        "state",
        "submitted_at",
        "approved_at",
        "approved_by",
        "remark",
        "file_link",
    ]
    inlines = [ProgrammeTopicInline]
    actions_list = ["to_draft"]
    actions_detail = ["table", "file", "submit", "approve", "send_back", "renew"]
    empty_hint = (
        "Рабочих программ пока нет. Составьте программу по плану или внесите её."
    )
    empty_hint_reader = worded_lazily("Программ ваших дисциплин пока нет.")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(hours=Sum("topics__hours"))

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.fieldsets[:2]

    @labelled(description="состояние", ordering="state", label=STATE_LABELS)
    def state_label(self, programme):
        return programme.get_state_display()

    @admin.display(description="приложенный файл")
    def file_link(self, programme):
        if not programme.pk or not programme.file:
            return "нет"
        url = reverse("admin:journal_workprogramme_file", args=[programme.pk])
        return format_html('<a href="{}">{}</a>', url, file_name(programme))

    # A draft made by the journal

    def has_draft_permission(self, request):
        return request.user.has_perm("journal.add_workprogramme")

    def get_urls(self):
        wrap = self.admin_site.admin_view
        address = path("draft/", wrap(self.draft), name="journal_workprogramme_draft")
        return [address, *super().get_urls()]

    @opened_from_list("Составить программу", permission="draft", icon="auto_stories")
    def to_draft(self, request):
        return HttpResponseRedirect(reverse("admin:journal_workprogramme_draft"))

    def draft(self, request):
        if not self.has_draft_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        form = DraftForm(request.user, None, data)
        if form.is_bound and form.is_valid():
            made = draft_programme(request.user, **form.cleaned_data)
            self.message_user(
                request, f"Программа «{made}» составлена. Проверьте темы."
            )
            url = reverse("admin:journal_workprogramme_table", args=[made.pk])
            return HttpResponseRedirect(url)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Составить рабочую программу",
            "original": "Черновик рабочей программы",
            "text": "Темы и часы берутся из того, что выбрано; остальное впишете сами.",
            "form": form,
            "back": reverse("admin:journal_workprogramme_changelist"),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "toolkit/ask.html", context)

    # Pages and steps of one programme

    @opened("Таблица", may=lambda user, paper: True, icon="table_rows", acts=True)
    def table(self, request, programme):
        return sheet_page(self, request, programme, PROGRAMME)

    @opened("Файл", may=lambda user, paper: bool(paper.file), icon="download")
    def file(self, request, programme):
        return handed_out(programme.file, file_name(programme))

    @confirmed(
        "Представить на утверждение",
        may=may_submit,
        icon="send",
        text="После этого программа не меняется, пока её не вернут.",
        template="admin/curriculum/submit.html",
        shows=what_hinders,
    )
    def submit(self, request, programme, data):
        submit_programme(programme, request.user)
        return f"Программа «{programme}» представлена на утверждение."

    @confirmed(
        "Утвердить",
        may=may_decide,
        icon="check",
        text="Утверждённая программа больше не меняется: исправляют её новой версией.",
    )
    def approve(self, request, programme, data):
        approve_programme(programme, request.user)
        return f"Программа «{programme}» утверждена."

    @confirmed("Вернуть с замечанием", may=may_return, form=RemarkForm, icon="undo")
    def send_back(self, request, programme, data):
        return_programme(programme, request.user, data["remark"])
        return f"Программа «{programme}» возвращена автору."

    @confirmed(
        "Новая версия",
        may=may_renew,
        icon="library_add",
        text="Будет начат черновик с теми же темами. Прежняя версия действует, пока новую "
        "не утвердят.",
    )
    def renew(self, request, programme, data):
        fresh = new_version(programme, request.user)
        self.message_user(request, f"Начата версия {fresh.version}.")
        return HttpResponseRedirect(change_url(self, fresh))


@admin.register(Abbreviation)
class AbbreviationAdmin(ModelAdmin):
    list_display = ["name", "position"]
    search_fields = ["name"]
    empty_hint = "Разрешённых сокращений пока нет: в темах всё пишут полностью."
