"""Backup and restore, as the commands that an administrator gives."""

import io
import json
import os
import random
import re
import shutil
import stat
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import CommandError, call_command
from django.db import connection

from journal.domain.archive import backup, container, restore
from journal.models import Mark, User
from tests.installation import install
from tests.migrated import run_on_server

# Marks changed in one transaction each, with the history row; the number is said only
# when it is committed, and the mark's history tells them all.
WRITER = """
import os, sys, time, django
django.setup()
from django.db import transaction
from journal.models import Mark
mark = Mark.objects.order_by("pk")[int(sys.argv[1])]
while os.getppid() == int(sys.argv[2]):
    with transaction.atomic():
        mark.value = "3" if mark.value == "4" else "4"
        mark.save()
    print(mark.pk, flush=True)
    time.sleep(0.02)  # SQLite lets in whoever asks first: leave the other a chance
"""


LATER = "SELECT count(*) FROM journal_user WHERE username = 'later'"
MARKS = "SELECT id, value FROM journal_mark ORDER BY id"
PAPER = "media/2026/справка.pdf"
CONTENT = b"%PDF" + bytes(range(256)) * 40


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "backups"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory, college) -> Path:
    """The backup of the cast and one paper, made by the command."""
    folder = tmp_path_factory.mktemp("backed-up")
    folder.chmod(0o700)
    source = install(tmp_path_factory.mktemp("source"), college)
    paper = source.var / PAPER
    paper.parent.mkdir(parents=True)
    paper.write_bytes(CONTENT)
    source.manage("backup", folder)
    (made,) = folder.iterdir()
    return made


@pytest.fixture
def made(backed_up, folder) -> Path:
    """A copy of that backup to spoil."""
    return Path(shutil.copy2(backed_up, folder))


@pytest.fixture
def command(installation, django_db_blocker):
    """`command(name, …)`: what a command prints, given in this process."""

    def give(*arguments) -> str:
        said = io.StringIO()
        with django_db_blocker.unblock(), installation.here():
            call_command(*map(str, arguments), stdout=said)
        return said.getvalue()

    return give


def facts(path: Path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(container.MANIFEST))


def remake(source: Path, target: Path, drop: str = "", **changes) -> Path:
    """A backup like `source`, sealed anew, less a member or with other facts."""
    with zipfile.ZipFile(source) as archive:
        manifest = json.loads(archive.read(container.MANIFEST))
        listed = manifest["members"]
        manifest |= changes
        with zipfile.ZipFile(target, "w") as other:
            for name in listed:
                if name != drop:
                    other.writestr(name, archive.read(name))
            other.writestr(container.MANIFEST, json.dumps(manifest))
            other.comment = b"0" * container.SEAL
    with target.open("r+b") as file:
        seal = container._digest_before_seal(file).encode()
        file.seek(-container.SEAL, 2)
        file.write(seal)
    return target


def state(installation) -> tuple:
    """What must not change when a restore is refused."""
    marks = installation.rows(MARKS)
    files = {
        path.relative_to(installation.var).as_posix()
        for path in installation.var.rglob("*")
        if "cache" not in path.parts
    }
    return marks, files


# A round trip


def test_a_backup_restores_rows_and_files_and_keeps_what_was_there(
    installation, made, command, django_db_blocker
):
    before = installation.rows(MARKS)
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert facts(made)["counts"]["journal_mark"] == len(before) == 7

    with django_db_blocker.unblock(), installation.here():
        Mark.objects.first().delete()
        User.objects.create_user("later")
    paper = installation.var / PAPER
    paper.parent.mkdir(parents=True)
    paper.write_bytes(b"changed")
    said = installation.manage("restore", made)

    assert installation.rows(MARKS) == before
    assert installation.rows(LATER) == [(0,)]
    assert paper.read_bytes() == CONTENT
    assert re.search(r"RPO: .* 0\.0 ч", said)
    assert re.search(r"RTO: \d+\.\d с", said)
    old_base, old_files = re.findall(r"Прежнее сохранено: (\S+)", said)
    assert Path(old_files, "2026", paper.name).read_bytes() == b"changed"
    # The restored journal works on: its guards stand and nothing is left to migrate.
    command("migrate", "--check")
    installation.base = old_base
    assert installation.rows(LATER) == [(1,)]
    assert len(installation.rows(MARKS)) == 6


