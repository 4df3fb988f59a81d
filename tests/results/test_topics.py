"""Topics of theses pasted as a table: all are taken, or none."""

import pytest
from django.urls import reverse

from journal.models import Student, Thesis

URL = reverse("admin:journal_thesis_topics")


@pytest.fixture
def paste(world, client_of):
    """`paste(name, text)`: the answer to a person who pastes topics of 2-ИС."""

    def send(name: str, text: str, **other):
        data = {"group": world.group.pk, "year": world.year.pk, "text": text}
        return client_of(world.people[name]).post(URL, data | other)

    return send


def test_topics_come_with_head_numbers_and_initials_and_change_what_stands(
    world, paste, client_of
):
    text = (
        "№\tСтудент\tТема\tРуководитель\r\n"
        "1\tАбрамова Дарья Олеговна\tСайт колледжа\tЖданов Л. Б.\r\n"
        '2.\tБыков И.П.\t"Умный дом"\tЖданов Лев Борисович\r\n\r\n'
        "3\tЕжиков Глеб Андреевич\t  Сеть   отдела\tЩукина В. И.\r\n"
    )
    assert paste("studyunit", text, order="№ 5 от 01.10.2026").status_code == 302
    rows = Thesis.objects.order_by("pk").values_list(
        "student__last_name", "topic", "supervisor__last_name", "order"
    )
    order = "№ 5 от 01.10.2026"
    assert list(rows) == [
        ("Абрамова", "Сайт колледжа", "Жданов", order),
        ("Быков", "Умный дом", "Жданов", order),
        ("Ёжиков", "Сеть отдела", "Щукина", order),
    ]
    page = client_of(world.deputy).get(reverse("admin:journal_thesis_changelist"))
    names = [one.student.last_name for one in page.context_data["cl"].result_list]
    assert names == ["Абрамова", "Быков", "Ёжиков"]
    again = "Абрамова Д. О.;Портал колледжа\nБыков И. П.;Умный дом"
    assert paste("deputy", again).status_code == 302
    first = Thesis.objects.get(student=world.students[0])
    assert (first.topic, first.supervisor) == (
        "Портал колледжа",
        world.teacher.employee,
    )
    assert first.history.first().history_user == world.deputy
    assert Thesis.history.count() == 4  # what stays the same leaves no trace


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Носов А. Д.;Тема;Жданов Л. Б.", "студента «Носов А. Д.» нет в списке"),
        ("Быков И. П.;Тема;Нетакой Л. Б.", "преподавателя «Нетакой Л. Б.» нет"),
        ("Быков И. П.;Тема", "не указан руководитель"),
        ("Быков И. П.;;Жданов Л. Б.", "Строка 2: тема — от 1 до 400"),
        ("Абрамова Д. О.;Тема;Жданов Л. Б.", "строка уже была"),
        ("Титова Злата;Тема;Хромов О. И.", "нет в списке"),
    ],
)
def test_a_line_that_is_not_understood_stops_all(paste, text, said):
    answer = paste("deputy", f"Абрамова Д. О.;Сайт;Жданов Л. Б.\n{text}")
    assert answer.status_code == 200 and said in answer.content.decode()
    assert not Thesis.objects.exists()


def test_namesakes_are_told_apart_by_full_names(world, paste):
    Student.objects.filter(pk=world.students[1].pk).update(
        last_name="Абрамова", first_name="Дина", middle_name="Олеговна"
    )
    answer = paste("deputy", "Абрамова Д. О.;Сайт;Жданов Л. Б.")
    assert "не один человек" in answer.content.decode()
    full = "Абрамова Дина Олеговна;Сайт;Жданов Л. Б."
    assert paste("deputy", full).status_code == 302


def test_only_who_adds_theses_pastes_and_of_own_groups_alone(world, paste, client_of):
    line = "Титова З. Р.;Тема;Хромов О. И."
    assert paste("teacher", line).status_code == 403
    answer = paste("studyunit", line, group=world.group2.pk)
    assert answer.status_code == 200 and "Группа:" in answer.content.decode()
    assert not Thesis.objects.exists()
    assert client_of(world.studyunit).get(URL).status_code == 200


def test_a_review_gives_a_mark_of_the_scale(world, client_of):
    data = {"student": world.students[1].pk, "supervisor": world.teacher.employee.pk}
    data |= {"group": world.group.pk, "year": world.year.pk, "topic": "Сеть"}
    data |= {"kind": "work", "origin": "college", "review_mark": "7"}
    client, url = client_of(world.deputy), reverse("admin:journal_thesis_add")
    assert "Допустимо: 5, 4, 3, 2." in client.post(url, data).content.decode()
    assert client.post(url, data | {"review_mark": "5"}).status_code == 302
