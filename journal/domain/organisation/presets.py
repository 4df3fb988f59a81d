"""The institution: presets of the five regulations, and its first day."""

from dataclasses import dataclass

from django.core.management import call_command
from django.db import transaction

from journal.domain.people import give_role, issue_code
from journal.models import Employee, Institution, User

# Fixtures of every new journal: lists and templates that its people then change.
REFERENCE = ("reference", "order_reasons", "certificate_templates")
DAY, MONDAY = Institution.FillingDue.DAY, Institution.FillingDue.MONDAY
DEPUTY_UPR = "Заместитель директора по учебно-производственной работе"
DEPUTY_UR = "Заместитель директора по учебной работе"


@dataclass(frozen=True)
class Preset:
    """Values that one regulation prescribes: field → (value, clause)."""

    slug: str
    title: str
    kind: str
    rules: dict[str, tuple[object, str]]


# What a regulation leaves open keeps the default of the model.
PRESETS = {
    preset.slug: preset
    for preset in (
        Preset(
            "daily",
            "Техникум: журнал в день занятия, посещаемость сверяют каждую неделю",
            Institution.Kind.COLLEGE,
            {
                "filling_due": (DAY, "E 4.3"),
                "curator_days": (7, "E 4.2"),
                "signatory_post": (DEPUTY_UPR, "E 3.4, 3.5"),
            },
        ),
        Preset(
            "school",
            "Школа: уроки по одному часу, отвечает директор",
            Institution.Kind.SCHOOL,
            {
                "lesson_hours": (1, "M 5.1"),
                "signatory_post": ("Директор", "M 1.6"),
            },
        ),
        Preset(
            "monthly",
            "Колледж: журнал ежедневно, ведомости за месяц, семестр и год",
            Institution.Kind.COLLEGE,
            {
                "filling_due": (DAY, "U 3.4, 4.7"),
                "curator_days": (7, "U 4.6"),
                "signatory_post": (DEPUTY_UR, "U 4.3"),
            },
        ),
        Preset(
            "archive",
            "Техникум: журнал в день урока, КТП к 10 сентября и 1 декабря",
            Institution.Kind.COLLEGE,
            {
                "filling_due": (DAY, "K 4.5.1"),
                "plan_due": ("10.09, 01.12", "K 4.5.4"),
                "signatory_post": ("Заведующий отделением", "K 4.3.1"),
            },
        ),
        Preset(
            "weekly",
            "Техникум: отметки за неделю до понедельника",
            Institution.Kind.COLLEGE,
            {
                "filling_due": (MONDAY, "S 6.1"),
                "entry_days": (7, "S 12.2"),
                "curator_days": (7, "S 5.6"),
                "signatory_post": (DEPUTY_UR, "S 9.4, 10.1"),
            },
        ),
    )
}


def apply_preset(institution: Institution, slug: str) -> Institution:
    """Set what the preset prescribes, its kind too; saving is the caller's.

    Raises LookupError for a preset that is not there.
    """
    if slug not in PRESETS:
        raise LookupError(f"нет набора правил {slug!r}, есть: {', '.join(PRESETS)}")
    preset = PRESETS[slug]
    institution.kind = preset.kind
    for field, (value, _clause) in preset.rules.items():
        setattr(institution, field, value)
    return institution


class AlreadyBegunError(Exception):
    """The institution is there: the first day comes once."""


@transaction.atomic
def begin(institution: Institution, admin: User, full_name: str = "") -> str:
    """The first day: the institution, the reference lists, the first administrator.

    `institution` and `admin` are not saved yet and checked here. Returns the one-time
    code with which the administrator chooses a password. A name of two words or more
    makes a card of an employee as well. Raises AlreadyBegunError, ValidationError.
    """
    if Institution.objects.exists():
        raise AlreadyBegunError(Institution.current().short_name)
    words = [*full_name.split(maxsplit=2), "", "", ""]
    admin.last_name, admin.first_name = words[:2]
    admin.set_unusable_password()
    admin.full_clean(exclude=["password"])
    admin.save()
    if admin.first_name:
        card = Employee(
            last_name=words[0],
            first_name=words[1],
            middle_name=words[2],
            email=admin.email,
            user=admin,
        )
        card.full_clean()
        card.save()
    give_role(admin, "admin")
    institution.pk = 1
    institution._history_user = admin
    institution.full_clean()
    institution.save()
    call_command("loaddata", *REFERENCE, verbosity=0)
    return issue_code(admin, by=None)
