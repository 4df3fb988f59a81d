"""What the commands `import_…` share: a file in, its outcome as JSON out."""

import json
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from journal.exchange.importer import Importer
from journal.exchange.options import Options, SheetOptions, confirmed_names
from journal.exchange.outcome import refused
from journal.exchange.reading import Refusal, Workbook, read_workbook
from journal.exchange.reading.text import parse_date
from journal.exchange.registry import IMPORTERS
from journal.exchange.rights import may
from journal.models import Role, User

UNREADABLE = {
    FileNotFoundError: "такого файла нет",
    IsADirectoryError: "это каталог",
    PermissionError: "нет прав на чтение",
}


class ImportCommand(BaseCommand):
    """Take a spreadsheet in, all or nothing; exit code 1 where nothing was stored.

    Without --by it runs with the rights of the operator of the server. A subclass names
    its importer.
    """

    importer: type[Importer]
    requires_system_checks = []

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        kinds = ", ".join((*self.importer.reads_also, ".xlsx", ".xls", ".ods", ".csv"))
        self.help = f"{self.importer.title} из файла ({kinds})."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--preview", action="store_true", help="показать, ничего не записывая"
        )
        parser.add_argument(
            "--sheet",
            action="append",
            metavar="SHEET",
            help="только этот лист; можно несколько раз",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="ЧТО=ЗНАЧЕНИЕ" if self.importer.maps else "СТОЛБЕЦ=ПОЛЕ",
            help=self.importer.maps
            or "заголовок или буква столбца и поле: "
            + ", ".join(sorted(self.importer.takes()))
            + "; без поля столбец не загружается",
        )
        parser.add_argument("--by", metavar="USERNAME", help="от чьего имени и прав")
        for key, title in self.importer.given.items():
            parser.add_argument(
                f"--{key.replace('_', '-')}",
                dest=key,
                metavar=key.upper(),
                help=title,
            )
        self._add_choices(parser)

    def _add_choices(self, parser):
        """What only some importers ask."""
        if self.importer.asks_start:
            parser.add_argument(
                "--start", metavar="DATE", help=f"{self.importer.asks_start} 01.09.2026"
            )
        if self.importer.asks_create:
            parser.add_argument(
                *self.importer.create_flags,
                dest="create",
                action="store_true",
                help=self.importer.asks_create,
            )
        if self.importer.asks_names:
            parser.add_argument(
                "--names",
                metavar="FILE",
                type=Path,
                help="таблица подтверждённых имён: вид («Преподаватели»), имя в файле, "
                "имя в журнале; без третьего строки с именем не загружаются",
            )
        if self.importer.asks_attach:
            parser.add_argument(
                "--attach", action="store_true", help=self.importer.asks_attach
            )

    def handle(self, *, file: Path, **options):
        try:
            answer = self.take(file, options)
        except Refusal as refusal:
            answer = refused(self.importer.slug, file.name, str(refusal))
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        if answer["errors"]:
            raise SystemExit(1)

    def take(self, file: Path, options: dict) -> dict:
        by = author(options["by"], self.importer)
        importer = self.importer(by, chosen(options, self.importer))
        workbook = opened(file)
        preview = options["preview"]
        outcome = importer.collect(workbook) if preview else importer.load(workbook)
        return outcome.as_json()


def opened(file: Path) -> Workbook:
    try:
        with file.open("rb") as stream:
            return read_workbook(stream, file.name)
    except OSError as error:
        reason = UNREADABLE.get(type(error), "проверьте имя и диск")
        raise Refusal(f"файл «{file}» не читается: {reason}.") from None


def author(username: str | None, importer: type[Importer]) -> User | None:
    if username is None:
        return None
    user = User.objects.open_on(timezone.localdate()).filter(username=username).first()
    if user is None:
        raise Refusal(f"нет действующей учётной записи «{username}».")
    if not may(user, importer.permission()):
        roles = Role.objects.filter(permissions__codename=importer.permission())
        names = ", ".join(roles.order_by("pk").values_list("name", flat=True))
        raise Refusal(
            f"учётной записи «{username}» не разрешён этот импорт."
            + (f" Он разрешён ролям: {names}." if names else "")
        )
    return user


def chosen(options: dict, importer: type[Importer]) -> Options:
    named = {}
    for pair in options["map"]:
        title, equals, key = pair.rpartition("=")
        if not equals or not title.strip():
            raise Refusal(f"«{pair}»: нужно «Столбец=поле».")
        named[title.strip()] = key.strip() or None
    sheets = options["sheet"]
    return Options(
        sheets=None if sheets is None else {name: SheetOptions() for name in sheets},
        named=named,
        given={k: options[k] for k in importer.given if options.get(k)},
        start=day(options.get("start")),
        create=bool(options.get("create")),
        attach=bool(options.get("attach")),
        names=confirmed_names(opened(options["names"])) if options.get("names") else {},
    )


def day(said: str | None) -> date | None:
    if not said:
        return None
    try:
        return parse_date(said)[0]
    except ValueError as error:
        raise Refusal(str(error)) from None


def command(slug: str) -> type[ImportCommand]:
    """The class of `manage.py import_<slug>`."""
    return type("Command", (ImportCommand,), {"importer": IMPORTERS[slug]})
