"""How fast one person may turn pages: 500 in a minute is a script (A20)."""

import functools
import logging
import time

from django.conf import settings
from django.shortcuts import render

logger = logging.getLogger(__name__)
MOST_REMEMBERED = 20_000

_turned: dict[int, tuple[int, int]] = {}


def paced(view):
    """Answer 429 to a person past `settings.PAGES_A_MINUTE` pages within a minute.

    Each process counts for itself, so that a page view writes nothing anywhere; with
    several workers the limit is as many times as high.
    """

    @functools.wraps(view)
    def page(request, *args, **kwargs):
        if not _turn(request.user.pk):
            response = render(request, "429.html", status=429)
            response["Retry-After"] = "60"
            return response
        return view(request, *args, **kwargs)

    return page


def _turn(person: int) -> bool:
    minute = int(time.time() // 60)
    when, count = _turned.get(person, (minute, 0))
    count = count + 1 if when == minute else 1
    if len(_turned) >= MOST_REMEMBERED:
        _turned.clear()
    _turned[person] = minute, count
    if count == settings.PAGES_A_MINUTE + 1:
        logger.warning("user %s turns pages like a script: throttled", person)
    return count <= settings.PAGES_A_MINUTE
