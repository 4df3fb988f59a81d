"""Work programmes: handed in, approved, corrected by versions; files attached (D5)."""

from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from journal.domain.curriculum.approval import (
    State,
    locked,
    may_decide,
    may_return,
    may_submit,
    move,
)
from journal.domain.curriculum.checks import Fault, brief
from journal.domain.curriculum.wording import allowed_words, faults_of_topic
from journal.domain.files import shown_name
from journal.models import ProgrammeTopic, User, WorkProgramme

COPIED = ("number", "section", "topic", "kind", "hours", "self_study", "requirements")


def file_name(programme: WorkProgramme) -> str:
    """The name under which a file is handed out: «Математика, версия 2.pdf»."""
    kind = PurePath(programme.file.name).suffix.lstrip(".")
    return shown_name(str(programme), kind, "Программа")


def faults_of(programme: WorkProgramme) -> list[Fault]:
    """What keeps a programme from being handed in; a file alone is enough."""
    topics = list(programme.topics.order_by("number"))
    if not topics and not programme.file:
        words = "В программе нет ни тем, ни файла. Впишите темы или приложите файл."
        return [Fault(0, "", words)]
    allowed = allowed_words()
    return [
        Fault(topic.number, "topic", words)
        for topic in topics
        for words in faults_of_topic(topic.topic, allowed)
    ]


@transaction.atomic
def submit_programme(programme: WorkProgramme, by: User):
    """Hand a programme in (U 4.7). Raises ValidationError with what must be mended."""
    programme = locked(programme, by, may_submit)
    if found := faults_of(programme):
        raise ValidationError(brief(found))
    programme.submitted_at = timezone.now()
    move(programme, State.SUBMITTED, "Представлена на утверждение")


@transaction.atomic
def approve_programme(programme: WorkProgramme, by: User):
    """Approve a programme (U 4.3); the version that it replaces is in force no longer."""
    programme = locked(programme, by, may_decide)
    programme.remark = ""
    move(programme, WorkProgramme.State.APPROVED, "Утверждена", by)
    old = programme.replaces
    if old is not None:
        old = WorkProgramme.objects.select_for_update().get(pk=old.pk)
        old.state = WorkProgramme.State.REPLACED
        old._change_reason = f"Заменена версией {programme.version}"
        old.save()


@transaction.atomic
def return_programme(programme: WorkProgramme, by: User, remark: str):
    """Give a programme back to its author with a remark that says what to mend."""
    programme = locked(programme, by, may_return)
    if not remark.strip():
        raise ValidationError("Напишите, что исправить.")
    programme.remark = remark.strip()
    move(programme, State.RETURNED, "Возвращена с замечанием")


def may_renew(by: User, programme: WorkProgramme) -> bool:
    """May a new version of an approved programme be begun? One at a time."""
    return (
        programme.state == WorkProgramme.State.APPROVED
        and by.has_perm("journal.add_workprogramme")
        and programme.is_editable_by(by)
        and not WorkProgramme.objects.filter(replaces=programme).exists()
    )


@transaction.atomic
def new_version(programme: WorkProgramme, by: User) -> WorkProgramme:
    """A draft of the next version with the same topics; the old one stays in force."""
    programme = locked(programme, by, may_renew)
    fresh = WorkProgramme(
        name=programme.name,
        discipline=programme.discipline,
        specialty=programme.specialty,
        author=programme.author,
        version=programme.version + 1,
        replaces=programme,
        requirements=programme.requirements,
        file=programme.file.name,
    )
    fresh._change_reason = f"Новая версия программы {programme.version}"
    fresh.save()
    copy_topics(programme, fresh, by)
    return fresh


def copy_topics(source: WorkProgramme, target: WorkProgramme, by: User) -> None:
    topics = [
        ProgrammeTopic(
            programme=target, **{name: getattr(one, name) for name in COPIED}
        )
        for one in source.topics.select_related("kind").order_by("number")
    ]
    bulk_create_with_history(topics, ProgrammeTopic, default_user=by)
