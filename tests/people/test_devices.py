"""Sessions of a person: devices in words that the person knows."""

import pytest

from journal.pages.accounts.devices import device_of


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/129.0.0.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
            "Gecko) Chrome/128.0.0.0 YaBrowser/24.10.0.0 Safari/537.36",
            "Яндекс Браузер, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_name_and_system(user_agent, device):
    assert device_of(user_agent) == device


def test_a_person_reads_where_the_journal_is_open(world, client):
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    client.post(
        "/account/login/",
        {"login": world.student.username, "password": "demo"},
        headers={"User-Agent": agent},
    )
    page = client.get("/account/sessions/", headers={"User-Agent": agent})
    assert "Firefox, Linux, адрес 127.0.0.1" in page.content.decode()
    assert "Mozilla" not in page.content.decode()
