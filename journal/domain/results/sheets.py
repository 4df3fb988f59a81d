"""The life of a sheet: opened, written (`writing`), signed, annulled (F6, F7; domain §6)."""

from collections.abc import Callable, Iterable, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from journal.domain.results.headings import heading_of
from journal.domain.results.scales import (
    COMPLEX,
    COMPLEX_OF,
    RUNNING,
    SINGLE,
    STATE,
    takes_points,
)
from journal.domain.results.writing import (
    day_of,
    freed_of,
    is_closed_for,
    locked,
    roster_of,
    store_results,
)
from journal.models import (
    Course,
    Group,
    Institution,
    Result,
    Sheet,
    SheetMember,
    SheetPart,
    Thesis,
    User,
)
from journal.models.guards import rule_of
from journal.models.reach import Reach, employee_key, rights_over, rights_q
from journal.models.words import worded

SIGNING = "Подписание ведомости"
COMMISSION_FROM = 3  # the second retake is before a commission (273-ФЗ art. 58 p. 6)
# Whoever examines a group may make its sheets that name no course.
EXAMINED = Reach(group="pk", employee="exam_events__teacher")


def may_open(user: User, courses: Sequence[Course], group: Group) -> bool:
    """May `user` make a sheet of these courses, of the group where there are none?"""
    keys = {course.pk for course in courses}
    if not keys:
        mine = rights_q(user, EXAMINED, "add_sheet")
        return Group.objects.filter(mine, pk=group.pk).exists()
    mine = Course.objects.filter(rights_q(user, Course.reach, "add_sheet"), pk__in=keys)
    return set(mine.values_list("pk", flat=True)) == keys


def open_sheet(
    user: User,
    kind: str,
    courses: Sequence[Course],
    *,
    members: Iterable[SheetMember] = (),
    students: Iterable[int] = (),
    **fields,
) -> Sheet:
    """Begin a sheet for courses of one group; the last of them gives the period.

    Without courses (ГИА) `fields` name `group` and `period`. Sheets of an attestation get
    the next number of the year. `members` are unsaved members of the commission; a retake
    is for its `students`. Whoever may add sheets over each of the courses, of a mark of
    record over the last one: others taught the earlier terms. Raises PermissionDenied,
    ValidationError where there is such a sheet already or the results are closed.
    """
    if courses:
        last = courses[-1]
        fields |= {"group": last.group, "period": last.period}
    sheet = Sheet(kind=kind, **fields)
    due = [last] if courses and kind in RUNNING else courses
    if not may_open(user, due, sheet.group):
        raise PermissionDenied
    with transaction.atomic():
        # Numbers of one moment wait for each other.
        Institution.objects.select_for_update(no_key=True).filter(pk=1).first()
        if kind not in RUNNING:
            _refuse_second(sheet, courses)
            sheet.number = next_number(sheet)
        _save(user, sheet)
        for course in courses:
            _save(user, SheetPart(sheet=sheet, course=course, hours=course.hours))
        for member in members:
            member.sheet = sheet
            _save(user, member)
        for student in students:
            _save(user, Result(sheet=sheet, student_id=student))
    return sheet


def _save(user: User, row) -> None:
    """Save a row in the name of `user`; what a guard refuses is said in its words."""
    row._history_user = user
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if (words := rule_of(error)) is None:
            raise
        raise ValidationError(words) from error


def next_number(sheet: Sheet) -> str:
    """The next number of the academic year, in one row over all its periods."""
    sheets = Sheet.objects.filter(period__year=sheet.period.year_id)
    taken = sheets.exclude(number="").order_by().values_list("number", flat=True)
    return str(max((int(one) for one in taken if one.isdecimal()), default=0) + 1)


def _refuse_second(sheet: Sheet, courses: Sequence[Course]) -> None:
    """One attestation of a kind for the same courses; annulled ones do not count."""
    if sheet.retakes_id or sheet.attempt > 1:
        return
    others = Sheet.objects.exclude(state=Sheet.State.ANNULLED).exclude(pk=sheet.pk)
    others = others.filter(
        ~Q(attempt__gt=1),
        kind=sheet.kind,
        group=sheet.group_id,
        period=sheet.period_id,
    )
    if sheet.subgroup_id:  # one of the whole group is one of its subgroups too
        others = others.filter(Q(subgroup=None) | Q(subgroup=sheet.subgroup_id))
    if courses:
        others = others.filter(parts__course__in=courses)
    else:
        others = others.filter(event=sheet.event, title=sheet.title)
    if other := others.first():
        raise ValidationError(f"Такая ведомость уже есть: {other}.")


