"""What the period will come to, course by course, in a family's words (S 2.8, S 13.2)."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.safestring import SafeString

from journal.domain.results import StudiedCourse
from journal.domain.results.attending import Attending, read_attending
from journal.domain.results.foreseeing import lately_at_risk, outlooks_of
from journal.domain.results.outlook import Outlook
from journal.models import Institution
from journal.models.words import worded, worded_lazily
from journal.pages.diary.foretold import (
    decimal,
    needed_words,
    percent,
    span_words,
)
from journal.pages.diary.pieces import empty, html, joined, mark

ABOUT = worded_lazily(
    "Прогноз считает журнал по отметкам, которые уже стоят. Он ничего не решает:"
    " отметку за период выставляет преподаватель, и каждая новая отметка его меняет."
)


def forecast_html(
    student: int, courses: list[StudiedCourse], day: date, sees_absence: bool
) -> SafeString:
    """Attendance first where it may be seen, then each course."""
    keys = [course.pk for course in courses]
    seen = outlooks_of(student, keys, day, Institution.current())
    attending = read_attending(keys, day, student) if sees_absence else {}
    own = [ones[student] for ones in attending.values() if student in ones]
    told = [(course, seen[course.pk]) for course in courses if course.pk in seen]
    if not any(one.forecast for _, one in told):
        return joined(
            [
                *map(_attendance, own),
                empty(
                    "Прогноза пока нет",
                    "Он появится, когда в этом периоде будут отметки.",
                ),
            ]
        )
    return joined(
        [
            html('<p class="card meta">{}</p>', ABOUT),
            *map(_attendance, own),
            _courses(told),
        ]
    )


def risk_html(student: int, groups: Iterable[int], day: date, query: str) -> SafeString:
    """Where a 2 stands by now or threatens, told to the family (F13; S 6.4).

    The curator reads the same; it is kept for some minutes.
    """
    risks = lately_at_risk(groups, day, Institution.current())
    own = [one for ones in risks.values() for one in ones if one.student == student]
    now = [name for one in own for name in one.failing]
    later = [name for one in own for name in one.disciplines if name not in now]
    if not now and not later:
        return SafeString("")
    said = [f"По текущим отметкам «2»: {', '.join(now)}."] if now else []
    said += [f"Есть риск «2» за период: {', '.join(later)}."] if later else []
    return html(
        '<p class="card bad" role="note"><b>{}</b> {} <a href="{}{}">Прогноз</a></p>',
        " ".join(said),
        worded("Стоит поговорить с преподавателем, что можно исправить."),
        reverse("diary:forecast"),
        query,
    )


def _courses(told: Iterable[tuple[StudiedCourse, Outlook]]) -> SafeString:
    return joined(_course(course, one) for course, one in told if one.forecast)


def _course(course: StudiedCourse, one: Outlook) -> SafeString:
    if not one.is_told:
        return html(
            '<div class="card course"><div class="name"><h2>{}</h2>'
            '<p class="meta">Прогноз давать рано: отметок мало.</p></div></div>',
            course.discipline,
        )
    seen = one.forecast
    facts = [f"вероятность {percent(seen.chances[seen.mark])}", span_words(seen)]
    lines = [", ".join(facts).capitalize() + "."]
    # What is out of reach helps nobody at home.
    if one.needed and one.needed.is_reachable:
        needed = needed_words(one.needed)
        lines.append(needed.capitalize() + ".")
    if one.is_alarm:
        lines.append(
            worded(
                "Есть риск двойки: стоит поговорить с преподавателем, что можно"
                " исправить."
            )
        )
    return html(
        '<div class="card course"><div class="name"><h2>{}</h2>{}</div>'
        '<p class="mean"><span>ожидается</span> <b>{}</b></p></div>',
        course.discipline,
        joined(html('<p class="meta">{}</p>', line) for line in lines),
        mark(str(seen.mark)),
    )


def _attendance(one: Attending) -> SafeString:
    if one.now is None:
        return SafeString("")
    now = f"{decimal(one.now)}\N{NO-BREAK SPACE}%"
    words = f"Сейчас {now}."
    if not one.is_early and one.interval is not None and one.ahead:
        low, high = one.interval
        words += f" К концу периода — от {decimal(low)} до {decimal(high)}\N{NO-BREAK SPACE}%."
    return html('<section class="card"><h2>Посещаемость</h2><p>{}</p></section>', words)