@pytest.mark.soak(rounds=30)
def test_backups_taken_under_writes_are_each_one_whole_moment(
    installation, folder, command, rounds
):
    parent = str(os.getpid())
    writers = [
        installation.start("-c", WRITER, str(number), parent) for number in range(2)
    ]
    history = "SELECT count(*) FROM journal_historicalmark"
    try:
        for writer in writers:
            assert writer.stdout.readline()  # each has committed something
        seen = []
        for _ in range(max(rounds // 2, 2)):
            (before,) = installation.rows(history)[0]
            time.sleep(1)  # a backup is named by its second
            command("backup", folder)
            (after,) = installation.rows(history)[0]
            seen.append((before, after))
    finally:
        for writer in writers:
            writer.terminate()
            said, _ = writer.communicate(timeout=30)
            assert len(said.splitlines()) > 5
    archives = [path for _, path in backup.existing(folder)]
    for (before, after), path in zip(seen, archives, strict=True):
        assert before <= facts(path)["counts"]["journal_historicalmark"] <= after
    assert seen[0][0] < seen[-1][1]  # they did write meanwhile

    command("restore", archives[-1])
    # Whole transactions only: every mark is what its newest history row says.
    torn = """SELECT count(*) FROM journal_mark mark WHERE value <> (
        SELECT value FROM journal_historicalmark past WHERE past.id = mark.id
        ORDER BY history_id DESC LIMIT 1)"""
    assert installation.rows(torn) == [(0,)]
    counted = facts(archives[-1])["counts"]["journal_historicalmark"]
    assert installation.rows(history) == [(counted,)]


def test_a_check_proves_the_newest_backup_and_leaves_everything_alone(
    installation, made, command
):
    before = state(installation)
    (made.parent / "journal-20200101-000000.zip").write_bytes(b"older")
    said = command("restore", made.parent, "--check")
    assert f"Файл: {made}" in said
    assert "рабочая база не тронута" in said
    assert state(installation) == before
    if connection.vendor == "postgresql":
        rest = "SELECT count(*) FROM pg_database WHERE datname LIKE 'journal_restore%'"
        assert installation.rows(rest) == [(0,)]


def test_a_backup_restores_into_an_empty_place(installation, made, command):
    base = installation.base
    if connection.vendor == "sqlite":
        Path(base).unlink()
    else:
        run_on_server(f"DROP DATABASE {base}", f"CREATE DATABASE {base}")
    command("restore", made)
    assert len(installation.rows(MARKS)) == 7


# What is refused, before anything live is touched


def refused(made, words):
    for attempt in (restore.check, restore.restore):
        with pytest.raises(container.ArchiveError, match=words):
            attempt(made)


def test_the_command_says_what_is_wrong_and_touches_nothing(installation, made):
    before = state(installation)
    made.write_bytes(made.read_bytes()[:-1] + b"?")
    said = installation.manage("restore", made, code=1)
    assert "контрольная сумма не сходится. Журнал не тронут." in said
    assert "Traceback" not in said
    assert state(installation) == before


def test_one_flipped_bit_anywhere_is_refused(db, made):
    whole = made.read_bytes()
    dice = random.Random(1)
    places = [dice.randrange(len(whole)) for _ in range(20)]
    for place in [0, len(whole) - 100, len(whole) - 1, *places]:
        broken = bytearray(whole)
        broken[place] ^= 1 << dice.randrange(8)
        made.write_bytes(broken)
        refused(made, r"повреж|копия журнала")
    made.write_bytes(whole[: len(whole) // 2])
    refused(made, "повреждён или это не резервная копия")


def test_a_missing_or_changed_member_is_refused(db, made, folder):
    refused(remake(made, folder / "less.zip", drop=PAPER), f"не хватает: {PAPER}")
    members = facts(made)["members"]
    members[PAPER]["sha256"] = "0" * 64
    changed = remake(made, folder / "changed.zip", members=members)
    refused(changed, "сумма не сходится")
    members[PAPER]["size"] = 1
    refused(remake(made, folder / "cut.zip", members=members), "размер не сходится")
    del members[PAPER]
    refused(remake(made, folder / "more.zip", members=members), "нет в её описи")


def test_no_flipped_bit_of_a_small_backup_is_let_through(tmp_path):
    inside, made = tmp_path / "file", tmp_path / "made.zip"
    inside.write_bytes(CONTENT[:64])
    shape = {name: kind() for name, kind in container.FACTS.items()}
    container.write(
        made, {**shape, "product": "journal", "format": 1}, [("media/file", inside)]
    )
    container.verify(made)
    whole = made.read_bytes()
    for place in range(len(whole) * 8):
        broken = bytearray(whole)
        broken[place // 8] ^= 1 << place % 8
        made.write_bytes(broken)
        with pytest.raises(container.ArchiveError):
            container.verify(made)


@pytest.mark.parametrize("name", ["media/../../etc/cron.d/x", "/etc/passwd"])
def test_a_member_that_points_outside_is_refused(db, tmp_path, name):
    inside = tmp_path / "file"
    inside.write_text("x")
    shape = {name: kind() for name, kind in container.FACTS.items()}
    made = tmp_path / "made.zip"
    container.write(
        made, {**shape, "product": "journal", "format": 1}, [(name, inside)]
    )
    refused(made, "Недопустимое имя")


def test_a_backup_of_a_newer_journal_is_refused(db, made, folder):
    migrations = [*facts(made)["migrations"], ["journal", "0999_of_tomorrow"]]
    newer = remake(made, folder / "newer.zip", migrations=migrations)
    refused(newer, r"journal\.0999_of_tomorrow.*Сначала обновите программу")


def test_a_backup_that_lost_rows_is_refused(installation, made, folder, command):
    before = state(installation)
    counts = facts(made)["counts"] | {"journal_mark": 8}
    short = remake(made, folder / "short.zip", counts=counts)
    with pytest.raises(CommandError, match="journal_mark: 7 вместо 8"):
        command("restore", short)
    assert state(installation) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"product": "another"}, "другая программа"),
        ({"format": 2}, "другая версия журнала"),
        ({"vendor": "oracle"}, "Укажите в DATABASE_URL базу того же вида"),
        ({"members": None}, "Опись копии испорчена"),
    ],
)
def test_a_foreign_backup_is_refused(db, made, folder, changes, words):
    refused(remake(made, folder / "foreign.zip", **changes), words)


def test_a_file_that_is_no_backup_is_refused(db, tmp_path):
    zipped, plain = tmp_path / "a.zip", tmp_path / "b.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    plain.write_bytes(b"not a zip at all")
    refused(zipped, "нет описи")
    refused(plain, "это не резервная копия журнала")
    refused(tmp_path / "absent.zip", "Нет такого файла")
    with pytest.raises(container.ArchiveError, match="нет резервных копий"):
        backup.newest(tmp_path)


def test_a_database_that_somebody_writes_to_is_not_replaced(
    installation, made, command
):
    with installation.opened() as busy:
        busy.execute("DELETE FROM django_session")  # in a transaction, and not its end
        with pytest.raises(CommandError, match="Остановите журнал"):
            command("restore", made)
        busy.rollback()
    assert not list(installation.var.glob("*.before-*"))
    assert len(installation.rows(MARKS)) == 7


# Where a backup may lie


def test_a_served_or_open_folder_is_refused(db, folder, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT = tmp_path / "static"
    served = [tmp_path / "media", tmp_path / "static" / "deep"]
    served += [Path(path).parent for path in finders.find("admin/css", find_all=True)]
    assert len(served) > 2
    for place in served:
        with pytest.raises(container.ArchiveError, match="раздаёт веб-сервер"):
            backup.make_backup(place)
    folder.chmod(0o755)
    with pytest.raises(container.ArchiveError, match=f"chmod 700 {folder}"):
        backup.make_backup(folder)
    assert list(folder.iterdir()) == []


def test_a_disk_with_too_little_room_is_refused(folder, db, monkeypatch):
    def nearly_full(path):
        return type("Usage", (), {"free": 2**20})

    monkeypatch.setattr(backup.engine().__class__, "size", lambda self: 2**20)
    monkeypatch.setattr(backup.shutil, "disk_usage", nearly_full)
    with pytest.raises(container.ArchiveError, match="свободно 1 МБ, нужно 2 МБ"):
        backup.make_backup(folder)
    assert list(folder.iterdir()) == []


def test_rotation_keeps_days_weeks_and_months(folder):
    first = date(2026, 1, 1)
    for offset in range(300):
        for hour in ("03", "15"):
            day = (first + timedelta(days=offset)).strftime("%Y%m%d")
            (folder / f"journal-{day}-{hour}0000.zip").touch()
    (folder / "journal-notes.zip").touch()
    removed = set(backup._rotate(folder))
    kept = {path.name for path in folder.iterdir()}
    last = [
        (first + timedelta(days=299 - back)).strftime("%Y%m%d") for back in range(7)
    ]
    assert {f"journal-{day}-150000.zip" for day in last} <= kept
    assert "journal-notes.zip" in kept
    months = {name[8:14] for name in kept if name != "journal-notes.zip"}
    assert months == {f"2026{month:02}" for month in range(1, 11)}
    assert len(kept) == 1 + 7 + 2 + 9  # weeks and months that no day stands for
    assert len(removed) == 600 - (len(kept) - 1)


def test_the_version_is_the_newest_heading_of_the_changelog(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    assert backup.version() == "0"
    text = "# Изменения\n\n## 1.2 (2026-11-22)\n\n## 1.1\n"
    (tmp_path / "CHANGELOG.md").write_text(text, encoding="utf8")
    assert backup.version() == "1.2"
