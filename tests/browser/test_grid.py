"""The grid in a real browser: keys, saving, the network away, the session gone."""

import pytest
from django.contrib.sessions.models import Session

from journal.models import Absence, Lesson, Mark, Membership, Student

pytestmark = pytest.mark.browser


class Hands:
    """A person's hands: counts every click and every key."""

    def __init__(self, page):
        self.page = page
        self.count = 0

    def click(self, target):
        self.count += 1
        (self.page.locator(target).first if isinstance(target, str) else target).click()

    def press(self, *keys):
        for key in keys:
            self.count += 1
            self.page.keyboard.press(key)


def saved(page):
    """The script runs (it gives a cell to the keys), and nothing waits to be stored."""
    page.wait_for_function(
        "document.querySelector('.grid-state').textContent === 'Всё сохранено'"
        " && document.querySelector('.cells td[tabindex]')"
        " && !document.querySelector('.wait, .ask')"
    )


def fill_group(world, size: int):
    """Bring the group up to `size` students; the roster in the order of the page."""
    members = Membership.objects.on(world.today).filter(group=world.group)
    for number in range(size - members.count()):
        student = Student.objects.create(
            last_name=f"Яковлев{number:02}", first_name="Пётр"
        )
        Membership.objects.create(
            student=student, group=world.group, start=world.period.first_day
        )


def cell(page, row: int, lesson: int):
    """The cell of a row (from 1) under a lesson."""
    place = page.evaluate(
        "lesson => [...document.querySelectorAll('.cells thead tr:last-child th')]"
        ".findIndex(head => head.dataset.l === String(lesson))",
        lesson,
    )
    return page.locator(f".cells tbody tr:nth-child({row}) > :nth-child({place + 1})")


def marks_of(lesson) -> list[tuple[str, str]]:
    return sorted(
        Mark.objects.filter(task__lesson=lesson).values_list(
            "student__last_name", "value"
        )
    )


@pytest.fixture
def spread(page_of, world):
    """The teacher's spread, today's column in reach."""
    page = page_of(world.teacher)
    page.goto(f"/admin/journal/course/{world.course.pk}/spread/")
    return page


