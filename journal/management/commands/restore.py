"""manage.py restore FILE [--check]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from journal.domain.archive.backup import newest
from journal.domain.archive.container import ArchiveError
from journal.domain.archive.restore import check, restore


class Command(BaseCommand):
    help = "Восстановить базу и файлы из резервной копии; прежние остаются рядом."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="копия; у каталога новейшая из них"
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="только проверить: развернуть в сторонней базе и сравнить",
        )

    def handle(self, *, file, **options):
        try:
            file = newest(file) if file.is_dir() else file
            done = check(file) if options["check"] else restore(file)
        except ArchiveError as error:
            raise CommandError(f"{error} Журнал не тронут.") from None
        say = self.stdout.write
        facts = done.manifest
        say(f"Файл: {file}")
        say(f"Копия {facts['institution']}, версия {facts['version']}: цела.")
        say(f"Строк {done.rows} и файлов {done.files}: столько же, сколько в описи.")
        say("Схема обновлена, связи, ограничения и сторожевые триггеры на месте.")
        hours = done.age.total_seconds() / 3600
        say(f"RPO: в копии нет записей за последние {hours:.1f} ч.")
        say(f"RTO: {done.seconds:.1f} с.")
        if options["check"]:
            say("Проверка: рабочая база не тронута.")
            return
        say("Журнал восстановлен.")
        for name in done.kept:
            say(f"Прежнее сохранено: {name}")
