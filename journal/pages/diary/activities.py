"""What a student does beside lessons: circles, sections, class hours (F14; M 2)."""

from django.utils.safestring import SafeString
from django.utils.text import capfirst

from journal.domain.lessons.activities import Own
from journal.domain.words import day_of, plural
from journal.models.words import worded
from journal.pages.diary.pieces import empty, html, joined


def activities_html(own: list[Own]) -> SafeString:
    if not own:
        return empty(
            "Кружков и классных часов нет",
            worded(
                "Они появятся, когда руководитель объединения внесёт студента в список."
            ),
        )
    return joined(map(_activity, own))


def _activity(one: Own) -> SafeString:
    activity = one.activity
    about = [
        activity.get_kind_display(),
        activity.schedule,
        f"каб. {activity.place}" if activity.place_id else "",
        f"руководитель {activity.leader.short_name}",
    ]
    lines = [capfirst(" · ".join(filter(None, about)))]
    if one.held:
        held = plural(one.held, "занятие", "занятия", "занятий")
        lines.append(f"Проведено {held}, посещено {one.there}.")
    if one.next:
        on = one.next.planned_on
        when = f", {day_of(on)}" if on else ""
        lines.append(f"Следующее{when}: {one.next.topic}")
    return html(
        '<section class="card"><h2>{}</h2>{}</section>',
        activity.name,
        joined(html('<p class="meta">{}</p>', line) for line in lines),
    )
