"""Whether the journal works, for a monitor: open to all, tells nothing else."""

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def health(request):
    """200 when the journal's tables answer a question, 503 when they do not.

    What every page begins with is asked: a database that answers and is empty, as after
    a wrong DATABASE_URL, opens no page.
    """
    try:
        Session.objects.order_by().exists()
    except DatabaseError:
        return HttpResponse("unavailable", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


class AnonymousHealthMiddleware:
    """Who asks about health is nobody, whatever cookies the browser sends along.

    A session would be looked up in the very database that may be away.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == _address():
            request.COOKIES = {}
        return self.get_response(request)


@cache
def _address() -> str:
    return reverse("health")