def check_parts(
    user: User, sheet: Sheet, courses: Sequence[Course], added: Sequence[Course]
) -> None:
    """Refuse a sheet put together by hand that could not be attested.

    `added` are those of its `courses` that it has not had yet. Raises ValidationError:
    courses of another group or period, too few or too many of them, somebody else's, a
    sheet that there is already.
    """
    kind, form = sheet.kind, sheet.complex_form
    words = [
        f"«{one}»: курс {worded('другой группы', 'другого класса')}."
        for one in courses
        if one.group_id != sheet.group_id
    ]
    if kind not in (*COMPLEX, Sheet.Kind.YEAR, Sheet.Kind.FINAL):
        words += [
            f"«{one}»: курс другого учебного периода."
            for one in courses
            if one.period_id != sheet.period_id
        ]
    words += _counted(sheet, len(courses))
    if form and COMPLEX_OF.get(form.form, Sheet.Kind.COMPLEX_CREDIT) != kind:
        words.append(f"«{form}» другого вида: проверьте вид ведомости.")
    if sheet.subgroup and sheet.subgroup.course not in courses:
        words.append(f"«{sheet.subgroup}»: подгруппа другого курса.")
    if (added or not sheet.pk) and not may_open(user, added, sheet.group):
        words.append(
            "Ведомость создаёт тот, кто ведёт все её курсы, или учебная часть."
        )
    if words:
        raise ValidationError(words)
    _refuse_second(sheet, courses)


def _counted(sheet: Sheet, count: int) -> list[str]:
    """What is wrong with the number of courses of a sheet."""
    if sheet.kind in STATE:
        words = [] if sheet.title else ["Напишите название: что сдают или защищают."]
        return words + (["В ведомости ГИА курсов нет."] if count else [])
    if sheet.kind in COMPLEX and count < 2:
        return ["В комплексной ведомости — два курса или больше."]
    if count == 0:
        return ["Добавьте курс, по которому проходит аттестация."]
    if count > 1 and sheet.kind in SINGLE:
        return ["Курс в такой ведомости один; для нескольких есть комплексная."]
    return []


Check = Callable[[Sheet, dict[int, str], dict[int, Result]], list[str]]


def lacks_of(
    sheet: Sheet, roster: dict[int, str], results: dict[int, Result]
) -> list[str]:
    """What keeps a sheet from being signed, in sentences; [] where nothing does.

    Of whoever is exempt or recredited on all its courses no result is due.
    """
    freed = freed_of(sheet)
    missing = [
        name
        for student, name in roster.items()
        if student not in freed and not _says(results.get(student))
    ]
    lacks = [f"Нет результата: {', '.join(missing)}."] if missing else []
    if not roster:
        lacks.append("В списке ведомости никого нет.")
    if sheet.kind in RUNNING:
        return lacks
    if sheet.date > timezone.localdate():
        lacks.append(f"Аттестация {sheet.date:%d.%m.%Y}: подписывать ещё рано.")
    if sheet.kind in STATE or sheet.attempt >= COMMISSION_FROM:
        posts = list(sheet.members.order_by().values_list("post", flat=True))
        if SheetMember.Post.CHAIR not in posts or len(posts) < 2:
            lacks.append("Нужна комиссия: председатель и хотя бы один член.")
    elif sheet.teacher_id is None:
        lacks.append(worded("Не указан преподаватель (экзаменатор)."))
    return lacks


def _says(result: Result | None) -> bool:
    return bool(result and (result.mark or result.status))


def _locked_for(user: User, pk: int, right: str) -> Sheet:
    """A sheet that nobody else writes now. Raises DoesNotExist, PermissionDenied."""
    sheet = locked(user, pk)
    if sheet is None:
        raise Sheet.DoesNotExist
    if not rights_over(user, sheet, [right]):
        raise PermissionDenied
    return sheet


def sign_sheet(user: User, pk: int, check: Check | None = None) -> Sheet:
    """Sign a sheet: everybody on it has a result, names, hours and heading are frozen.

    `check` says what else keeps it back, of the sheet, its roster and its results by
    student. Rows of those who are not on the list of the day go. Raises
    Sheet.DoesNotExist, PermissionDenied, ValidationError.
    """
    with transaction.atomic():
        sheet = _locked_for(user, pk, "sign_sheet")
        if sheet.state != Sheet.State.DRAFT:
            raise ValidationError(f"Ведомость уже {sheet.get_state_display()}.")
        if is_closed_for(sheet):
            raise ValidationError("Итоги периода закрыты: ведомость уже не подписать.")
        roster = roster_of(sheet)
        results = {one.student_id: one for one in sheet.results.order_by()}
        lacks = lacks_of(sheet, roster, results)
        lacks += check(sheet, roster, results) if check else []
        if lacks:
            raise ValidationError(lacks)
        _freeze(user, sheet, roster, results)
    return sheet


