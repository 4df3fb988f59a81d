"""Signing in: who a session belongs to, what the roles open, passwords, MFA."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS

from journal.models import (
    User,
)
from journal.models.prepared import Prepared
from journal.models.reach import grants, has_role

PASSWORD_LENGTH = 8
PASSWORD_LENGTH_STAFF = 12
# With digits and signs taken away; the last is «пароль» typed in the Latin layout.
WEAK_WORDS = """
    пароль журнал дневник колледж техникум школа лицей гимназия студент учитель
    преподаватель куратор директор администратор йцукен йцукенг фывапролд
    password qwerty qwertyuiop admin administrator journal college gfhjkm
"""


PERSONS = ("employee", "student", "guardian")


def _names(model) -> list[str]:
    return [column.attname for column in model._meta.concrete_fields]


@Prepared
def _account_rows(user):
    names = _names(User)
    for person in PERSONS:
        related = User._meta.get_field(person).related_model
        names += [f"{person}__{name}" for name in _names(related)]
    return User.objects.filter(pk=user).order_by().values_list(*names)


def _account(pk) -> User | None:
    """A user with the persons behind it: what `select_related` gives, at every request."""
    try:
        rows = _account_rows(user=int(pk))
    except (TypeError, ValueError):
        return None
    if not rows:
        return None
    row = rows[0]
    names = _names(User)
    user = User.from_db(DEFAULT_DB_ALIAS, names, row[: len(names)])
    place = len(names)
    for person in PERSONS:
        field = User._meta.get_field(person)
        names = _names(field.related_model)
        values = row[place : place + len(names)]
        place += len(names)
        found = None
        if values[0] is not None:
            found = field.related_model.from_db(DEFAULT_DB_ALIAS, names, values)
            found.user = user
        field.set_cached_value(user, found)
    return user


class RoleBackend(ModelBackend):
    """Rights of a person are those of the roles held; one query a request."""

    def user_can_authenticate(self, user):
        """Blocked by people, or closed by an order: no session lives past that day."""
        return user.is_open()

    def get_user(self, user_id):
        user = _account(user_id)
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
