"""The file of a backup: a zip whose every byte is sealed.

`manifest.json` names each member with its size and SHA-256; the comment of the zip, its
last 64 bytes, is the SHA-256 of everything before it. Any zip tool can open the file.
"""

import hashlib
import json
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

PRODUCT = "journal"
FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
MEDIA = "media/"
SEAL = 64
CHUNK = 2**20
MANIFEST_LIMIT = 64 * 2**20
FACTS = {
    "vendor": str,
    "version": str,
    "institution": str,
    "made_at": str,
    "migrations": list,
    "counts": dict,
    "members": dict,
}

Manifest = dict[str, Any]


class ArchiveError(Exception):
    """A backup cannot be made or taken; the words are for the person at the console."""


def write(target: Path, facts: Manifest, members: Iterable[tuple[str, Path]]):
    """Write a sealed backup to `target`, readable by its owner alone, and sync it.

    A file that vanishes before its turn is left out. Raises FileExistsError.
    """
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w+b") as file:
        listed = {}
        with zipfile.ZipFile(file, "w") as archive:
            for name, source in members:
                try:
                    opened = source.open("rb")
                except FileNotFoundError:
                    continue
                with opened:
                    listed[name] = _add(archive, name, opened)
            manifest = {**facts, "members": listed}
            text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
            archive.writestr(MANIFEST, text, zipfile.ZIP_DEFLATED)
            archive.comment = b"0" * SEAL
        seal = _digest_before_seal(file).encode()
        file.seek(-SEAL, os.SEEK_END)
        file.write(seal)
        file.flush()
        os.fsync(file.fileno())


def _add(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> dict[str, Any]:
    entry = zipfile.ZipInfo(name)
    # pg_dump has compressed its own; of a school's pictures little is left to gain.
    packed = name.startswith(MEDIA) or name.endswith(".dump")
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    entry._compresslevel = 1
    digest, size = hashlib.sha256(), 0
    with archive.open(entry, "w", force_zip64=True) as inside:
        for chunk in _chunks(source):
            inside.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return {"size": size, "sha256": digest.hexdigest()}


def _chunks(source: IO[bytes], limit: int | None = None) -> Iterator[bytes]:
    left = limit
    while chunk := source.read(CHUNK if left is None else min(CHUNK, left)):
        yield chunk
        if left is not None:
            left -= len(chunk)


def _digest_before_seal(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in _chunks(file, max(size - SEAL, 0)):
        digest.update(chunk)
    return digest.hexdigest()


# What reading an archive raises where it is not as it was written.
BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, ValueError, RuntimeError, struct.error),  # a ciphered member, a method
)


def verify(path: Path) -> Manifest:
    """The manifest of a whole, unchanged backup of ours.

    Raises ArchiveError for a file that is foreign, broken, or lacks a member.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            if _digest_before_seal(file) != archive.comment.decode("ascii", "replace"):
                raise ArchiveError("Копия повреждена: контрольная сумма не сходится.")
            _check_members(archive, manifest["members"])
    except FileNotFoundError:
        raise ArchiveError(f"Нет такого файла: {path}") from None
    except OSError as error:
        raise ArchiveError(f"Файл не читается: {error}") from None
    except BROKEN as error:
        raise ArchiveError(
            f"Файл повреждён или это не резервная копия журнала ({error})."
        ) from None
    return manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    foreign = "Это не резервная копия журнала"
    if MANIFEST not in archive.namelist() or len(archive.comment) != SEAL:
        raise ArchiveError(f"{foreign}: в файле нет описи {MANIFEST}.")
    if archive.getinfo(MANIFEST).file_size > MANIFEST_LIMIT:
        raise ArchiveError(f"{foreign}: опись слишком велика.")
    manifest = json.loads(archive.read(MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("product") != PRODUCT:
        raise ArchiveError(f"{foreign}: её сделала другая программа.")
    if manifest.get("format") != FORMAT:
        raise ArchiveError(
            "Копию сделала другая версия журнала. Обновите программу и повторите."
        )
    for name, kind in FACTS.items():
        if not isinstance(manifest.get(name), kind):
            raise ArchiveError(f"Опись копии испорчена: нет «{name}».")
    return manifest


def _check_members(archive: zipfile.ZipFile, members: dict[str, dict[str, Any]]):
    present = [name for name in archive.namelist() if name != MANIFEST]
    if missing := sorted(members.keys() - set(present)):
        raise ArchiveError(f"В копии не хватает: {', '.join(missing[:5])}.")
    if len(present) != len(members):
        raise ArchiveError("В копии есть то, чего нет в её описи.")
    for name, listed in members.items():
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or parts[0] == "/" or "\\" in name:
            raise ArchiveError(f"Недопустимое имя в копии: {name!r}.")
        digest = hashlib.sha256()
        if archive.getinfo(name).file_size != listed.get("size"):
            raise ArchiveError(f"В копии повреждён {name}: размер не сходится.")
        with archive.open(name) as inside:
            for chunk in _chunks(inside):
                digest.update(chunk)
        if digest.hexdigest() != listed.get("sha256"):
            raise ArchiveError(f"В копии повреждён {name}: сумма не сходится.")


def extract(path: Path, name: str, target: Path, mode: int = 0o600):
    """Unpack one member of a verified backup into the new file `target`."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with (
        open(descriptor, "wb") as file,
        zipfile.ZipFile(path) as archive,
        archive.open(name) as inside,
    ):
        for chunk in _chunks(inside):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path):
    """Make a rename inside `folder` survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
