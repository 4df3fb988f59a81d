"""Readers of environment variables that refuse nonsense instead of guessing."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, str(default))
    if value not in ("True", "False"):
        raise ImproperlyConfigured(f"{name}={value!r}: use True or False")
    return value == "True"


def whole(name: str, default: int, low: int = 0, high: int = 10**9) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not low <= int(value) <= high:
        raise ImproperlyConfigured(
            f"{name}={value!r}: a whole number from {low} to {high}"
        )
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    return os.environ.get(name, default).replace(",", " ").split()


def database(name: str, default: str) -> dict:
    """Django's settings of one database, read from an address.

    `sqlite:////absolute/path`, `sqlite:///relative/path` or
    `postgresql://user:password@host:port/base?sslmode=require`; a host that begins
    with `%2F` is the folder of a socket.
    """
    address = os.environ.get(name, default)
    parts = urlsplit(address)
    if parts.scheme == "sqlite":
        path = unquote(parts.path)[1:]
        if not path:
            raise ImproperlyConfigured(f"{name}: the path of the SQLite file is absent")
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": path}
    if parts.scheme in ("postgres", "postgresql"):
        base = unquote(parts.path)[1:]
        if not base:
            raise ImproperlyConfigured(f"{name}: the name of the database is absent")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": base,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise ImproperlyConfigured(
        f"{name}: begins with {parts.scheme!r}, use sqlite:/// or postgresql://"
    )
