"""Templates drawn sparingly: a page of the admin is put together of a hundred."""

import contextlib
import json
from collections.abc import Iterator

from django.template import RequestContext, Template

SIDEBAR = "unfold/helpers/app_list.html"  # hangs on the links that it shows alone


@contextlib.contextmanager
def sparing() -> Iterator[None]:
    """`response.context` is copied once a page, not for each of its includes.

    The links of the sidebar, a quarter of a page, are drawn once for each set of them.
    """
    told = Template._render
    seen, drawn = None, {}

    def render(template, context):
        nonlocal seen
        if template.name == SIDEBAR:
            links = json.dumps(context["sidebar_navigation"], default=str)
            if links not in drawn:
                drawn[links] = template.nodelist.render(context)
            return drawn[links]
        if isinstance(context, RequestContext) and context is not seen:
            seen = context
            return told(template, context)
        return template.nodelist.render(context)

    Template._render = render
    try:
        yield
    finally:
        Template._render = told
