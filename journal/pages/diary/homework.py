"""Homework in the diary: what is to be done, and one's own work handed in (F4)."""

from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from journal.domain.files import MOST_BYTES, WORKS, kind_of_file
from journal.domain.lessons.assigned import Assigned, homework_for, homework_of
from journal.domain.lessons.homework import (
    MOST_TEXT,
    due_moment,
    due_words,
    hand_in,
    is_asked_of,
)
from journal.domain.words import day_of, plural
from journal.models import Homework, Mark, Submission
from journal.pages.diary.access import family_of
from journal.pages.diary.pieces import empty, html, joined, linked
from journal.pages.diary.views import diary_page, nobody, page_of
from journal.pages.pace import paced

BACK = timedelta(days=30)
STATES = dict(Submission.State.choices)
DONE = Submission.State.CHECKED


class HandInForm(forms.Form):
    """The own work: words, a file, or both."""

    text = forms.CharField(
        label="Ответ",
        required=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    file = forms.FileField(
        label="Файл",
        required=False,
        widget=forms.FileInput(
            attrs={"accept": ",".join(f".{kind}" for kind in WORKS)}
        ),
        help_text=f"{', '.join(WORKS).upper()}, не больше {MOST_BYTES // 2**20} МБ."
        " Новый файл заменит прежний.",
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file:
            kind_of_file(file.name, file, WORKS)
        return file


@diary_page("homework")
def homework_list(request, family):
    """Homework of the last month: what is to be handed in first."""
    today, child = timezone.localdate(), family.child
    found = homework_of(child.pk, child.spans, today - BACK, today)
    if not found:
        body = empty(
            "Заданий со сроком или файлами за месяц нет",
            "Что задано на словах, написано на странице «Неделя» у каждого занятия.",
        )
        return {"title": "Задания", "body": body}
    waiting = [one for one in found if _is_waiting(one)]
    others = [one for one in found if not _is_waiting(one)]
    waiting.sort(key=lambda one: (one.due is None, one.due))
    query = family.tail("?")
    parts = []
    for title, rows in (("Нужно сдать", waiting), ("Остальные", others)):
        if rows:
            items = joined(_item(one, today, query) for one in rows)
            parts.append(html('<h2>{}</h2><ul class="plain">{}</ul>', title, items))
    return {"title": "Задания", "body": joined(parts)}


def _is_waiting(one: Assigned) -> bool:
    return one.is_collected and one.state in (None, Submission.State.RETURNED)


def _item(one: Assigned, today: date, query: str) -> SafeString:
    address = reverse("diary:homework_one", args=[one.pk]) + query
    facts = [f"задано {day_of(one.set_on)}"]
    if one.due:
        facts.append(f"к {day_of(one.due)}")
    if one.files:
        facts.append(plural(one.files, "файл", "файла", "файлов"))
    return html(
        '<li class="card"><p><a href="{}"><b>{}</b></a> {}</p>'
        '<p class="meta">{}</p><p>{}</p></li>',
        address,
        one.discipline,
        state_tag(one, today),
        ", ".join(facts),
        linked(one.words.strip()),
    )


def state_tag(one: Assigned, today: date) -> SafeString:
    """Where the own work stands, in a word or two."""
    if not one.is_collected:
        return SafeString()
    if one.state is None:
        is_over = one.due is not None and one.due < today
        words, tone = ("не сдано в срок", "bad") if is_over else ("сдать", "warn")
    else:
        words = STATES[one.state]
        tone = "accent" if one.state == DONE else "warn"
        if one.state == Submission.State.HANDED_IN:
            words, tone = "сдано, проверяют", "accent"
    late = ", позже срока" if one.is_late else ""
    return html('<span class="tag {}">{}{}</span>', tone, words, late)


@require_http_methods(["GET", "POST"])
@paced
def homework_one(request, pk: int):
    """One homework: its files, and the own work; written by the student alone."""
    family = family_of(request.user, request.GET.get("child"))
    if family.child is None:
        return render(request, "diary/choose.html", nobody(request, family))
    if "view_homework" not in family.rights:
        raise PermissionDenied
    homework = _found(family, pk, is_named="child" in request.GET)
    form, is_refused = None, False
    if request.method == "POST":
        form = HandInForm(request.POST, request.FILES)
        if not is_asked_of(request.user, homework, family.child.pk):
            raise PermissionDenied
        if _handed_in(request, homework, form):
            return redirect(request.get_full_path())
        is_refused = True
    context = _told(request, family, homework, form)
    body = render_to_string("diary/homework.html", context, request)
    title = str(homework.lesson.course.discipline)
    shown = {"title": title, "body": body}
    return page_of(request, family, "homework", shown, 400 if is_refused else 200)


def _found(family, pk: int, is_named: bool) -> Homework:
    """The homework of the child named; else of the first child who has to do it."""
    for child in [family.child] if is_named else family.children:
        if homework := homework_for(child.pk, child.spans, pk):
            family.child = child
            return homework
    raise Http404


def _handed_in(request, homework, form: HandInForm) -> bool:
    if not form.is_valid():
        return False
    found = form.cleaned_data
    try:
        hand_in(request.user, homework, found["text"], found["file"])
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, "Работа сдана. До проверки её можно заменить.")
    return True


def _told(request, family, homework, form: HandInForm | None) -> dict:
    """What the page says; the form to those alone who may hand in now."""
    child = family.child
    own = work = mark = None
    if "view_submission" in family.rights:
        own = Submission.objects.filter(homework=homework, student=child.pk)
        work = own.first()
    if homework.task_id and "view_mark" in family.rights:
        mark = Mark.objects.filter(task=homework.task_id, student=child.pk).first()
    is_open = is_asked_of(request.user, homework, child.pk) and (
        work is None or work.state != DONE
    )
    if is_open and form is None:
        form = HandInForm(initial={"text": work.text if work else ""})
    return {
        "homework": homework,
        "words": linked(homework.lesson.homework.strip()),
        "due": due_words(due_moment(homework)),
        "files": list(homework.files.all()),
        "work": work,
        "mark": mark,
        "form": form if is_open else None,
        "is_parent": family.is_parent,
    }
