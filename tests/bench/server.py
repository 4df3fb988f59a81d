"""gunicorn as in production, and a client that keeps its connection."""

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.places import Place
from tests.installation import ROOT, _wait_for

WORKERS, THREADS = 2, 4
TOKEN = "b" * 32


@contextlib.contextmanager
def serving(place: Place) -> Iterator[tuple[int, int]]:
    """The port and the process of a server of this place."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS)]
    command += ["--keep-alive", "60", "--no-control-socket", "--log-level", "warning"]
    with open(place.folder / "gunicorn.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=place.environment,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health/", process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Answer:
    status: int
    body: bytes
    seconds: float
    headers: dict[str, str]

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    """A signed-in person's browser, as far as the server can tell."""

    def __init__(self, port: int, cookie: str, session: str):
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies = {cookie: session, "csrftoken": TOKEN}

    def ask(self, path: str, body: str | None = None, **headers: str) -> Answer:
        """GET, or POST of `body`; timed from the first byte sent to the last one read."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Cookie": cookies, **headers}
        if body is not None:
            sent |= {"X-CSRFToken": TOKEN, "Referer": "http://127.0.0.1/"}
        started = time.perf_counter()
        self.link.request("GET" if body is None else "POST", path, body, sent)
        response = self.link.getresponse()
        said = response.read()
        seconds = time.perf_counter() - started
        for line in response.headers.get_all("Set-Cookie", ()):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Answer(response.status, said, seconds, dict(response.headers))

    def close(self):
        self.link.close()
