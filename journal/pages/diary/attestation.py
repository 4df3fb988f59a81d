"""Attestation of a term: what each course ends with, and when it is held (M 2, U 4.4)."""

from django.utils import timezone
from django.utils.safestring import SafeString

from journal.domain.timetable.session import Attestation
from journal.domain.words import WEEKDAYS, day_of
from journal.models import ExamEvent
from journal.models.words import worded
from journal.pages.diary.pieces import empty, html, joined


def attestation_html(
    attestations: list[Attestation], others: list[ExamEvent]
) -> SafeString:
    """What is coming first, in order of time; then every course with its form."""
    if not attestations and not others:
        return empty(
            "Форм аттестации пока нет",
            worded(
                "Учебная часть ещё не внесла, чем заканчиваются дисциплины этого"
                " периода. Загляните позже.",
                "Учебная часть ещё не внесла, чем заканчиваются предметы этого"
                " периода. Загляните позже.",
            ),
        )
    events = [event for one in attestations for event in one.events] + others
    events.sort(key=lambda one: (one.date, one.starts_at))
    return joined([_schedule(events), _forms(attestations)])


def _schedule(events: list[ExamEvent]) -> SafeString:
    if not events:
        return html(
            '<section class="card"><h2>{}</h2><p class="muted">{}</p></section>',
            "Расписание",
            "Даты консультаций и экзаменов ещё не назначены.",
        )
    today = timezone.localdate()
    return html(
        '<section class="card"><h2>Расписание</h2><ul class="absences">{}</ul></section>',
        joined(_event(event, event.date < today) for event in events),
    )


def _event(event: ExamEvent, is_past: bool) -> SafeString:
    kind = event.get_kind_display()
    name = event.title or event.course.discipline
    day = f"{day_of(event.date)}, {WEEKDAYS[event.date.weekday()]}"
    start, end = (
        f"{at.hour}:{at.minute:02}" for at in (event.starts_at, event.ends_at)
    )
    people = [event.teacher.short_name] if event.teacher_id else []
    people += [
        f"{one.employee.short_name} ({one.get_post_display()})"
        for one in event.members.all()
    ]
    about = [
        f"каб. {event.room}" if event.room_id else "",
        ", ".join(people),
        event.note,
    ]
    return html(
        '<li><div{}><b>{}, {}–{}</b><br>{}: {}<p class="meta">{}</p></div></li>',
        SafeString(' class="muted"' if is_past else ""),
        day,
        start,
        end,
        kind[0].upper() + kind[1:],
        name,
        " · ".join(filter(None, about)),
    )


def _forms(attestations: list[Attestation]) -> SafeString:
    if not attestations:
        return SafeString()
    by_form: dict[str, list[Attestation]] = {}
    for one in attestations:
        by_form.setdefault(one.form, []).append(one)
    return joined(
        html(
            '<section class="card"><h2>{}</h2><ul class="absences">{}</ul></section>',
            form,
            joined(
                html(
                    '<li><span>{}<span class="meta"> {}</span></span></li>',
                    one.course.discipline,
                    "" if one.events else "· дата не назначена",
                )
                for one in found
            ),
        )
        for form, found in by_form.items()
    )
