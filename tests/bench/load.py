"""Eight clients at once, in a process of their own.

    python -m tests.bench.load < task.json

The task: port, path, cookie, sessions (one a client, in turns), seconds, gzip, holds.
Every request opens a connection of its own, as nginx does; prints JSON.
"""

import gzip
import http.client
import json
import statistics
import sys
import threading
import time

CLIENTS = 8
WARM_UP = 1.0


class Visitor(threading.Thread):
    """Asks for the same page again and again until the time is over."""

    def __init__(self, task: dict, place: int):
        super().__init__(daemon=True)
        self.task = task
        session = task["sessions"][place % len(task["sessions"])]
        self.headers = {"Cookie": f"{task['cookie']}={session}", "Connection": "close"}
        if task["gzip"]:
            self.headers["Accept-Encoding"] = "gzip"
        self.seconds: list[float] = []
        self.failed: list[str] = []

    def run(self):
        begins = time.perf_counter() + WARM_UP
        ends = begins + self.task["seconds"]
        while (started := time.perf_counter()) < ends:
            problem = self._ask()
            if problem:
                self.failed.append(problem)
            elif started >= begins:
                self.seconds.append(time.perf_counter() - started)

    def _ask(self) -> str:
        link = http.client.HTTPConnection("127.0.0.1", self.task["port"], timeout=30)
        try:
            link.request("GET", self.task["path"], headers=self.headers)
            response = link.getresponse()
            said = response.read()
        except (OSError, http.client.HTTPException) as error:
            return repr(error)
        finally:
            link.close()
        if response.status != 200:
            return str(response.status)
        if len(self.seconds) == 1:  # looked at once: the client is not what is timed
            text = gzip.decompress(said) if self.task["gzip"] else said
            return "" if self.task["holds"].encode() in text else "another page"
        return ""


def main():
    task = json.load(sys.stdin)
    visitors = [Visitor(task, place) for place in range(CLIENTS)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(task["seconds"] + 60)
    seconds = sorted(one for visitor in visitors for one in visitor.seconds)
    failed = [one for visitor in visitors for one in visitor.failed]
    print(
        json.dumps(
            {
                "requests": len(seconds),
                "a_second": round(len(seconds) / task["seconds"], 1),
                "ms": round(statistics.median(seconds) * 1000, 1) if seconds else None,
                "p95": round(seconds[int(len(seconds) * 0.95)] * 1000, 1)
                if seconds
                else None,
                "failed": len(failed),
                "failures": sorted(set(failed))[:5],
            }
        )
    )


if __name__ == "__main__":
    main()
