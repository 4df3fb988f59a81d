"""The way of a thematic plan: draft → submitted → approved or returned (D2)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from journal.models import ThematicPlan, User

State = ThematicPlan.State
OPEN = (State.DRAFT, State.RETURNED)


def may_approve(by: User, plan: ThematicPlan) -> bool:
    """Does approving this plan lie with `by` at all, whatever its state?"""
    plans = ThematicPlan.objects.visible_to(by, "approve")
    return plans.filter(pk=plan.pk).exists()


def may_edit_plan(by: User, plan: ThematicPlan) -> bool:
    """A plan that is handed in stands still, but for those who approve it."""
    if not plan.is_editable_by(by):
        return False
    return plan.state in OPEN or may_approve(by, plan)


def may_submit(by: User, plan: ThematicPlan) -> bool:
    return plan.state in OPEN and plan.is_editable_by(by)


def may_decide(by: User, plan: ThematicPlan) -> bool:
    return plan.state == State.SUBMITTED and may_approve(by, plan)


def may_return(by: User, plan: ThematicPlan) -> bool:
    return plan.state in (State.SUBMITTED, State.APPROVED) and may_approve(by, plan)


def _locked(plan: ThematicPlan, by: User, may) -> ThematicPlan:
    plan = ThematicPlan.objects.select_for_update().get(pk=plan.pk)
    if not may(by, plan):
        raise ValidationError(
            f"План сейчас в состоянии «{plan.get_state_display()}». Обновите страницу."
        )
    return plan


@transaction.atomic
def submit_plan(plan: ThematicPlan, by: User):
    """Hand a plan in for approval (U 4.7). Raises ValidationError if it is empty."""
    plan = _locked(plan, by, may_submit)
    if not plan.lessons.exists():
        raise ValidationError("В плане нет ни одной темы. Добавьте строки КТП.")
    plan.state = State.SUBMITTED
    plan.submitted_at = timezone.now()
    plan.approved_at = plan.approved_by = None
    plan._change_reason = "Представлен на утверждение"
    plan.save()


@transaction.atomic
def approve_plan(plan: ThematicPlan, by: User):
    """Approve a submitted plan (U 4.3); an earlier remark is thereby done with."""
    plan = _locked(plan, by, may_decide)
    plan.state = State.APPROVED
    plan.remark = ""
    plan.approved_at = timezone.now()
    plan.approved_by = getattr(by, "employee", None)
    plan._change_reason = "Утверждён"
    plan.save()


@transaction.atomic
def return_plan(plan: ThematicPlan, by: User, remark: str):
    """Give a plan back to its author with a remark that says what to mend."""
    plan = _locked(plan, by, may_return)
    if not remark.strip():
        raise ValidationError("Напишите, что исправить.")
    plan.state = State.RETURNED
    plan.remark = remark.strip()
    plan.approved_at = plan.approved_by = None
    plan._change_reason = "Возвращён с замечанием"
    plan.save()
