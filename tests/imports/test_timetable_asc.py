"""The weekly timetable from an aSc file: masks, encodings, what is refused."""

import time

import pytest

from journal.exchange.reading import Refusal, read_workbook
from journal.models import Lesson, Subgroup, TimetableEntry
from tests.imports import counts, said, take
from tests.imports.hands import Wizard

HEAD = '<?xml version="1.0" encoding="{}"?>\n'
BODY = """<timetable ascttversion="2020" importtype="database">
<subjects><subject id="S1" name="Математика" short="Мат"/>
<subject id="S2" name="Экономика организации"/></subjects>
<teachers><teacher id="T1" name="Жданов Л.Б." firstname="Лев" lastname="Жданов"/>
<teacher id="T2" name="Хромов О.И."/></teachers>
<classrooms><classroom id="R1" name="101"/><classroom id="R2" name="202"/></classrooms>
<classes><class id="C1" name="2-ИС"/><class id="C2" name="1-ЭК"/></classes>
<groups><group id="G0" classid="C1" name="Весь класс" entireclass="1"/>
<group id="G2" classid="C1" name="2 группа" entireclass="0"/>
<group id="G3" classid="C1" name="Мальчики" entireclass="0"/></groups>
<lessons>
<lesson id="L1" classids="C1" subjectid="S1" teacherids="T1" groupids="G0" periodspercard="2"/>
<lesson id="L2" classids="C2" subjectid="S2" teacherids="T2" periodspercard="1"/>
<lesson id="L3" classids="C1" subjectid="S1" teacherids="T1" groupids="G2" periodspercard="1"/>
<lesson id="L4" classids="C1" subjectid="S1" teacherids="T1" groupids="G3"/>
<lesson id="L5" classids="C1" subjectid="S1" teacherids="T1,T2"/>
</lessons>
<cards>
<card lessonid="L1" classroomids="R1" period="1" weeks="1" terms="1" days="10000"/>
<card lessonid="L2" classroomids="R2" period="3" weeks="10" days="00100"/>
<card lessonid="L3" classroomids="" period="4" weeks="01" days="00001"/>
<card lessonid="L4" classroomids="" period="5" weeks="1" days="00001"/>
<card lessonid="L5" classroomids="" period="5" weeks="1" days="01000"/>
<card lessonid="L1" classroomids="R1" period="1" weeks="1" days="11000"/>
<card lessonid="L1" classroomids="R1" period="1" weeks="1010" days="01000"/>
<card lessonid="LX" classroomids="R1" period="1" weeks="1" days="01000"/>
<card lessonid="L2" classroomids="R9" period="1" weeks="1" days="01000"/>
<card lessonid="L2" classroomids="R2" period="99" weeks="1" days="01000"/>
</cards></timetable>"""


def file(encoding="windows-1251", body=BODY) -> bytes:
    return (HEAD.format(encoding) + body).encode(encoding)


@pytest.fixture
def empty(world):
    Lesson.objects.update(entry=None)
    TimetableEntry.objects.all().delete()
    Subgroup.objects.create(course=world.course, number=2)


@pytest.mark.parametrize("encoding", ["windows-1251", "utf-8", "utf-16", "koi8-r"])
def test_masks_double_lessons_and_parts_are_read(world, empty, encoding):
    outcome = take("timetable", file(encoding), world.dispatcher)
    assert outcome.obstacles == [], said(outcome.obstacles)
    assert counts(outcome) == (4, 0, 0)
    lines = TimetableEntry.objects.order_by("weekday", "number")
    fields = ("weekday", "number", "parity", "subgroup__number", "room__number")
    assert list(lines.values_list(*fields)) == [
        (1, 1, 0, None, "101"),
        (1, 2, 0, None, "101"),
        (3, 3, 1, None, "202"),
        (5, 4, 2, 2, None),
    ]
    assert counts(take("timetable", file(encoding), world.dispatcher)) == (0, 0, 4)


def test_what_has_no_place_is_listed_with_its_line(world, empty):
    outcome = take("timetable", file(), world.dispatcher)
    reasons = {note.row: note.reason for note in outcome.left_out}
    first = BODY[: BODY.index('<card lessonid="L4"')].count("\n") + 2
    assert [reasons[first + place] for place in range(7)] == [
        "в названии «Мальчики» нет номера подгруппы.",
        "у занятия несколько преподавателей: Жданов Лев, Хромов О.И.",
        "дни «11000» — не один день недели.",
        "недели «1010» — не числитель и не знаменатель.",
        "карточка занятия, которого в файле нет.",
        "ссылка на classrooms «R9», которой в файле нет.",
        "урок 99 — не от 1 до 15.",
    ]


def test_a_lesson_of_two_classes_is_a_stream(world, empty):
    body = BODY.replace(
        'classids="C2" subjectid="S2"', 'classids="C1,C2" subjectid="S1"'
    )
    outcome = take("timetable", file(body=body), world.dispatcher)
    assert "у группы 1-ЭК с" in said(outcome.left_out)
    line = TimetableEntry.objects.get(weekday=3)
    assert line.stream.startswith("aSc ")


def test_the_wizard_takes_the_file(world, empty, client_of):
    wizard = Wizard(client_of(world.dispatcher), "timetable")
    assert wizard.upload(file(), "расписание.xml").status_code == 302
    assert wizard.agree().status_code == 302
    assert wizard.apply().status_code == 302
    assert TimetableEntry.objects.count() == 4


LAUGHS = """<!DOCTYPE timetable [<!ENTITY a "ха"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<timetable><cards><card lessonid="&b;"/></cards></timetable>"""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (file("utf-8", LAUGHS), "описание типа (DTD)"),
        (file("utf-8", BODY[:900]), "Строка 15"),
        (file("utf-8", "<timetable></timetable>"), "нет поставленных занятий"),
        (HEAD.format("x-none").encode() + b"<timetable/>", "не разобрать"),
        (file("utf-8", "<timetable>" + "<a>" * 50), "вложенность"),
        (file("utf-8", "<timetable>" + "<card/>" * 70_000), "больше, чем бывают"),
        (
            file("utf-8", f'<timetable><card id="{"x" * 3000}"/></timetable>'),
            "слишком длинное",
        ),
        (b"<timetable>" + bytes(range(128, 256)) * 2000, "не разобрать"),
    ],
)
def test_garbage_is_refused_at_once_with_its_place(data, words):
    started = time.monotonic()
    with pytest.raises(Refusal, match=words.replace("(", r"\(").replace(")", r"\)")):
        read_workbook(data, "расписание.xml")
    assert time.monotonic() - started < 5
