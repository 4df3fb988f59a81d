"""Roles: written into the database, given, and by whom."""

from collections.abc import Iterable

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connections, transaction

from journal.models import (
    Institution,
    Role,
    User,
)
from journal.models.reach import grants
from journal.roles import APPOINTS, ROLES, codenames


def known_rights(using: str) -> set[str] | None:
    """Codenames of the journal's rights in a database; None before its first day."""
    if Permission._meta.db_table not in connections[using].introspection.table_names():
        return None
    return set(_rights(using).values_list("codename", flat=True))


def _rights(using: str):
    rows = Permission.objects.using(using)
    return rows.filter(content_type__app_label="journal")


def sync_roles(
    reports: Iterable, using: str = "default", before: set[str] | None = None
):
    """Write missing roles and new rights; never touch what exists already.

    A right that is new to the database is given to its roles once: of a new model, known
    by its absence among the rights `before` the migration; of a report (`codename`,
    `title`, `roles`). After that who may what is set in the admin (A10). Raises
    LookupError for a right or role that does not exist, so that a
    typing error in the tables cannot pass.
    """
    app = apps.get_app_config("journal")
    create_permissions(app, verbosity=0, using=using)
    models = [model._meta.model_name for model in app.get_models()]
    own = [name for name in models if not name.startswith("historical")]
    known = {permission.codename: permission for permission in _rights(using)}
    roles = {role.slug: role for role in Role.objects.using(using)}
    for spec in ROLES:
        wanted = codenames(spec.rights, own)
        if missing := wanted - known.keys():
            raise LookupError(f"roles.py: {spec.slug}: {sorted(missing)}")
        if spec.slug in roles:
            fresh = wanted - before if before else ()
            roles[spec.slug].permissions.add(*(known[name] for name in fresh))
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
