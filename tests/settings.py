"""Settings of the tests: a checkout's, with every file in a folder thrown away after."""

import atexit
import os
import shutil
import sys
import tempfile

for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_HOST", "TIME_ZONE"):
    os.environ.pop(name, None)  # what the caller's shell holds is no test's business
# Compiled code is kept: the processes that tests start are there a third sooner.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="journal-tests-")
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = os.environ["VAR_DIR"]  # whitenoise wants one that is there
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
