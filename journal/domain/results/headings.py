"""What stands above the rows of a sheet, frozen at signing (domain §6)."""

from datetime import date

from journal.domain.results.scales import kind_name
from journal.models import Course, CourseTeacher, Institution, Sheet, SheetPart


def heading_of(sheet: Sheet, parts: list[SheetPart], day: date) -> dict:
    """What the head of the sheet says now, in words, to be frozen.

    `parts` come with their courses and disciplines, their hours in them; `day` is the day
    whose teachers count. A table of thresholds that the sheet has is kept.
    """
    rules, group = Institution.current(), sheet.group
    head = group.department.head if group.department else None
    members = sheet.members.select_related("employee").order_by("pk")
    found = {
        "kind": kind_name(sheet.kind, sheet.complex_form),
        "institution": rules.name,
        "founder": rules.founder,
        "group": str(group),
        "subgroup": str(sheet.subgroup or ""),
        "course_year": group.course_year,
        "specialty": str(group.specialty or ""),
        "department": str(group.department or ""),
        "head": head.short_name if head else "",
        "period": str(sheet.period),
        "title": sheet.title,
        "number": sheet.number,
        "date": f"{day:%d.%m.%Y}",
        "complex_form": sheet.complex_form.name if sheet.complex_form else "",
        "disciplines": [str(part.course.discipline) for part in parts],
        "indexes": [_index(part.course) for part in parts],
        "hours_of": [part.hours for part in parts],
        "hours": sum(part.hours for part in parts),
        "teachers": teachers_of([part.course_id for part in parts], day),
        "examiner": sheet.teacher.short_name if sheet.teacher else "",
        "members": [[member.get_post_display(), _name(member)] for member in members],
    }
    if "thresholds" in sheet.heading:
        found["thresholds"] = sheet.heading["thresholds"]
    return found


def _index(course: Course) -> str:
    return course.plan_item.index if course.plan_item else ""


def _name(member) -> str:
    return member.employee.short_name if member.employee else member.name


def teachers_of(courses: list[int], day: date) -> list[str]:
    """Who teaches the courses on `day`, else who taught them last: «Иванова А. П.»."""
    spans = CourseTeacher.objects.filter(course__in=courses, start__lte=day)
    spans = spans.select_related("employee").order_by("course", "start", "pk")
    now, last = [], {}
    for span in spans:
        last[span.course_id] = span.employee.short_name
        if span.end is None or day < span.end:
            now.append(span.employee.short_name)
    return list(dict.fromkeys(now or last.values()))
