"""Whom the page of a session offers as examiners."""

import datetime

from django.urls import reverse

SESSION = reverse("admin:journal_examevent_session")


def test_whoever_has_left_before_the_term_is_offered_no_exam(world, client_of):
    page = f"{SESSION}?group={world.group.pk}&period={world.period.pk}"
    client, employee = client_of(world.dispatcher), world.teacher2.employee
    option = f'<option value="{employee.pk}"'
    assert option in client.get(page).content.decode()
    employee.dismissed_on = world.period.first_day + datetime.timedelta(days=1)
    employee.save()
    assert option in client.get(page).content.decode()
    employee.dismissed_on = world.period.first_day
    employee.save()
    assert option not in client.get(page).content.decode()
