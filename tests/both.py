"""The suite on both databases at once, each with all of the workers.

They share the cores: while one waits for a browser or for PostgreSQL another works, and
whichever run ends first leaves them to the other.

    python -m tests.both WORKERS [ARGUMENTS OF PYTEST …]

SQLite speaks as it goes; what PostgreSQL says is kept and printed after it. Where no
PostgreSQL is installed, SQLite has all the workers, and a test of it says so.
"""

import shutil
import subprocess
import sys
import tempfile

from pytest import ExitCode

from tests.postgres import binaries


def suite(workers: int, *arguments: str) -> list[str]:
    """The command of one run; a worker on its own needs no xdist.

    Neighbours stay together as long as may be (worksteal): they share what was built.
    """
    spread = ["-n", str(workers), "--dist=worksteal"] if workers > 1 else ["-n", "0"]
    return [sys.executable, "-m", "pytest", *spread, "-rs", *arguments]


def ended(run: subprocess.Popen) -> int:
    """Its exit status; at Ctrl+C, which reaches it too, it is waited for all the same."""
    while True:
        try:
            return run.wait()
        except KeyboardInterrupt:
            continue


def main(workers: str, *arguments: str) -> int:
    if binaries() is None:
        return ended(subprocess.Popen(suite(int(workers), *arguments)))
    with tempfile.TemporaryFile("w+", encoding="utf8") as said:
        other = subprocess.Popen(
            [sys.executable, "-m", "tests.postgres", *suite(int(workers), *arguments)],
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        print("SQLite (PostgreSQL следом)", flush=True)
        status = ended(subprocess.Popen(suite(int(workers), *arguments)))
        further = ended(other)
        print("PostgreSQL", flush=True)
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout)
    # What was asked for may be of the first run alone.
    return status or (further if further != ExitCode.NO_TESTS_COLLECTED else 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
