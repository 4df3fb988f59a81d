"""The kept frame of admin pages holds nothing of one session."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from admin_customizations.toolkit import shell

pytestmark = pytest.mark.on_postgresql("test_the_kept_frame_carries_no_token")


@pytest.fixture(autouse=True)
def nothing_kept():
    shell._frames.kept.clear()
    yield
    shell._frames.kept.clear()


def test_the_kept_frame_carries_no_token(world, client_of):
    client_of(world.hr).get(reverse("admin:reports"))
    kept = list(shell._frames.kept.values())
    assert len(kept) == 1
    assert "csrfmiddlewaretoken" not in "".join(kept[0].parts)


def test_two_sessions_of_one_person_both_post_from_the_kept_frame(world):
    for _ in range(2):
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.teacher)
        lesson = reverse("admin:journal_lesson_change", args=[world.lesson.pk])
        page = client.get(lesson).content.decode()
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        address = reverse("admin:journal_lesson_take", args=[world.lesson.pk])
        for token in tokens:
            answer = client.post(address, {"csrfmiddlewaretoken": token})
            assert answer.status_code == 302
        assert tokens


def test_two_people_never_share_a_frame(world, client_of):
    pages = [
        client_of(user).get(reverse("admin:reports")).content.decode()
        for user in (world.teacher, world.curator)
    ]
    assert len(shell._frames.kept) == 2
    assert pages[0] != pages[1]


def test_the_sidebar_marks_the_page_that_is_open(world, client_of):
    """Pages of one model have links of their own beside its list."""
    client = client_of(world.office)
    for name in ("lesson_absent", "lesson_group_week", "lesson_absent"):
        address = reverse(f"admin:journal_{name}")
        page = client.get(address).content.decode()
        links = re.findall(r'<a href="([^"]+)" class="([^"]+)"', page)
        marked = [link for link, look in links if look.split()[-1] == "active"]
        assert marked == [address]
