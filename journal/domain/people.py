"""Accounts: roles written into the database, sign-in rights, one-time codes."""

import itertools
import secrets
from collections.abc import Iterable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from journal.models import (
    AccessCode,
    Employee,
    Guardian,
    Institution,
    Person,
    Role,
    Student,
    User,
)
from journal.models.reach import grants, has_role, rights_q
from journal.roles import APPOINTS, FAMILIES, ISSUES, ROLES, codenames

CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 10
CODE_DAYS = 7
CODE_TRIES = 5
# Letters of the Russian keyboard that look like a letter of a code.
CODE_LOOKALIKES = str.maketrans("асеркхумт", "acepkxymt")
PASSWORD_LENGTH = 8
PASSWORD_LENGTH_STAFF = 12
# With digits and signs taken away; the last is «пароль» typed in the Latin layout.
WEAK_WORDS = """
    пароль журнал дневник колледж техникум школа лицей гимназия студент учитель
    преподаватель куратор директор администратор йцукен йцукенг фывапролд
    password qwerty qwertyuiop admin administrator journal college gfhjkm
"""


class RoleBackend(ModelBackend):
    """Rights of a person are those of the roles held; one query a request."""

    def get_user(self, user_id):
        people = User.objects.select_related("employee", "student", "guardian")
        user = people.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user, obj=None):
        if not user.is_active or user.is_anonymous or obj is not None:
            return set()
        found = getattr(user, "_all_permissions", None)
        if found is None:
            found = user._all_permissions = {
                f"journal.{name}"
                for grant in grants(user)
                for name in grant.permissions
            }
        return found

    def get_group_permissions(self, user, obj=None):
        return self.get_all_permissions(user, obj)

    def has_perm(self, user, perm, obj=None):
        return perm in self.get_all_permissions(user, obj)

    def has_module_perms(self, user, app_label):
        return app_label == "journal" and bool(self.get_all_permissions(user))


def sync_roles(reports: Iterable, using: str = "default"):
    """Write missing roles and reports' rights; never touch what exists already.

    A report (`codename`, `title`, `roles`) that is new to the database gives its right
    to its roles once; after that who prints what is set in the admin (A10). Raises
    LookupError for a right or role that does not exist, so that a typing error in the
    tables cannot pass.
    """
    app = apps.get_app_config("journal")
    create_permissions(app, verbosity=0, using=using)
    models = [model._meta.model_name for model in app.get_models()]
    own = [name for name in models if not name.startswith("historical")]
    known = {
        permission.codename: permission
        for permission in Permission.objects.using(using).filter(
            content_type__app_label="journal"
        )
    }
    roles = {role.slug: role for role in Role.objects.using(using)}
    for spec in ROLES:
        wanted = codenames(spec.rights, own)
        if missing := wanted - known.keys():
            raise LookupError(f"roles.py: {spec.slug}: {sorted(missing)}")
        if spec.slug in roles:
            continue
        role = Role(
            slug=spec.slug, name=spec.title, anchor=spec.anchor, is_staff=spec.is_staff
        )
        role.save(using=using)
        role.permissions.set([known[name] for name in wanted])
        roles[spec.slug] = role
    kind = ContentType.objects.db_manager(using).get_for_model(Institution)
    for report in reports:
        if report.codename in known:
            continue
        right = Permission.objects.using(using).create(
            content_type=kind, codename=report.codename, name=report.title[:255]
        )
        for slug in report.roles:
            if slug not in {spec.slug for spec in ROLES}:
                raise LookupError(f"report {report.codename}: no role {slug}")
            if slug in roles:
                roles[slug].permissions.add(right)


@transaction.atomic
def give_role(user: User, *slugs: str):
    """Add roles to a person; opens the staff workplace where a role works in it."""
    roles = list(Role.objects.filter(slug__in=slugs))
    if unknown := set(slugs) - {role.slug for role in roles}:
        raise LookupError(f"нет роли {', '.join(sorted(unknown))}")
    user.groups.add(*roles)
    if any(role.is_staff for role in roles) and not user.is_staff:
        user.is_staff = True
        user.save()


