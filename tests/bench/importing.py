"""A contingent of 5,000 invented students by 27 columns, into an empty institution."""

import contextlib
import json
import os
import random
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter
from django.core.management import execute_from_command_line

from tests.bench.places import Place
from tests.installation import ROOT

STUDENTS, GROUPS = 5000, 200
# The first import, the second, which changes nothing; of the process with its reader.
FIRST_SECONDS, SECOND_SECONDS, PEAK_MB = 10, 6, 300
HEADS = (
    *("ФИО", "Дата_рождения", "Пол", "СНИЛС", "ИНН", "Серия_паспорта"),
    *("Номер_паспорта", "Дата_выдачи_паспорта", "Кем_выдан", "Адрес_регистрации"),
    *("Фактический_адрес", "Статус_ОП", "Статус_Бюджет", "Статус_Учёба"),
    *("Статус_Общежитие", "Статус_Всеобуч", "Статус_Соц_стипендия"),
    *("Статус_Соц_положение_семьи", "Статус_Питание", "Статус_Состав_семьи"),
    *("Статус_Уровень_здоровья", "Статус_Сиротство", "Статус_Место_регистрации"),
    *("Статус_Студенческая_семья", "Статус_Многодетная_семья"),
    *("Статус_Родитель_СВО", "Статус_ПДН"),
)
NAMES = {
    "last": "Абрамов Беляев Виноградов Герасимов Дроздов Ершов Жданов Зимин Исаков"
    " Козлов Лапин Морозов Никитин Орлов Павлов Романов Седов Титов Устинов Фомин"
    " Хохлов Цветков Чернов Шубин Щукин Юдин Яковлев",
    "first": "Иван Пётр Илья Глеб Артём Егор Денис Роман Тимур Лев Юрий Олег",
    "middle": "Иванович Петрович Ильич Глебович Денисович Львович Юрьевич",
}
FIRST_DAY = [
    "manage.py",
    *("begin", "--preset", "daily", "--no-input"),
    *("--name", "Колледж замеров", "--short-name", "Колледж"),
]


def checksum(nine: str) -> str:
    """The last two digits of a СНИЛС."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(nine))
    return f"{total % 101 % 100:02}"


def row_of(number: int, dice: random.Random) -> list:
    """One student, every column filled, as the office writes it."""
    nine = f"{100_000_000 + number * 7919:09}"
    snils = f"{nine[:3]}-{nine[3:6]}-{nine[6:]} {checksum(nine)}"
    name = " ".join(dice.choice(NAMES[part].split()) for part in NAMES)
    born = date(2008, 1, 1) + timedelta(days=number % 1000)
    street = dice.choice(("Садовая", "Заречная", "Школьная", "Полевая"))
    address = f"г. Заозёрск, ул. {street}, д. {number % 90 + 1}, кв. {number % 70 + 1}"
    return [
        *(name, born, "М", snils, f"{100_000_000_000 + number}"),
        *(f"{number % 90 + 10:02}{number % 25:02}", f"{100_000 + number}"),
        *(born + timedelta(days=14 * 366), "ОВД Заречного района г. Заозёрска"),
        *(address, address, "09.02.07 Информационные системы", "бюджет субъекта РФ"),
        *("Обучается", dice.choice(("да", "нуждается", "не требуется")), "да"),
        *("получает", "Малоимущая", "питается в ПОО", "полная", "Здоров"),
        *("дети-сироты, находящиеся под опекой", "постоянная", "нет", "да", "да"),
        "состоит",
    ]


def write_roster(path: Path):
    """One sheet a group, its name the group: how the office keeps the contingent."""
    dice = random.Random(5)
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    size = STUDENTS // GROUPS
    for group in range(GROUPS):
        sheet = book.add_worksheet(f"{group % 4 + 1}-ИС-{group // 4 + 10}")
        sheet.write_row(0, 0, HEADS)
        for place in range(size):
            for column, value in enumerate(row_of(group * size + place, dice)):
                if isinstance(value, date):
                    sheet.write_datetime(place + 1, column, value, day)
                else:
                    sheet.write_string(place + 1, column, value)
    book.close()


def run_import(scratch: Place, path: Path, said: Path) -> dict:
    """Seconds and peak memory (MB, the reading child's beside the process's own)."""
    command = [sys.executable, "-m", "tests.bench.importing", str(path)]
    started = time.perf_counter()
    with open(said, "wb") as out:
        done = subprocess.run(
            command, cwd=ROOT, env=scratch.environment, stdout=out, stderr=out
        )
    seconds = time.perf_counter() - started
    *_, line = said.read_text().splitlines()
    if done.returncode:
        raise RuntimeError(f"import: {done.returncode}: {said}")
    return {"seconds": round(seconds, 2), **json.loads(line)}


def told(base) -> dict[str, int]:
    """Rows of the tables that an import fills, and of their histories."""
    names = ["student", "personalfile", "socialcard", "membership"]
    tables = [f"journal_{past}{name}" for name in names for past in ("", "historical")]
    counted = {}
    for table in tables:
        (counted[table],) = base.execute(f"SELECT count(*) FROM {table}").fetchone()
    return counted


def measure_import(place: Place) -> dict:
    """The roster in, and in again: seconds with the start of the process, memory."""
    path = place.folder / "roster.xlsx"
    write_roster(path)
    scratch = place.blank_copy()
    scratch.python(*FIRST_DAY)
    said = place.folder / "import.txt"
    first = run_import(scratch, path, said)
    with contextlib.closing(scratch.connect()) as base:
        stored = told(base)
    second = run_import(scratch, path, said)
    with contextlib.closing(scratch.connect()) as base:
        again = told(base)
    scratch.drop()
    if set(stored.values()) != {STUDENTS} or again != stored:
        raise RuntimeError(f"import: {stored}, then {again}: {said}")
    peak = max(first["peak_mb"], second["peak_mb"])
    return {
        "database": place.vendor,
        "students": STUDENTS,
        "columns": len(HEADS),
        "seconds": first["seconds"],
        "again_seconds": second["seconds"],
        "cpu_seconds": first["cpu_seconds"],
        "peak_mb": peak,
        "passed": first["seconds"] <= FIRST_SECONDS
        and second["seconds"] <= SECOND_SECONDS
        and peak <= PEAK_MB,
    }


def main():
    """The command as it is, then what it and its reader took, as the last line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    arguments = ["manage.py", "import_roster", sys.argv[1]]
    execute_from_command_line([*arguments, "--create-groups", "--start", "01.09.2026"])
    own, child = map(
        resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    spent = own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime
    peak = round((own.ru_maxrss + child.ru_maxrss) / 1024)
    print(json.dumps({"cpu_seconds": round(spent, 2), "peak_mb": peak}))


if __name__ == "__main__":
    main()