def test_attendance_of_the_current_lesson_is_one_click_from_the_start_page(
    page_of, world
):
    page = page_of(None)
    page.goto("/")
    page.fill("input[name=login]", "teacher")
    page.fill("input[type=password]", "demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    hands = Hands(page)
    hands.click("li.current button")
    page.wait_for_url("**/change/")
    assert hands.count <= 2
    world.lesson.refresh_from_db()
    assert world.lesson.attendance_taken_at is not None


def test_a_lesson_of_25_is_filled_in_thirty_strokes(page_of, world):
    fill_group(world, 25)
    page = page_of(world.teacher)
    page.goto("/admin/")
    hands = Hands(page)
    hands.click(f"a[href$='/lesson/{world.lesson.pk}/change/']")
    page.wait_for_selector(".cells")
    page.wait_for_load_state("load")  # the cells stand there before the script does
    row = "tr:nth-child({}) [data-key='{}']"
    for place, key in (
        (2, "5"),
        (4, "н"),
        (5, "4"),
        (9, "3"),
        (13, "5"),
        (17, "н"),
        (21, "2"),
    ):
        hands.click(row.format(place, key))
    page.dblclick(row.format(23, "4"))  # takes its own mark back no more
    hands.click(".take")
    hands.click("#id_homework")
    page.keyboard.insert_text("Параграф 7, вопросы 1 и 2")
    saved(page)
    hands.press("Control+Enter")
    page.get_by_text("Сохранено: занятие").wait_for()
    assert hands.count <= 12  # thirty is the limit; twelve is what it takes
    lesson = Lesson.objects.get(pk=world.lesson.pk)
    assert lesson.topic == world.planned[1].topic
    assert lesson.topics.get().planned_lesson == world.planned[1]
    assert "Параграф 7" in lesson.homework
    assert lesson.attendance_taken_at is not None
    assert Absence.objects.filter(lesson=lesson).count() == 2
    assert "".join(sorted(value for _, value in marks_of(lesson))) == "234455"


def test_digits_write_and_go_down_and_all_is_stored(spread, world):
    cell(spread, 1, world.lesson.pk).click()
    for key in "543":
        spread.keyboard.press(key)
    saved(spread)
    assert [value for _, value in marks_of(world.lesson)] == ["5", "4", "3"]


def test_letters_are_known_by_the_place_of_their_key(spread, world):
    cell(spread, 1, world.lesson.pk).click()
    for key in ("KeyY", "Comma", "KeyE", "KeyJ"):
        spread.keyboard.press(key)
    spread.keyboard.press("KeyP")
    saved(spread)
    found = Absence.objects.filter(lesson=world.lesson).order_by("student__last_name")
    assert sorted(found.values_list("reason", flat=True)) == ["б", "н", "о", "у"]
    assert [value for _, value in marks_of(world.lesson)] == ["з"]


def test_a_cell_takes_another_mark_after_the_space_bar(spread, world):
    target = cell(spread, 2, world.lesson.pk)
    target.click()
    spread.keyboard.press("5")
    target.click()
    spread.keyboard.press("Space")
    spread.keyboard.press("4")
    saved(spread)
    assert target.inner_text() == "5 4"
    assert sorted(value for _, value in marks_of(world.lesson)) == ["4", "5"]


def test_undo_takes_back_the_last_step(spread, world):
    cell(spread, 1, world.lesson.pk).click()
    spread.keyboard.press("5")
    saved(spread)
    spread.keyboard.press("Control+z")
    saved(spread)
    assert marks_of(world.lesson) == []
    assert Mark.history.filter(task__lesson=world.lesson).count() == 2


def test_a_column_from_a_spreadsheet_is_pasted(spread, world):
    cell(spread, 1, world.lesson.pk).click()
    spread.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData('text', '5\\n2,5\\nн\\n7\\n4 5\\n');
            document.activeElement.dispatchEvent(
                new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
        }"""
    )
    spread.wait_for_function("!document.querySelector('.wait')")
    assert "Не вставлено (2): 2,5, 7" in spread.locator(".grid-state").inner_text()
    assert sorted(value for _, value in marks_of(world.lesson)) == ["4", "5", "5"]
    assert Absence.objects.filter(lesson=world.lesson).count() == 1


def test_an_absent_student_is_marked_only_after_a_question(spread, world):
    target = cell(spread, 1, world.lesson.pk)
    target.click()
    spread.keyboard.press("KeyY")
    saved(spread)
    target.click()
    spread.keyboard.press("5")
    spread.get_by_role("button", name="Поставить", exact=True).click()
    saved(spread)
    assert [value for _, value in marks_of(world.lesson)] == ["5"]


def test_a_conflict_shows_both_values_and_asks(spread, world):
    from journal.domain.lessons import Change, write_cells

    student = world.students[0]
    write_cells(world.teacher, [Change(world.lesson.pk, student.pk, "1", "", "2")])
    cell(spread, 1, world.lesson.pk).click()
    spread.keyboard.press("5")
    dialog = spread.locator(".grid-ask")
    dialog.wait_for()
    assert "«2»" in dialog.inner_text()
    assert "Жданов" in dialog.inner_text()
    spread.get_by_role("button", name="Записать 5").click()
    saved(spread)
    assert [value for _, value in marks_of(world.lesson)] == ["5"]


def test_after_the_entry_window_the_reason_is_asked_and_kept(spread, world):
    cell(spread, 2, world.lesson_old.pk).click()
    spread.keyboard.press("4")
    spread.get_by_label("Причина исправления").fill("Отработал пропуск")
    spread.get_by_role("button", name="Исправить", exact=True).click()
    saved(spread)
    mark = Mark.objects.get(task__lesson=world.lesson_old, student=world.students[1])
    assert mark.history.first().history_change_reason == "Отработал пропуск"


def test_what_is_typed_without_a_network_is_stored_when_it_is_back(spread, world):
    spread.context.set_offline(True)
    cell(spread, 1, world.lesson.pk).click()
    spread.keyboard.press("5")
    spread.wait_for_selector(".late")
    assert "Нет связи" in spread.locator(".grid-state").inner_text()
    spread.context.set_offline(False)
    saved(spread)
    assert [value for _, value in marks_of(world.lesson)] == ["5"]


def sign_in(page, name):
    page.fill("input[name=login]", name)
    page.fill("input[type=password]", "demo")
    page.keyboard.press("Enter")


def type_and_lose_the_session(spread, world):
    Session.objects.all().delete()
    cell(spread, 1, world.lesson.pk).click()
    spread.keyboard.press("4")
    link = spread.get_by_role("link", name="Войдите снова")
    link.wait_for()
    return link


def test_typed_cells_survive_the_same_persons_sign_in(spread, world):
    spread.on("dialog", lambda dialog: dialog.accept())
    type_and_lose_the_session(spread, world).click()
    sign_in(spread, "teacher")
    spread.wait_for_selector(".cells")
    saved(spread)
    assert [value for _, value in marks_of(world.lesson)] == ["4"]


def test_typed_cells_are_dropped_for_another_person(spread, world):
    spread.on("dialog", lambda dialog: dialog.accept())
    type_and_lose_the_session(spread, world).click()
    sign_in(spread, "curator")
    spread.wait_for_selector(".cells")
    spread.wait_for_function(
        "!Object.keys(localStorage).some(key => key.startsWith('journal.cells'))"
    )
    assert marks_of(world.lesson) == []


def test_a_lesson_of_another_teacher_is_read_only(page_of, world):
    page = page_of(world.teacher2)
    page.goto(f"/admin/journal/course/{world.handed_over.pk}/spread/")
    cell(page, 1, world.lesson_handed_over.pk).click()
    page.keyboard.press("5")
    assert "только читать" in page.locator(".grid-state").inner_text()
    assert marks_of(world.lesson_handed_over) == []


def test_the_past_of_a_cell_is_told_on_demand(spread, world):
    cell(spread, 1, world.lesson.pk).click()
    spread.keyboard.press("5")
    saved(spread)
    cell(spread, 1, world.lesson.pk).click()
    spread.keyboard.press("F2")
    spread.wait_for_function("document.querySelector('.grid-story p')")
    told = spread.locator(".grid-story").inner_text()
    assert "пусто → 5" in told
    assert "Жданов Лев" in told


def test_attendance_of_a_column_is_taken_and_undone(spread, world):
    button = spread.locator(f"th[data-l='{world.lesson.pk}'] button")
    button.click()
    saved(spread)
    world.lesson.refresh_from_db()
    assert world.lesson.attendance_taken_at is not None
    spread.get_by_role("button", name="Отменить", exact=True).click()
    saved(spread)
    world.lesson.refresh_from_db()
    assert world.lesson.attendance_taken_at is None


def test_on_a_phone_the_keypad_writes_and_the_page_does_not_scroll_sideways(
    page_of, world
):
    page = page_of(world.teacher, width=390, height=800, has_touch=True, is_mobile=True)
    page.goto(f"/admin/journal/course/{world.course.pk}/spread/")
    cell(page, 1, world.lesson.pk).tap()
    page.locator(".grid-pad button", has_text="5").tap()
    saved(page)
    assert [value for _, value in marks_of(world.lesson)] == ["5"]
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_hours_and_minutes_follow_the_letter_typed_with_shift(spread, world):
    cell(spread, 1, world.lesson.pk).click()
    spread.keyboard.press("Shift+KeyY")
    spread.keyboard.press("1")
    spread.keyboard.press("Enter")
    spread.keyboard.press("Shift+KeyJ")
    spread.keyboard.type("15")
    spread.keyboard.press("Enter")
    spread.wait_for_selector("td[data-a=о15]")
    saved(spread)
    found = Absence.objects.filter(lesson=world.lesson).order_by("reason")
    rows = found.values_list("reason", "hours", "minutes")
    assert list(rows) == [("н", 1, None), ("о", 0, 15)]
    # A lesson of one hour has no part to miss: the absence stays whole.
    Lesson.objects.filter(pk=world.lesson.pk).update(hours=1)
    spread.reload()
    missed = cell(spread, 3, world.lesson.pk)
    missed.click()
    spread.keyboard.press("KeyY")
    missed.click()
    spread.get_by_role("button", name="Часы, минуты").click()
    spread.get_by_text("Занятие длится один час").wait_for()
    assert missed.get_attribute("data-a") == "н"
