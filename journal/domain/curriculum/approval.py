"""The way of a thematic plan or a work programme: draft → submitted → approved or returned.

Both go the same way (D2, D5); who approves them is a right of its own.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from journal.domain.curriculum.checks import brief, faults
from journal.models import ThematicPlan, User, WorkProgramme

State = ThematicPlan.State
OPEN = (State.DRAFT, State.RETURNED)
Paper = ThematicPlan | WorkProgramme


def may_approve(by: User, paper: Paper) -> bool:
    """Does approving this plan or programme lie with `by` at all, whatever its state?"""
    papers = type(paper).objects.visible_to(by, "approve")
    return papers.filter(pk=paper.pk).exists()


def may_edit_plan(by: User, paper: Paper) -> bool:
    """What is handed in stands still, but for those who approve it.

    A programme that is approved, or was and is replaced, stands still for everybody:
    a change is a new version. A plan may be mended by whoever approves plans, since
    lessons refer to its lines.
    """
    if not paper.is_editable_by(by):
        return False
    if paper.state in OPEN:
        return True
    if isinstance(paper, WorkProgramme) and paper.state != State.SUBMITTED:
        return False
    return may_approve(by, paper)


def may_submit(by: User, paper: Paper) -> bool:
    return paper.state in OPEN and paper.is_editable_by(by)


def may_decide(by: User, paper: Paper) -> bool:
    return paper.state == State.SUBMITTED and may_approve(by, paper)


def may_return(by: User, paper: Paper) -> bool:
    """A plan may be returned when approved, too; a programme is replaced instead."""
    states = [State.SUBMITTED]
    if isinstance(paper, ThematicPlan):
        states.append(State.APPROVED)
    return paper.state in states and may_approve(by, paper)


def locked(paper: Paper, by: User, may) -> Paper:
    """The row under a lock, if `may` still holds; ValidationError says what it is now."""
    paper = type(paper).objects.select_for_update().get(pk=paper.pk)
    if not may(by, paper):
        name = "План" if isinstance(paper, ThematicPlan) else "Программа"
        raise ValidationError(
            f"{name} сейчас в состоянии «{paper.get_state_display()}». Обновите страницу."
        )
    return paper


def move(paper: Paper, state: str, reason: str, by: User | None = None) -> None:
    """Write a new state; `by` is who approves, nobody where it is not approved."""
    paper.state = state
    paper.approved_at = timezone.now() if by else None
    paper.approved_by = getattr(by, "employee", None)
    paper._change_reason = reason
    paper.save()


@transaction.atomic
def submit_plan(plan: ThematicPlan, by: User):
    """Hand a plan in for approval (U 4.7).

    Raises ValidationError with what must be mended first: an empty plan, hours other
    than the curriculum's, abbreviations, topics not in Russian, works without a number.
    """
    plan = locked(plan, by, may_submit)
    if found := faults(plan):
        raise ValidationError(brief(found))
    plan.submitted_at = timezone.now()
    move(plan, State.SUBMITTED, "Представлен на утверждение")


@transaction.atomic
def approve_plan(plan: ThematicPlan, by: User):
    """Approve a submitted plan (U 4.3); an earlier remark is thereby done with."""
    plan = locked(plan, by, may_decide)
    plan.remark = ""
    move(plan, State.APPROVED, "Утверждён", by)


@transaction.atomic
def return_plan(plan: ThematicPlan, by: User, remark: str):
    """Give a plan back to its author with a remark that says what to mend."""
    plan = locked(plan, by, may_return)
    if not remark.strip():
        raise ValidationError("Напишите, что исправить.")
    plan.remark = remark.strip()
    move(plan, State.RETURNED, "Возвращён с замечанием")
