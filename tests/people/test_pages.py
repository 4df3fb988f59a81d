"""The pages of sign-in as a person sees them: in a browser, on a phone, in the dark."""

import pytest

from journal.domain.people import issue_code
from tests.cast import PASSWORD
from tests.people.test_sign_in import LONG

PAGES = (
    "/account/login/",
    "/account/code/",
    "/account/password/reset/",
    "/account/password/reset/sent/",
)
OWN_PAGES = (
    "/account/",
    "/account/password/change/",
    "/account/acknowledge/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/sessions/",
)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), button, a')]
    .filter((one) => !(one.innerText || one.labels?.length || one.alt)
        && one.offsetParent !== null).length"""


def refusals(page) -> list[str]:
    """Where the console's complaints will be, those of the content policy among them."""
    found = []
    page.on(
        "console", lambda said: found.append(said.text) if said.type == "error" else 0
    )
    return found


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_sign_in_fit_a_phone_and_break_no_policy(page_of, world, scheme):
    strangers = page_of(width=390, color_scheme=scheme)
    own = page_of(world.teacher, width=390, color_scheme=scheme)
    for page, addresses in ((strangers, PAGES), (own, OWN_PAGES)):
        complaints = refusals(page)
        for address in addresses:
            assert page.goto(address).status == 200
            assert page.evaluate(OVERFLOW) <= 0, address
            assert page.evaluate(UNNAMED) == 0, address
        assert complaints == []


@pytest.mark.browser
def test_sign_in_takes_the_keyboard_alone(page_of, world):
    page = page_of()
    page.goto("/account/login/")
    page.keyboard.type("teacher")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


@pytest.mark.browser
def test_the_typed_password_can_be_looked_at(page_of, world):
    page = page_of(width=390)
    page.goto("/account/login/")
    page.fill("[name=password]", "пять облаков")
    button = page.get_by_role("button", name="Показать")
    button.click()
    assert page.get_attribute("[name=password]", "type") == "text"
    page.get_by_role("button", name="Скрыть").click()
    assert page.get_attribute("[name=password]", "type") == "password"


@pytest.mark.browser
def test_a_student_enters_by_the_code_from_the_slip(page_of, world):
    code = issue_code(world.student, by=world.curator)
    page = page_of(width=390)
    page.goto("/account/login/")
    page.get_by_role("link", name="Войти по одноразовому коду").click()
    page.fill("[name=username]", "student")
    page.fill("[name=code]", f"{code[:5]} {code[5:]}".upper())
    page.get_by_role("button", name="Продолжить").click()
    page.fill("[name=password1]", LONG)
    page.fill("[name=password2]", LONG)
    page.get_by_role("button", name="Сохранить и войти").click()
    page.wait_for_url("**/diary/**")


@pytest.mark.browser
def test_the_menu_and_the_skip_link_work_without_a_mouse(page_of, world):
    page = page_of(world.parent)
    page.goto("/account/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "К содержанию"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="Дневник").is_visible()
