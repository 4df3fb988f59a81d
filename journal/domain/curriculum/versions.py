"""The way of a curriculum: draft → approved → replaced by a new version (D1).

The database holds an approved plan (`guards`): what is said here only says it earlier.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    PlanHours,
    PlanItem,
    PlanWeeks,
    User,
)

State = Curriculum.State


def may_edit_curriculum(by: User, plan: Curriculum) -> bool:
    return plan.state == State.DRAFT and plan.is_editable_by(by)


def may_approve_curriculum(by: User, plan: Curriculum) -> bool:
    if plan.state != State.DRAFT:
        return False
    return Curriculum.objects.visible_to(by, "approve").filter(pk=plan.pk).exists()


def may_renew(by: User, plan: Curriculum) -> bool:
    """Begin a new version: of an approved plan, where none is begun."""
    if plan.state != State.APPROVED or not by.has_perm("journal.add_curriculum"):
        return False
    return plan.is_editable_by(by) and not next_version(plan)


def next_version(plan: Curriculum) -> Curriculum | None:
    return Curriculum.objects.filter(replaces=plan).first()


def _locked(plan: Curriculum, by: User, may) -> Curriculum:
    """The row under a lock, if `may` still holds; ValidationError says what it is now."""
    plan = Curriculum.objects.select_for_update().get(pk=plan.pk)
    if not may(by, plan):
        state = plan.get_state_display()
        raise ValidationError(f"План сейчас в состоянии «{state}». Обновите страницу.")
    return plan


@transaction.atomic
def approve_curriculum(plan: Curriculum, by: User) -> Curriculum:
    """Freeze a plan; the version that it replaces is replaced from now on (U 4.3).

    Raises ValidationError where it holds no hours, or is approved already.
    """
    plan = _locked(plan, by, may_approve_curriculum)
    if not PlanHours.objects.filter(item__curriculum=plan, total__gt=0).exists():
        raise ValidationError("В плане нет ни одной строки с часами.")
    plan.state = State.APPROVED
    plan.approved_at = timezone.now()
    plan.approved_by = getattr(by, "employee", None)
    plan._change_reason = "Утверждён"
    plan.save()
    if plan.replaces_id:
        old = Curriculum.objects.select_for_update().get(pk=plan.replaces_id)
        if old.state == State.APPROVED:
            old.state = State.REPLACED
            old._change_reason = f"Заменён версией {plan.version}"
            old.save(update_fields=["state"])
    return plan


@transaction.atomic
def new_version(plan: Curriculum, by: User) -> Curriculum:
    """A draft that holds all that an approved plan holds, to be changed and approved.

    Raises ValidationError where the plan is not approved, or has a new version.
    """
    plan = _locked(plan, by, may_renew)
    reason = f"Новая версия плана, версия {plan.version + 1}"
    new = Curriculum.objects.get(pk=plan.pk)
    new.pk, new._state.adding = None, True
    new.version, new.state, new.replaces = plan.version + 1, State.DRAFT, plan
    new.approved_at = new.approved_by = None
    new._change_reason = reason
    new.save()
    _copy(plan, new, by, reason)
    return new


def _copy(plan: Curriculum, new: Curriculum, by: User, reason: str) -> None:
    author = {"default_user": by, "default_change_reason": reason}

    def store(rows: list[Model]) -> None:
        if rows:
            bulk_create_with_history(rows, type(rows[0]), batch_size=500, **author)

    items = list(PlanItem.objects.filter(curriculum=plan).order_by("position", "pk"))
    copies = {item.pk: _twin(item, curriculum=new) for item in items}
    left = set(copies)
    while left:  # modules before what they hold
        wave = [pk for pk in left if copies[pk].parent_id not in left]
        for pk in wave:
            if (parent := copies[pk].parent_id) in copies:
                copies[pk].parent = copies[parent]
        store([copies[pk] for pk in copies if pk in wave])
        left -= set(wave)
    hours = PlanHours.objects.filter(item__curriculum=plan)
    store([_twin(one, item=copies[one.item_id]) for one in hours])
    weeks = PlanWeeks.objects.filter(curriculum=plan)
    store([_twin(one, curriculum=new) for one in weeks])
    forms = ComplexForm.objects.filter(curriculum=plan)
    twins = {one.pk: _twin(one, curriculum=new) for one in forms}
    store(list(twins.values()))
    parts = ComplexFormPart.objects.filter(complex_form__in=twins)
    store(
        [
            ComplexFormPart(
                complex_form=twins[one.complex_form_id], item=copies[one.item_id]
            )
            for one in parts
        ]
    )


def _twin(row: Model, **owner) -> Model:
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in owner
    }
    return type(row)(**values, **owner)
