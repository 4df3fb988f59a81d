"""WSGI entry point for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# What the application is made of stays as long as the process: two hundred thousand
# objects that a full collection in the middle of a request would walk in vain.
gc.collect()
gc.freeze()
