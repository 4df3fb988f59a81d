"""Taking a backup: proven in a database aside first, then put in the live one's place."""

import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from journal.domain.archive import container
from journal.domain.archive.backup import STAMP
from journal.domain.archive.container import ArchiveError, Manifest
from journal.domain.archive.engines import ASIDE, Engine, engine, row_counts
from journal.models.guards import guards_are_in_place


@dataclass(frozen=True)
class Proof:
    """What a restore has shown; `kept` names what was there before."""

    manifest: Manifest
    rows: int
    files: int
    age: timedelta
    seconds: float
    kept: tuple[str, ...] = ()


def check(path: Path) -> Proof:
    """Restore into a database aside, compare, check, throw away. Raises ArchiveError."""
    started = time.monotonic()
    manifest = _acceptable(path)
    base = engine()
    with _unpacked(path, manifest), _loaded(path, manifest, base):
        return _proof(manifest, started)


def restore(path: Path) -> Proof:
    """Put a backup in the place of the database and the files, which are kept aside.

    Nothing live is touched before the backup has proved whole in a database aside.
    Raises ArchiveError.
    """
    started = time.monotonic()
    manifest = _acceptable(path)
    base = engine()
    stamp = datetime.now(UTC).strftime(STAMP)
    with (
        _unpacked(path, manifest) as media,
        _loaded(path, manifest, base) as name,
        _files_swapped(media, stamp) as old_media,
    ):
        old_base = base.swap(name, stamp)
    return _proof(manifest, started, tuple(filter(None, (old_base, old_media))))


def _proof(manifest: Manifest, started: float, kept: tuple[str, ...] = ()) -> Proof:
    return Proof(
        manifest=manifest,
        rows=sum(manifest["counts"].values()),
        files=len(manifest["members"]) - 1,
        age=datetime.now(UTC) - datetime.fromisoformat(manifest["made_at"]),
        seconds=time.monotonic() - started,
        kept=kept,
    )


def _acceptable(path: Path) -> Manifest:
    """The manifest of a backup that this installation can take."""
    manifest = container.verify(path)
    base = engine()
    owner = Path(settings.VAR).stat().st_uid
    if owner != os.geteuid():
        name = pwd.getpwuid(owner).pw_name
        raise ArchiveError(f"Файлы журнала принадлежат {name}: sudo -u {name} …")
    if manifest["vendor"] != base.vendor:
        raise ArchiveError(
            f"Копия сделана с {manifest['vendor']}, а журнал работает на "
            f"{base.vendor}. Укажите в DATABASE_URL базу того же вида."
        )
    known = set(MigrationLoader(None).disk_migrations)
    newer = sorted({tuple(pair) for pair in manifest["migrations"]} - known)
    if newer:
        raise ArchiveError(
            f"Копию сделал журнал новее этого (версия {manifest['version']}, "
            f"{'.'.join(newer[-1])}). Сначала обновите программу."
        )
    return manifest


@contextmanager
def _unpacked(path: Path, manifest: Manifest) -> Iterator[Path]:
    """The files of the backup, in a folder beside MEDIA_ROOT."""
    root = Path(settings.MEDIA_ROOT).resolve()
    root.parent.mkdir(parents=True, exist_ok=True)
    # The database stands three times for a moment: unpacked, aside and live.
    needed = sum(2 * member["size"] for member in manifest["members"].values())
    if shutil.disk_usage(root.parent).free < needed:
        raise ArchiveError(
            f"Мало места в {root.parent}: нужно {needed / 2**20:.0f} МБ."
        )
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".restore-") as folder:
        media = Path(folder, "media")
        media.mkdir(mode=0o750)
        for name in manifest["members"]:
            if name.startswith(container.MEDIA):
                mode = settings.FILE_UPLOAD_PERMISSIONS
                target = media / name.removeprefix(container.MEDIA)
                container.extract(path, name, target, mode)
        yield media


@contextmanager
def _loaded(path: Path, manifest: Manifest, base: Engine) -> Iterator[str]:
    """A database aside with the backup in it, compared, migrated and checked."""
    name = base.aside()
    try:
        with tempfile.TemporaryDirectory(dir=settings.VAR) as folder:
            dump = Path(folder, base.member)
            container.extract(path, base.member, dump)
            base.load(dump, name)
        with base.opened(name) as connection:
            _compare(manifest, row_counts(connection))
            call_command("migrate", database=ASIDE, verbosity=0, interactive=False)
            faults = base.faults(connection)
            faults += [error.msg for error in guards_are_in_place(databases=[ASIDE])]
        if faults:
            raise ArchiveError(f"База из копии с ошибками: {'; '.join(faults)}")
        yield name
    finally:
        base.drop(name)


def _compare(manifest: Manifest, counts: dict[str, int]):
    wrong = [
        f"{table}: {counts.get(table, 'нет')} вместо {number}"
        for table, number in manifest["counts"].items()
        if counts.get(table) != number
    ]
    if wrong:
        raise ArchiveError(f"Строк не столько, сколько в описи: {'; '.join(wrong[:5])}")


@contextmanager
def _files_swapped(media: Path, stamp: str) -> Iterator[str | None]:
    """MEDIA_ROOT replaced by `media`; put back where the block fails."""
    root = Path(settings.MEDIA_ROOT).resolve()
    kept = root.with_name(f"{root.name}.before-{stamp}") if root.exists() else None
    if kept:
        os.rename(root, kept)
    os.rename(media, root)
    try:
        yield str(kept) if kept else None
    except BaseException:
        os.rename(root, media)
        if kept:
            os.rename(kept, root)
        raise
    container.sync_folder(root.parent)
