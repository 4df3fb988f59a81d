"""Settings of the bench's server: production's, and queries counted on request."""

import os

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE

STATIC_ROOT = os.environ["BENCH_STATIC"]
MIDDLEWARE = ["tests.bench.counting.Counting", *MIDDLEWARE]
