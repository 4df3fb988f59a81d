"""A PostgreSQL server of the tests' own, alive while a command runs.

    python -m tests.postgres [--durable] COMMAND …

The cluster lives in a temporary folder, listens on a socket in that folder and on no
port, sorts as Russian does, and goes with the command, however that ends. The command
finds it in DATABASE_URL. Exit status: the command's; 75 where no server is installed.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

NOT_INSTALLED = 75
START_SECONDS = 60
OLD_SECONDS = 3600
PREFIX = "journal-pg-"
# A test of durability asks for fsync; the others need only what a crash would lose.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest version first."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda path: float(path.parts[4]), reverse=True)
    on_path = shutil.which("initdb")
    found = newest or ([Path(on_path)] if on_path else [])
    return found[0].resolve().parent if found else None


def sweep():
    """Remove the folders of clusters whose run was killed outright."""
    for folder in Path("/tmp").glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, ValueError):
            noted = folder / "data" / "postmaster.pid"  # absent once it has stopped
            number = noted.read_text().split("\n")[0] if noted.exists() else "none"
            alive = Path("/proc", number).exists()
            if not alive and time.time() - folder.stat().st_mtime > OLD_SECONDS:
                shutil.rmtree(folder)


class Cluster:
    """One server in a folder of its own; use as a context."""

    def __init__(self, durable: bool = False):
        self.bin = binaries()
        if self.bin is None:
            raise FileNotFoundError("PostgreSQL: нет initdb (пакет postgresql)")
        # PostgreSQL refuses to run as root.
        self.owner = "postgres" if os.geteuid() == 0 else None
        self.token = secrets.token_hex(16)
        self.durable = durable

    def url(self, base: str = "journal") -> str:
        return f"postgresql://postgres@/{base}?host={self.folder}"

    def __enter__(self):
        sweep()
        # Below /tmp, since a socket's path may be 107 characters long at most.
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
        self.data = self.folder / "data"
        try:
            self._create()
            self._start()
            self.execute("CREATE DATABASE journal")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        server = getattr(self, "server", None)
        if server is not None:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                server.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.wait(10)
                    break
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, *command: str) -> subprocess.CompletedProcess:
        groups = [] if self.owner else None
        return subprocess.run(
            command,
            user=self.owner,
            extra_groups=groups,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def _create(self):
        if self.owner:
            account = pwd.getpwnam(self.owner)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        plain = (
            str(self.bin / "initdb"),
            f"--pgdata={self.data}",
            "--username=postgres",
            "--auth=trust",  # the folder of the socket is the owner's alone
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        done = self._run(*plain, "--locale-provider=icu", "--icu-locale=ru")
        if done.returncode and "locale-provider" in done.stderr:  # before version 15
            done = self._run(*plain)
        if done.returncode:
            raise RuntimeError(f"initdb: {done.stderr}")

    def _start(self):
        options = [
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            f"cluster_name={self.token}",
            "max_connections=100",
            "log_min_messages=fatal",
            "autovacuum=off",  # nothing here lives long enough to be tidied
            *(() if self.durable else HASTY),
        ]
        command = [str(self.bin / "postgres"), "-D", str(self.data)]
        for option in options:
            command += ["-c", option]
        if shutil.which("setpriv"):  # killed outright, we take the server with us
            command = ["setpriv", "--pdeathsig", "INT", *command]
        self.server = subprocess.Popen(
            command,
            user=self.owner,
            extra_groups=[] if self.owner else None,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C reaches the tests first, then us
        )
        with self.connected() as connection:
            named = connection.execute("SHOW cluster_name").fetchone()[0]
            if named != self.token:
                raise RuntimeError("по этому сокету отвечает чужой сервер")

    def execute(self, *statements: str):
        """Run statements outside of a transaction, as the server's owner."""
        with self.connected() as connection:
            for statement in statements:
                connection.execute(statement)

    def connected(self) -> psycopg.Connection:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                return psycopg.connect(self.url("postgres"), autocommit=True)
            except psycopg.OperationalError:
                if self.server.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)


def main(arguments: list[str]) -> int:
    durable = "--durable" in arguments[:1]
    command = arguments[durable:]
    if binaries() is None:
        print("PostgreSQL не установлен (apt-get install postgresql).", file=sys.stderr)
        return NOT_INSTALLED
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with Cluster(durable) as cluster:
        environment = {**os.environ, "DATABASE_URL": cluster.url()}
        child = subprocess.Popen(command, env=environment)
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:  # the child has it too, and ends by itself
                continue
            except SystemExit:
                child.terminate()
                child.wait(30)
                raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
