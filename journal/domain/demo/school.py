"""The invented school: what differs from a college is data."""

from datetime import time

from journal.domain.demo.college import House
from journal.domain.demo.times import QUARTERS
from journal.models import Period

_YOUNG = "rus:4 lit:3 math:5 eng:3 hist:2 geo:1 bio:1 pe:2 labor:2 inf:1"
_MIDDLE = "rus:3 lit:2 algebra:3 geometry:2 eng:3 hist:2 soc:1 geo:2 bio:2 phys:2 inf:1"
_OLD = "rus:2 lit:3 algebra:3 geometry:2 eng:3 hist:2 soc:2 phys:3 chem:2 bio:1 inf:1"

SCHOOL = House(
    institution={
        "name": "Муниципальное бюджетное общеобразовательное учреждение «Средняя "
        "общеобразовательная школа № 7 города Светлореченска»",
        "short_name": "Школа № 7 города Светлореченска",
        "founder": "Управление образования города Светлореченска",
        "kind": "school",
        "lesson_hours": 1,
        "signatory_post": "Заместитель директора по учебно-воспитательной работе",
    },
    period_kind=Period.Kind.QUARTER,
    shape=QUARTERS,
    levels=range(5, 12),
    bells=(time(8, 30), 45, [10, 15, 20, 15, 10, 10]),
    lessons_a_day=5,
    specialties={},
    departments=("Основная и средняя школа",),
    campuses=(("Главное здание", "Светлореченск, улица Школьная, дом 7"),),
    teacher_post="учитель",
    curator_post="учитель, классный руководитель",
    age_at_entry=11,
    curated=2,
    loads={
        5: _YOUNG,
        6: _YOUNG,
        7: _MIDDLE + " pe:2 labor:2",
        8: _MIDDLE + " pe:2 labor:1 chem:2",
        9: _MIDDLE + " pe:2 labor:1 chem:2 oboz:1",
        10: _OLD + " pe:2 labor:1 oboz:1 geo:1",
        11: _OLD + " pe:2 labor:1 oboz:1 geo:1",
    },
)
