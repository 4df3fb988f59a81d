"""The sections of the admin: a table of links, each with the permission it needs."""

import functools
from dataclasses import dataclass

from django.urls import get_script_prefix, reverse

from journal.models.words import worded_lazily


@dataclass(frozen=True)
class Link:
    title: str
    icon: str
    url: str
    permission: str = ""


def _list(title: str, icon: str, model: str) -> Link:
    return Link(title, icon, f"admin:journal_{model}_changelist", f"view_{model}")


SECTIONS = (
    (
        "",
        (
            Link("Рабочий стол", "home", "admin:index"),
            _list("Журнал", "menu_book", "course"),
            _list("Занятия", "event_note", "lesson"),
            Link(
                worded_lazily("Неделя группы", "Неделя класса"),
                "view_week",
                "admin:journal_lesson_group_week",
                "view_absence",
            ),
            Link(
                "Отсутствуют сегодня",
                "person_off",
                "admin:journal_lesson_absent",
                "view_absence",
            ),
            Link("Отчёты", "summarize", "admin:reports"),
        ),
    ),
    (
        "Контингент",
        (
            _list(worded_lazily("Группы", "Классы"), "groups", "group"),
            _list(worded_lazily("Студенты"), "school", "student"),
            _list("Представители", "family_restroom", "guardian"),
            _list("Приказы", "gavel", "order"),
            _list(worded_lazily("Пребывание в группах"), "swap_horiz", "membership"),
            _list("Освобождения", "medical_information", "exemption"),
            _list("Выданные справки", "description", "certificate"),
            _list("Образцы справок", "draft", "certificatetemplate"),
            _list("Дипломы", "workspace_premium", "diploma"),
            _list("Целевые договоры", "contract", "targetcontract"),
            Link(
                "Сверка карточек",
                "fact_check",
                "admin:journal_cardcheck_rounds",
                "view_cardcheck",
            ),
            _list("Расхождения со списками", "rule", "mismatch"),
            Link(
                "Сдача списков",
                "assignment_turned_in",
                "admin:journal_listdelivery_due",
                "view_listdelivery",
            ),
        ),
    ),
    (
        "Учебный процесс",
        (
            _list("Расписание", "calendar_view_week", "timetableentry"),
            Link(
                "Замены", "swap_calls", "admin:journal_lesson_day", "substitute_lesson"
            ),
            _list("Сессия и ГИА", "event_available", "examevent"),
            _list("Ведомости", "assignment", "sheet"),
            _list("Выпускные работы", "history_edu", "thesis"),
            Link(
                "Задолженности",
                "report",
                "admin:journal_debtmeasure_debts",
                "view_debtmeasure",
            ),
            Link("Отработка", "task_alt", "admin:journal_makeup_ledger", "view_makeup"),
            _list("Документы об отсутствии", "sick", "excuse"),
            _list("Домашние задания", "home_work", "homework"),
            _list("Сданные работы", "inventory", "submission"),
            _list("Внеурочная деятельность", "sports_handball", "activity"),
            _list("Тематические планы", "format_list_numbered", "thematicplan"),
            _list("База тем КТП", "manage_search", "plannedlesson"),
            _list("Рабочие программы", "article", "workprogramme"),
            _list("Контрольные работы", "quiz", "controlwork"),
            _list("Нагрузка", "work_history", "courseteacher"),
            Link(
                "Сверка часов", "balance", "admin:journal_course_hours", "view_course"
            ),
            _list("Подгруппы", "call_split", "subgroup"),
            _list(
                worded_lazily("Дисциплины", "Предметы"), "library_books", "discipline"
            ),
            _list("Учебные планы", "account_tree", "curriculum"),
            _list("Комплексные формы", "join", "complexform"),
            _list("Закрытые периоды", "lock", "periodclosing"),
            _list("Запросы на исправление", "edit_note", "correctionrequest"),
            _list("Проверки исправлений", "plagiarism", "sittingreview"),
            _list("Прогноз", "insights", "forecastfit"),
        ),
    ),
    (
        "Учреждение",
        (
            _list("Настройки", "tune", "institution"),
            Link(
                "Открытие года",
                "checklist",
                "admin:journal_academicyear_opening",
                "view_studycalendar",
            ),
            _list("Учебные годы", "calendar_month", "academicyear"),
            _list("Календарные графики", "date_range", "studycalendar"),
            Link(
                "Год по неделям",
                "calendar_view_month",
                "admin:journal_studycalendar_weeks",
                "view_group",
            ),
            _list("Особые дни", "event_busy", "calendarday"),
            _list("Звонки", "notifications", "bellschedule"),
            _list("Отделения", "lan", "department"),
            _list("Специальности", "workspace_premium", "specialty"),
            _list("Корпуса", "apartment", "campus"),
            _list("Аудитории", "meeting_room", "room"),
            _list("Виды занятий", "category", "lessonkind"),
            _list("Сокращения в темах", "text_fields", "abbreviation"),
            _list("Виды работ", "assignment", "workkind"),
            _list("Причины отсутствия", "sick", "absencereason"),
            _list("Основания приказов", "rule", "orderreason"),
        ),
    ),
    (
        "Доступ",
        (
            _list("Сотрудники", "badge", "employee"),
            _list("Учётные записи", "key", "user"),
            _list("Роли", "admin_panel_settings", "role"),
            _list("Согласия", "contract", "consent"),
            _list("Допуск к данным", "shield_person", "datapower"),
            _list("Загрузки из файлов", "upload_file", "importbatch"),
            _list("Обращения к данным", "policy", "dataaccess"),
            _list("Извещения", "mail", "notice"),
        ),
    ),
)

