"""Cards of students."""

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.utils import timezone

from admin_customizations.access import Personal
from admin_customizations.admin.base import ReadOnly, TabularInline
from admin_customizations.admin.contingent.certificates import CertificateIssuing
from admin_customizations.admin.contingent.diplomas import StudentPapers
from admin_customizations.admin.contingent.quick import QuickOrders
from admin_customizations.admin.people.cards import BY_NAME, PersonAdmin
from admin_customizations.admin.people.checks import CheckedCards
from admin_customizations.admin.people.part_filters import (
    PaperFilter,
    PartFilters,
    SocialFilter,
)
from admin_customizations.admin.people.parts import STUDENT_TABS
from admin_customizations.admin.people.tabs import Tabbed
from admin_customizations.toolkit.export import SafeExport, SheetsForm
from admin_customizations.toolkit.filters import AnswerFilter, ScopedListFilter
from journal.domain.people.consents import lack_of_consent
from journal.exchange.contingent import outgoing
from journal.models import Group, Guardianship, Membership, Student
from journal.models.people.persons import age_on
from journal.models.words import worded, worded_lazily

YOUNGEST, ELDEST = 5, 100  # students of any age there may be


class GroupSheetsForm(SheetsForm):
    """Students leave as a list, or as one a group."""

    parts = worded_lazily("лист на каждую группу", "лист на каждый класс")


class GroupNowFilter(ScopedListFilter):
    title = worded_lazily("группа сейчас")
    parameter_name = "group"

    def rows(self):
        return Group.objects.filter(closed_on__isnull=True)

    def narrow(self, queryset, pk):
        members = Membership.objects.on(timezone.localdate()).filter(group=pk)
        return queryset.filter(pk__in=members.values("student"))


def _seated():
    """Keys of the students who sit in some group today."""
    return Membership.objects.on(timezone.localdate()).values("student")


class StudyFilter(AnswerFilter):
    title = "учёба"
    parameter_name = "study"
    answers = {
        "in": (worded_lazily("в группе", "в классе"), lambda: Q(pk__in=_seated())),
        "out": (worded_lazily("вне групп"), lambda: ~Q(pk__in=_seated())),
        "alone": (
            "без представителей",
            lambda: ~Exists(Guardianship.objects.filter(student=OuterRef("pk"))),
        ),
    }


class FirstMembershipInline(ReadOnly, TabularInline):
    """The first group, said on a new card; later orders and the actions say it."""

    model = Membership
    fields = ["group", "start", "end"]
    verbose_name_plural = worded_lazily("группа")

    def has_add_permission(self, request, obj=None):
        return obj is None and request.user.has_perm("journal.add_membership")

    def get_extra(self, request, obj=None, **kwargs):
        return 1

    def get_max_num(self, request, obj=None, **kwargs):
        return 1


@admin.register(Student)
class StudentAdmin(
    PartFilters,
    Tabbed,
    CheckedCards,
    Personal,
    SafeExport,
    QuickOrders,
    CertificateIssuing,
    StudentPapers,
    PersonAdmin,
):
    """Students (pupils), with the group in which they sit today."""

    card_name = worded_lazily("Карточка студента")

    private_fields = ["snils"]
    list_display = ["full_name", "group_now", "birth_date", "phone", "has_account"]
    list_filter = [GroupNowFilter, StudyFilter]
    search_fields = [*PersonAdmin.search_fields, "personal_no"]
    fieldsets = [
        PersonAdmin.name_fields,
        (
            None,
            {
                "fields": [
                    ("birth_date", "sex"),
                    ("birth_place", "citizenship"),
                    ("personal_no", "language"),
                ]
            },
        ),
        PersonAdmin.contact_fields,
        (
            "Личные данные",
            {"fields": ["snils", "guardians_see_adult", "note", "user"]},
        ),
    ]
    tabs = STUDENT_TABS
    part_filters = (PaperFilter, SocialFilter)
    actions_detail = [
        "let_in",
        {
            "title": "Приказ",
            "icon": "gavel",
            "items": ["enrol", "transfer", "leave", "rename"],
        },
        {
            "title": "Документы",
            "icon": "description",
            "items": ["issue_certificate", "draw_up_diploma", "keep_contract"],
        },
    ]
    empty_hint = worded_lazily(
        "Студентов пока нет. Загрузите список контингента или добавьте карточку."
    )
    export_form_class = GroupSheetsForm
    export_columns = {"full_name": "ФИО"}  # and those of the contingent sheet

    def export_titles(self, request):
        return {title: title for title in outgoing.titles(request.user)}

    def export_pages(self, request, rows, form):
        by_group = form is None or form.cleaned_data["sheets"] != SheetsForm.ONE
        return outgoing.pages(rows, request.user, by_group=by_group)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        age = obj.birth_date and age_on(obj.birth_date, timezone.localdate())
        if age is not None and not YOUNGEST <= age <= ELDEST:
            words = f"По дате рождения {worded('студенту')} {age}: проверьте год."
            self.message_user(request, words, messages.WARNING)

    def get_inlines(self, request, obj):
        return (
            [FirstMembershipInline]
            if obj is None
            else super().get_inlines(request, obj)
        )

    def warnings(self, request, student):
        if "view_consent" not in self.rights_over(request, student):
            return []
        return filter(None, [lack_of_consent(student, timezone.localdate())])

    def get_queryset(self, request):
        """The group is asked of every row only where the list goes by it."""
        rows = super().get_queryset(request)
        if "o" not in request.GET:
            return rows
        today = timezone.localdate()
        seats = Membership.objects.on(today).filter(student=OuterRef("pk"))
        return rows.annotate(group_now=Subquery(seats.values("group__name")[:1]))

    def get_changelist_instance(self, request):
        found = super().get_changelist_instance(request)
        seats = Membership.objects.on(timezone.localdate()).select_related("group")
        now = Prefetch("memberships", seats, "seats_now")
        found.result_list = found.result_list.prefetch_related(now)
        return found

    @admin.display(description=worded_lazily("студент"), ordering=BY_NAME)
    def full_name(self, student):
        return student.full_name

    @admin.display(
        description=worded_lazily("группа"),
        ordering="group_now",
        empty_value=worded_lazily("вне групп"),
    )
    def group_now(self, student):
        return student.seats_now[0].group.name if student.seats_now else None
