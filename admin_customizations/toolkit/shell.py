"""The frame of an admin page (head, sidebar), drawn once for a person and kept.

Drawing the skin's frame costs several times what a page of the journal costs. What the
frame shows hangs on the person, the rights, the section and the words of the site
(`speech`) alone, so it is kept in the memory of the process under exactly these.
"""

import functools
import hashlib
from itertools import takewhile

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

MARKS = {
    name: f"<!--{name}-->" for name in ("page_title", "page_head", "heading", "body")
}
KEPT = 512


class Frame:
    """The frame cut where title, head, heading and content go."""

    def __init__(self, html: str):
        parts = []
        for mark in MARKS.values():
            before, html = html.split(mark, 1)
            parts.append(before)
        # The frame is the skin's own HTML, escaped when it was drawn.
        self.parts = tuple(mark_safe(part) for part in (*parts, html))  # noqa: S308


class _Frames:
    """Frames by key, the longest unused dropped first."""

    def __init__(self):
        self.kept: dict[str, Frame] = {}

    def get(self, key: str, draw) -> Frame:
        frame = self.kept.pop(key, None) or draw()
        self.kept[key] = frame
        if len(self.kept) > KEPT:
            self.kept.pop(next(iter(self.kept)))
        return frame


_frames = _Frames()


@functools.cache
def _digest(words: frozenset[str]) -> str:
    return hashlib.sha256("\n".join(sorted(words)).encode()).hexdigest()


def _section(path: str) -> str:
    """The part of an address that the sidebar can mark: up to the number of an object."""
    return "/".join(takewhile(lambda part: not part.isdigit(), path.split("/")[:5]))


def shell(site, request) -> dict[str, tuple[SafeString, ...]]:
    """Context for `toolkit/framed.html`: the frame around the page's own content."""
    user = request.user
    section = _section(request.path)
    rights = _digest(frozenset(user.get_all_permissions()))
    who = f"{user.pk}|{user.get_full_name()}|{user.email}"
    key = f"{who}|{section}|{rights}|{site.speech()}"

    def draw() -> Frame:
        marks = {name: mark_safe(mark) for name, mark in MARKS.items()}  # noqa: S308
        context = {**site.each_context(request), **marks, "subtitle": None}
        return Frame(render_to_string("toolkit/frame.html", context, request))

    return {"frame": _frames.get(key, draw).parts}