def _freeze(user: User, sheet: Sheet, roster: dict, results: dict) -> None:
    kept, topics = [], _topics(sheet, results)
    for student, result in results.items():
        if student in roster and _says(result):
            result.student_name = roster[student]
            result.topic = result.topic or topics.get(student, "")[:300]
            kept.append(result)
        else:
            result._history_user, result._change_reason = user, SIGNING
            result.delete()
    store_results(user, kept, ["student_name", "topic"], SIGNING)
    parts = list(sheet.parts.select_related("course__discipline", "course__plan_item"))
    for part in parts:
        part.hours = part.course.hours
    if parts:
        bulk_update_with_history(
            parts,
            SheetPart,
            ["hours"],
            default_user=user,
            default_change_reason=SIGNING,
        )
    sheet.date = day_of(sheet)
    freed = [
        [roster[one], tag] for one, tag in freed_of(sheet).items() if one in roster
    ]
    sheet.heading = heading_of(sheet, parts, sheet.date) | {"freed": sorted(freed)}
    sheet.state, sheet.signed_at = Sheet.State.SIGNED, timezone.now()
    sheet.signed_by_id = employee_key(user) or None
    sheet._change_reason = SIGNING
    _save(user, sheet)


def _topics(sheet: Sheet, results: dict) -> dict[int, str]:
    """Student → topic of the thesis that is defended; it is frozen with the mark."""
    if sheet.kind != Sheet.Kind.DEFENCE:
        return {}
    theses = Thesis.objects.filter(student__in=results, year=sheet.period.year_id)
    return dict(theses.values_list("student", "topic"))


@transaction.atomic
def set_points(sheet: Sheet, most: int, thresholds: dict[str, int]) -> Sheet:
    """Give a draft its most points and the per cent from which each mark is given.

    Raises ValidationError once points stand on it: their marks follow from the table by
    which they were given; and of a sheet that knows no such marks.
    """
    sheet = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if not takes_points(sheet, Institution.current()):
        raise ValidationError("В этой ведомости нет отметок, которые дают баллы.")
    changed = (sheet.points_most, sheet.heading.get("thresholds")) != (most, thresholds)
    if changed and sheet.results.filter(points__isnull=False).exists():
        raise ValidationError(
            "Баллы уже введены, и отметки поставлены по прежним порогам. Сначала уберите "
            "баллы."
        )
    sheet.points_most = most
    sheet.heading = sheet.heading | {"thresholds": thresholds}
    sheet.save()
    return sheet


def annul_sheet(user: User, pk: int, reason: str) -> Sheet:
    """Take a signed sheet out of force: it stays, and gives no result any more.

    Raises Sheet.DoesNotExist, PermissionDenied, ValidationError where it is not signed,
    no reason is given, or a retake stands on it.
    """
    with transaction.atomic():
        sheet = _locked_for(user, pk, "annul_sheet")
        if sheet.state != Sheet.State.SIGNED:
            raise ValidationError("Аннулируют только подписанную ведомость.")
        if not reason.strip():
            raise ValidationError("Напишите, почему ведомость аннулируется.")
        later = sheet.retaken_by.exclude(state=Sheet.State.ANNULLED).first()
        if later:
            raise ValidationError(f"На ней стоит пересдача: {later}. Начните с неё.")
        sheet.state, sheet.note = Sheet.State.ANNULLED, reason.strip()[:300]
        sheet._change_reason = reason.strip()[:100]
        _save(user, sheet)
    return sheet


def what_keeps(sheet: Sheet) -> str:
    """Why a sheet may not be taken away, "" where it may."""
    if sheet.state != Sheet.State.DRAFT:
        return "Подписанную ведомость не удаляют, а аннулируют."
    if sheet.results.exclude(mark="", status="").exists():
        return "В ведомости уже есть результаты: сначала очистите их."
    return ""


@transaction.atomic
def drop_sheet(user: User, pk: int) -> None:
    """Take away a draft that was made by mistake, with its courses and commission.

    Raises Sheet.DoesNotExist, PermissionDenied, ValidationError as `what_keeps` says.
    """
    sheet = _locked_for(user, pk, "delete_sheet")
    if words := what_keeps(sheet):
        raise ValidationError(words)
    rows = (sheet.results, sheet.parts, sheet.members)
    for row in (*(one for some in rows for one in some.all()), sheet):
        row._history_user = user
        row.delete()
