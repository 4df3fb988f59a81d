"""`manage.py demo`: an invented college or school in an empty database."""

from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from journal.domain.demo import build
from journal.domain.demo.staff import PASSWORD
from journal.models import Employee, Student, User

MOST_STUDENTS = 20_000
FEWEST_STUDENTS = 20


def _students(word: str) -> int:
    count = int(word)
    if not FEWEST_STUDENTS <= count <= MOST_STUDENTS:
        raise ValueError(word)
    return count


class Command(BaseCommand):
    help = "Строит демонстрационный колледж (школу) с выдуманными людьми."

    def add_arguments(self, parser):
        parser.add_argument("--students", type=_students, default=200)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--kind", choices=("college", "school"), default="college")
        parser.add_argument(
            "--today", type=date.fromisoformat, help="ГГГГ-ММ-ДД, иначе сегодня"
        )
        parser.add_argument("--terms", type=int, choices=range(1, 21), default=2)
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="Ничего не делать, если в базе уже есть люди.",
        )

    def handle(self, *args, students, seed, kind, today, terms, if_empty, **options):
        if not settings.DEMO_ALLOWED:
            raise CommandError(
                "Демонстрационные данные с общим паролем строятся только при DEBUG=True. "
                "На рабочем сервере начните с manage.py begin."
            )
        if any(model.objects.exists() for model in (User, Employee, Student)):
            if if_empty:
                self.stdout.write("В базе уже есть люди: демонстрация не нужна.")
                return
            raise CommandError(
                "В базе уже есть люди, демонстрация их не трогает. Укажите в "
                "DATABASE_URL пустую базу (или удалите файл учебной базы), выполните "
                "manage.py migrate и повторите."
            )
        built = build(students, seed, today, terms, kind)
        self._print(built)

    def _print(self, built):
        heads = ("Роль", "Имя для входа", "Что посмотреть")
        rows = [heads, *built.sign_ins]
        widths = [max(len(row[place]) for row in rows) for place in range(3)]
        for number, row in enumerate(rows):
            cells = (word.ljust(width) for word, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
            if number == 0:
                self.stdout.write("  ".join("─" * width for width in widths))
        self.stdout.write(f"\nПароль у всех: {PASSWORD}")
        marks, absences = built.rows["mark"], built.rows["absence"]
        self.stdout.write(
            f"Отметок {marks}, отсутствий {absences}, {built.seconds:.1f} с."
        )
