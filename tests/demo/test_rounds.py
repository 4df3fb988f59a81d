"""What the demonstration has verified, handed in and told: some of it late."""

import pytest

from journal.domain.contingent.deliveries import count_late, due_lists
from journal.domain.contingent.mismatches import answered_since, count_new
from journal.domain.people.checks import due_checks, round_cards
from journal.models import CardCheck, ListDelivery, Mismatch, User
from tests import cast


def user(name):
    return User.objects.get(username=name)


@pytest.mark.parametrize(
    ("name", "round_"),
    [("curator", "curator"), ("department", "department"), ("hr", "hr")],
)
def test_some_cards_are_verified_and_some_wait(demo, name, round_):
    every = round_cards(user(name), round_, cast.TODAY).count()
    waiting = due_checks(user(name), round_, cast.TODAY).count()
    assert 2 <= waiting < every


def test_one_report_is_new_and_one_was_answered(demo):
    assert count_new(user("admin")) == 1
    assert answered_since(user("curator"), cast.TODAY.replace(day=1)).count() == 1
    states = Mismatch.objects.order_by("reported_at").values_list("state", flat=True)
    assert list(states) == ["rejected", "new"]


def test_the_lists_of_this_week_are_still_to_hand_in(demo):
    assert ListDelivery.objects.exists()
    assert count_late(user("secretary"), cast.TODAY) > 0
    due = due_lists(user("secretary"), cast.TODAY)
    assert any(one.delivery and one.days_late for one in due)


def test_everything_has_its_history(demo):
    for model in (CardCheck, Mismatch, ListDelivery):
        for row in model.objects.all():
            assert row.history.exists()