@transaction.atomic
def issue_code(user: User, by: User | None) -> str:
    """A one-time code with which `user` enters and chooses a password (U 3.1).

    Earlier codes die. Returned once in clear, kept as a hash.
    """
    for code in AccessCode.objects.select_for_update().filter(
        user=user, used_at__isnull=True, expires_at__gt=timezone.now()
    ):
        code.expires_at = timezone.now()
        code.save()
    clear = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    AccessCode.objects.create(
        user=user,
        code_hash=make_password(clear),
        issued_by=by,
        expires_at=timezone.now() + timedelta(days=CODE_DAYS),
    )
    return clear


def code_as_typed(text: str) -> str:
    """A code without the spaces, dashes, capitals and Russian letters of its reader."""
    letters = filter(str.isalnum, text.lower())
    return "".join(letters).translate(CODE_LOOKALIKES)


@transaction.atomic
def redeem_code(username: str, clear: str) -> User | None:
    """The active user whose live code this is; the code is spent. None if it is not.

    Every wrong try counts; after five the code is dead. The answer None is no exception,
    so that the count is committed: never call this inside a transaction that a refusal
    would roll back.
    """
    clear = code_as_typed(clear)
    user = User.objects.filter(username=username, is_active=True).first()
    live = AccessCode.objects.select_for_update().filter(
        user=user, used_at__isnull=True, expires_at__gt=timezone.now()
    )
    code = live.first() if user else None
    if code is None or code.tries >= CODE_TRIES:
        make_password(clear)  # as slow as a real check: no telling who exists
        return None
    if not check_password(clear, code.code_hash):
        code.tries += 1
        code.save()
        return None
    code.used_at = timezone.now()
    code.save()
    return user


class PasswordPolicy:
    """Length by kind of account, and no words that everybody tries first.

    ИАФ.4 of order 21 of ФСТЭК, V6.2 of OWASP ASVS: length counts, composition does not.
    """

    def validate(self, password: str, user: User | None = None):
        least = PASSWORD_LENGTH
        if user is not None and user.is_staff:
            least = PASSWORD_LENGTH_STAFF
        if len(password) < least:
            raise ValidationError(
                f"Пароль короткий: нужно не меньше {least} знаков.", "too_short"
            )
        words = "".join(filter(str.isalpha, password.casefold()))
        if words in WEAK_WORDS.split() or not words.strip(words[:1]):
            raise ValidationError(
                "Такой пароль подбирают первым. Возьмите несколько слов подряд.",
                "too_common",
            )

    def get_help_text(self) -> str:
        return (
            f"Не короче {PASSWORD_LENGTH} знаков, "
            f"у сотрудников не короче {PASSWORD_LENGTH_STAFF}."
        )


def must_use_mfa(user: User) -> bool:
    """Administration signs in with a second factor (never beside DEBUG)."""
    administration = ("admin", "director", "deputy", "deputy_upr", "deputy_uvr")
    return settings.MFA_FOR_STAFF and (
        user.is_superuser or (user.is_staff and has_role(user, *administration))
    )


# Who appoints whom, and who hands out sign-ins

LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфцыэ", "abvgdeziyklmnoprstufcye", strict=True))
    | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"}
    | {"ю": "yu", "я": "ya"}
)
FAMILY_ROLE = {Student: "student", Guardian: "parent"}


def may_give(by: User) -> set[str]:
    """Slugs of the roles that this person appoints others to (M 3, K 4.1.6)."""
    slugs = set(Role.objects.values_list("slug", flat=True))
    if by.is_superuser:
        return slugs
    held = {grant.slug for grant in grants(by)}
    given = {slug for holder in held for slug in APPOINTS.get(holder, ())}
    if "admin" in held:
        given |= slugs - {spec.slug for spec in ROLES}
    return given & slugs


def may_appoint(by: User, user: User) -> bool:
    """May `by` give roles to this account: nobody to oneself or to a superuser."""
    if by.pk == user.pk or (user.is_superuser and not by.is_superuser):
        return False
    visible = User.objects.visible_to(by).filter(pk=user.pk).exists()
    return visible and bool(may_give(by))


