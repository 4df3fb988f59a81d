"""Accounts: roles written into the database, sign-in rights, one-time codes."""

import secrets
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from journal.models import AccessCode, Institution, Role, User
from journal.models.reach import grants
from journal.roles import ROLES, codenames

CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 10
CODE_DAYS = 7
CODE_TRIES = 5


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


def sync_roles(reports: dict[str, str], using: str = "default"):
    """Write missing roles with their first rights; never touch those that exist.

    `reports` maps the permission codename of each report to its title: who prints what
    is a right like any other (A10). Raises LookupError for a right that no model has,
    so that a typing error in the table of roles cannot pass.
    """
    app = apps.get_app_config("journal")
    create_permissions(app, verbosity=0, using=using)
    kind = ContentType.objects.db_manager(using).get_for_model(Institution)
    for codename, title in reports.items():
        Permission.objects.using(using).get_or_create(
            content_type=kind, codename=codename, defaults={"name": title[:255]}
        )
    models = [model._meta.model_name for model in app.get_models()]
    own = [name for name in models if not name.startswith("historical")]
    known = {
        permission.codename: permission
        for permission in Permission.objects.using(using).filter(
            content_type__app_label="journal"
        )
    }
    present = set(Role.objects.using(using).values_list("slug", flat=True))
    for spec in ROLES:
        wanted = codenames(spec.rights, own)
        missing = wanted - known.keys()
        # A report may come with a later version; tests/test_house.py wants them all.
        if wrong := {name for name in missing if not name.startswith("report_")}:
            raise LookupError(f"roles.py: {spec.slug}: {sorted(wrong)}")
        if spec.slug in present:
            continue
        role = Role(
            slug=spec.slug, name=spec.title, anchor=spec.anchor, is_staff=spec.is_staff
        )
        role.save(using=using)
        role.permissions.set([known[name] for name in wanted - missing])


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


@transaction.atomic
def redeem_code(username: str, clear: str) -> User | None:
    """The active user whose live code this is; the code is spent. None if it is not.

    Every wrong try counts; after five the code is dead.
    """
    user = User.objects.filter(username=username, is_active=True).first()
    live = AccessCode.objects.select_for_update().filter(
        user=user, used_at__isnull=True, expires_at__gt=timezone.now()
    )
    code = live.first() if user else None
    if code is None or code.tries >= CODE_TRIES:
        make_password(clear)  # as slow as a real check: no telling who exists
        return None
    if not check_password(clear.strip().lower(), code.code_hash):
        code.tries += 1
        code.save()
        return None
    code.used_at = timezone.now()
    code.save()
    return user


def must_use_mfa(user: User) -> bool:
    """Administration signs in with a second factor (never beside DEBUG)."""
    return settings.MFA_FOR_STAFF and any(
        grant.slug in ("admin", "director", "deputy") for grant in grants(user)
    )
