"""Headers of pages with personal data, and the milder policy of the admin."""

from django.conf import settings


class PersonalDataMiddleware:
    """No page of a signed-in person is kept by a browser or a proxy."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = settings.ADMIN_CSP
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response
