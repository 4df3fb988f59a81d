"""Counts the queries of a request, or profiles it, where a header asks for that."""

import cProfile

from django.db import connection


class Counting:
    """`X-Count: 1` is answered by `X-Queries`; `X-Profile` names a file to be written."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "X-Count" in request.headers:
            return self._counted(request)
        if path := request.headers.get("X-Profile"):
            profile = cProfile.Profile()
            response = profile.runcall(self.get_response, request)
            profile.dump_stats(path)
            return response
        return self.get_response(request)

    def _counted(self, request):
        count = 0

        def counted(execute, *args):
            nonlocal count
            count += 1
            return execute(*args)

        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        response["X-Queries"] = str(count)
        return response
