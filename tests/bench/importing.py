"""A roster of 1,000 invented students, imported into an empty institution."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import xlsxwriter

from tests.bench.places import Place
from tests.installation import ROOT

STUDENTS, GROUPS = 1000, 40
HEADS = ("Группа", "Фамилия", "Имя", "Отчество", "Дата рождения", "Личный номер")
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


def write_roster(path: Path):
    dice = random.Random(5)
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Студенты")
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.write_row(0, 0, HEADS)
    for number in range(STUDENTS):
        group = number * GROUPS // STUDENTS
        sheet.write_string(number + 1, 0, f"ИС-{group // 10 + 1}{group % 10 + 1}")
        sheet.write_string(number + 1, 1, dice.choice(NAMES["last"].split()))
        sheet.write_string(number + 1, 2, dice.choice(NAMES["first"].split()))
        sheet.write_string(number + 1, 3, dice.choice(NAMES["middle"].split()))
        sheet.write_number(number + 1, 4, 39000 + number, day)
        sheet.write_string(number + 1, 5, f"{2026000 + number}")
    book.close()


def measure_import(place: Place) -> dict:
    """Seconds and peak memory (MB) of the command, start of the process included."""
    path = place.folder / "roster.xlsx"
    write_roster(path)
    scratch = place.blank_copy()
    scratch.python(*FIRST_DAY)
    command = [sys.executable, "manage.py", "import_roster", str(path)]
    command += ["--create-groups", "--start", "01.09.2026"]
    said = place.folder / "import.json"
    with open(said, "wb") as out:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=scratch.environment, stdout=out
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    base = scratch.connect()
    (stored,) = base.execute("SELECT count(*) FROM journal_student").fetchone()
    base.close()
    scratch.drop()
    if process.returncode or stored != STUDENTS:
        raise RuntimeError(f"import: {process.returncode}, {stored}: {said}")
    return {
        "database": place.vendor,
        "students": stored,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }
