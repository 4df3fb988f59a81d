"""A slow network between the browser and the journal, for `pytest --slow`.

The journal's own scripts come long after the page is drawn and never from the browser's
cache, answers to what is sent come late: what a page or a test takes for granted too
early shows each time, not once in a hundred.
"""

import re
import time

from django.test.testcases import LiveServerThread

LATE = 1.0  # seconds
OWN = re.compile(r"^/static/(?!unfold/|admin/).*\.js$")


def be_slow():
    create_server = LiveServerThread._create_server

    def created(self, *args, **kwargs):
        server = create_server(self, *args, **kwargs)
        set_app = server.set_app
        server.set_app = lambda app: set_app(slowly(app))
        return server

    LiveServerThread._create_server = created


def slowly(app):
    """The WSGI application `app` as one meets it over a slow network."""

    def called(environ, start_response):
        is_script = OWN.search(environ["PATH_INFO"])
        if is_script or environ["REQUEST_METHOD"] == "POST":
            time.sleep(LATE)

        def start(status, headers, *rest):
            if is_script:
                headers = [*headers, ("Cache-Control", "no-store")]
            return start_response(status, headers, *rest)

        return app(environ, start)

    return called