# Lists that everybody may read are offered only to those who keep them.
KEEPERS = {
    "institution",
    "academicyear",
    "calendarday",
    "bellschedule",
    "department",
    "specialty",
    "campus",
    "room",
    "lessonkind",
    "workkind",
    "absencereason",
    "orderreason",
    "discipline",
    "role",
    "membership",
    "subgroup",
    "courseteacher",
    "certificatetemplate",
    "studycalendar",
    "abbreviation",
}


def _may(user, permission: str) -> bool:
    if not permission:
        return True
    if not permission.startswith("view_"):
        return user.has_perm(f"journal.{permission}")
    model = permission.removeprefix("view_")
    verb = "change" if model in KEEPERS else "view"
    return user.has_perm(f"journal.{verb}_{model}")


@functools.cache
def _addresses(prefix: str) -> dict[str, str]:
    """Addresses of all links by their names, looked up once: each page shows them all."""
    return {link.url: reverse(link.url) for _, links in SECTIONS for link in links}


def _is_inside(path: str, address: str, url: str, day: str) -> bool:
    """Does a page belong to a link: pages of a day are not of the list above them."""
    if path.startswith(day):
        return address == day
    return path.startswith(address) and url != "admin:index"


def sections(request) -> list[dict]:
    """The sidebar of one person, in the shape that the skin draws."""
    found = []
    addresses = _addresses(get_script_prefix())
    day = addresses["admin:journal_lesson_day"]
    for title, links in SECTIONS:
        items = []
        for link in links:
            if not _may(request.user, link.permission):
                continue
            address = addresses[link.url]
            inside = _is_inside(request.path, address, link.url, day)
            items.append(
                {
                    "title": link.title,
                    "icon": link.icon,
                    "link": address,
                    "active": inside or request.path == address,
                    "has_permission": True,
                }
            )
        if items:
            found.append({"title": title, "items": items, "separator": bool(title)})
    _light_one(found)
    return found


def _light_one(sections: list[dict]) -> None:
    """A page below a list has a link of its own at times: only the nearest is lit."""
    lit = [one for each in sections for one in each["items"] if one["active"]]
    for one in lit:
        one["active"] = one is max(lit, key=lambda each: len(str(each["link"])))
