"""Making a backup: the database in one consistent state, then the files beside it."""

import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from journal.domain.archive import container
from journal.domain.archive.container import ArchiveError
from journal.domain.archive.engines import engine
from journal.models import Institution

NAME = re.compile(r"journal-(\d{8}-\d{6})\.zip")
STAMP = "%Y%m%d-%H%M%S"
STALE_SECONDS = 24 * 3600
# How many days, weeks and months keep a backup each (the newest of it).
KEPT = (("%Y%m%d", 7), ("%G%V", 4), ("%Y%m", 12))


@dataclass(frozen=True)
class Outcome:
    path: Path
    size: int
    rows: int
    files: int
    seconds: float
    since_previous: timedelta | None
    removed: tuple[Path, ...]


def make_backup(folder: Path, rotate: bool = False) -> Outcome:
    """Back up the database and the files of MEDIA_ROOT into a new file in `folder`.

    The file has its name only when it is whole and on the disk. The database comes
    first: every file that its rows name is then still to be found. `rotate` removes
    older backups beyond 7 days, 4 weeks and 12 months. Raises ArchiveError.
    """
    started = time.monotonic()
    folder = _fit(folder)
    base = engine()
    _sweep(folder)
    _require_space(folder, base.size())
    now = datetime.now(UTC)
    previous = max(existing(folder), default=None)
    target = folder / f"journal-{now.strftime(STAMP)}.zip"
    part = target.with_suffix(".part")
    dump = target.with_suffix(".database")
    try:
        facts = _facts(base.vendor, now)
        facts["counts"] = base.dump(dump)
        members = [(base.member, dump), *_media()]
        container.write(part, facts, members)
        os.link(part, target)  # unlike a rename it never replaces another backup
        container.sync_folder(folder)
    except FileExistsError:
        raise ArchiveError("Копия уже делается. Повторите через минуту.") from None
    finally:
        for rest in (part, dump, Path(f"{dump}-journal")):
            rest.unlink(missing_ok=True)
    return Outcome(
        path=target,
        size=target.stat().st_size,
        rows=sum(facts["counts"].values()),
        files=len(members) - 1,
        seconds=time.monotonic() - started,
        since_previous=now - previous[0] if previous else None,
        removed=tuple(_rotate(folder)) if rotate else (),
    )


def existing(folder: Path) -> list[tuple[datetime, Path]]:
    """The backups in a folder with the moment of each."""
    found = []
    for path in folder.glob("journal-*.zip"):
        if match := NAME.fullmatch(path.name):
            moment = datetime.strptime(match[1], STAMP).replace(tzinfo=UTC)
            found.append((moment, path))
    return sorted(found)


def newest(folder: Path) -> Path:
    """The newest backup in a folder; raises ArchiveError where there is none."""
    backups = existing(folder)
    if not backups:
        raise ArchiveError(f"В каталоге {folder} нет резервных копий.")
    return backups[-1][1]


def _fit(folder: Path) -> Path:
    """The real folder; refuses what a web server hands out or strangers can read."""
    folder = Path(folder).resolve()
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
    if not folder.is_dir():
        raise ArchiveError(f"Это не каталог: {folder}")
    for served in _served():
        if folder.is_relative_to(served):
            raise ArchiveError(
                f"{folder} внутри {served}: оттуда файлы раздаёт веб-сервер. "
                "Выберите другой каталог."
            )
    if stat.S_IMODE(folder.stat().st_mode) & 0o007:
        raise ArchiveError(
            f"Каталог {folder} открыт посторонним. Закройте его: chmod 700 {folder}"
        )
    return folder


def _sweep(folder: Path):
    """Remove what a backup that was killed has left."""
    for suffix in ("part", "database"):
        for path in folder.glob(f"journal-*.{suffix}"):
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink(missing_ok=True)


def _served() -> Iterator[Path]:
    yield Path(settings.MEDIA_ROOT).resolve()
    yield Path(settings.STATIC_ROOT).resolve()
    for finder in get_finders():
        for storage in getattr(finder, "storages", {}).values():
            yield Path(storage.location).resolve()


def _require_space(folder: Path, database: int):
    """Twice the database must be free: a disk that fills up stops the journal too."""
    needed = 2 * database + sum(path.stat().st_size for _, path in _media())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ArchiveError(
            f"Мало места в {folder}: свободно {free / 2**20:.0f} МБ, "
            f"нужно {needed / 2**20:.0f} МБ."
        )


def _media() -> Iterator[tuple[str, Path]]:
    """Files of MEDIA_ROOT under their names in the backup; links are not followed."""
    root = Path(settings.MEDIA_ROOT)
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield container.MEDIA + path.relative_to(root).as_posix(), path


def _facts(vendor: str, now: datetime) -> container.Manifest:
    applied = MigrationRecorder(connections["default"]).applied_migrations()
    return {
        "product": container.PRODUCT,
        "format": container.FORMAT,
        "version": version(),
        "django": django.get_version(),
        "institution": Institution.current().short_name,
        "vendor": vendor,
        "made_at": now.isoformat(),
        "migrations": sorted(map(list, applied)),
    }


def version() -> str:
    """The version of the journal: the newest heading of CHANGELOG.md, or «0»."""
    changelog = Path(settings.BASE_DIR, "CHANGELOG.md")
    text = changelog.read_text(encoding="utf8") if changelog.exists() else ""
    found = re.search(r"^## \[?v?(\d[\w.]*)", text, re.MULTILINE)
    return found[1] if found else "0"


def _rotate(folder: Path) -> Iterator[Path]:
    backups = existing(folder)
    kept = set()
    for form, number in KEPT:
        newest = {moment.strftime(form): path for moment, path in backups}
        kept |= set(list(newest.values())[-number:])
    for _, path in backups:
        if path not in kept:
            path.unlink()
            yield path
