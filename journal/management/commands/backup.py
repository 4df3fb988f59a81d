"""manage.py backup DIR"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from journal.domain.archive.backup import make_backup
from journal.domain.archive.container import ArchiveError


class Command(BaseCommand):
    help = "Резервная копия базы и файлов одним файлом в каталог DIR."

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument(
            "--rotate",
            action="store_true",
            help="удалить старые копии: остаются 7 дней, 4 недели, 12 месяцев",
        )

    def handle(self, *, folder, rotate, **options):
        try:
            done = make_backup(folder, rotate)
        except ArchiveError as error:
            raise CommandError(str(error)) from None
        say = self.stdout.write
        say(f"Копия: {done.path}")
        say(
            f"Размер {done.size / 2**20:.1f} МБ, строк {done.rows}, файлов {done.files}, "
            f"за {done.seconds:.1f} с."
        )
        if done.since_previous is None:
            say("Это первая копия в каталоге.")
        else:
            hours = done.since_previous.total_seconds() / 3600
            say(f"RPO: прошлая копия была {hours:.1f} ч назад.")
        for path in done.removed:
            say(f"Удалена старая копия {path.name}")
        say(f"Проверьте её: manage.py restore {done.path} --check")