@transaction.atomic
def appoint(by: User, user: User, slugs: set[str]) -> str:
    """Let `user` hold exactly `slugs` among the roles that `by` may give.

    Roles that are not `by`'s to give stay as they are. Returns in words what changed,
    which the history of the account keeps; "" if nothing did. Raises ValidationError for
    a role, or an account, that is not `by`'s to decide.
    """
    given = may_give(by)
    if not may_appoint(by, user) or not slugs <= given:
        raise ValidationError("Эту роль назначаете не вы. Обратитесь к директору.")
    roles = {role.slug: role for role in Role.objects.filter(slug__in=given)}
    held = set(Role.objects.filter(user=user).values_list("slug", flat=True))
    added, removed = slugs - held, (held & given) - slugs
    if not added and not removed:
        return ""
    user.groups.add(*(roles[slug] for slug in added))
    user.groups.remove(*(roles[slug] for slug in removed))
    user.is_staff = user.is_superuser or (
        Role.objects.filter(user=user, is_staff=True).exists()
    )
    words = [
        f"{verb}: {', '.join(sorted(roles[slug].name for slug in changed))}"
        for verb, changed in (("назначено", added), ("снято", removed))
        if changed
    ]
    user._change_reason = "Роли: " + "; ".join(words)
    user.save()
    return "; ".join(words)


def may_issue_code(by: User, user: User) -> bool:
    """May `by` hand out a sign-in for this account (E 3.1, U 3.1, K 4.2.6)?

    The person behind it has to be within reach, and every role of the account one that
    `by` serves: a curator does not enter as a head whose child is in the group.
    """
    right = "issue_accesscode"
    if by.pk == user.pk or not by.has_perm(f"journal.{right}") or not user.is_active:
        return False
    if by.is_superuser or user.is_superuser:
        return by.is_superuser
    held = set(Role.objects.filter(user=user).values_list("slug", flat=True))
    serving = [grant for grant in grants(by) if right in grant.permissions]
    served = [ISSUES.get(grant.slug, FAMILIES) for grant in serving]
    if not any(slugs is None or held <= set(slugs) for slugs in served):
        return False
    people = [
        person
        for part in ("employee", "student", "guardian")
        if (person := getattr(user, part, None))
    ]
    return any(_reached(by, person, right) for person in people or [user])


def may_open_account(by: User, person: Person) -> bool:
    """May `by` open an account for somebody who has none?"""
    if person.user_id is not None:
        return False
    if isinstance(person, Employee):
        return by.has_perm("journal.add_user") and person.dismissed_on is None
    right = "issue_accesscode"
    return by.has_perm(f"journal.{right}") and _reached(by, person, right)


def _reached(by: User, row, codename: str) -> bool:
    rows = type(row)._base_manager.filter(rights_q(by, row.reach, codename))
    return rows.filter(pk=row.pk).exists()


@transaction.atomic
def open_account(person: Person) -> User:
    """An account for a person who has none; enters by a one-time code only.

    Students and representatives get their role with it, staff are appointed after.
    """
    user = User(
        username=_username(person),
        last_name=person.last_name,
        first_name=person.first_name,
        email=person.email,
    )
    user.set_unusable_password()
    user.save()
    person.user = user
    person.save()
    if role := FAMILY_ROLE.get(type(person)):
        entrusted = role == "parent" and not person.guardianships.filter(
            delegated_by__isnull=True
        )
        give_role(user, "trustee" if entrusted else role)
    return user


def _username(person: Person) -> str:
    """«Ёлкина Анна Сергеевна» → elkina.as, elkina.as2 …"""
    initials = person.first_name[:1] + person.middle_name[:1]
    latin = [part.lower().translate(LATIN) for part in (person.last_name, initials)]
    stem = ".".join(
        "".join(letter for letter in part if letter.isascii() and letter.isalnum())
        for part in latin
    )
    stem = stem.strip(".")[:100] or "user"
    taken = set(
        User.objects.filter(username__startswith=stem).values_list(
            "username", flat=True
        )
    )
    names = (stem if count == 1 else f"{stem}{count}" for count in itertools.count(1))
    return next(name for name in names if name not in taken)


def end_sessions(user: User) -> int:
    """Sign a person out everywhere (K 3.12); returns from how many places."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)
