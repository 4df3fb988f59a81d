"""One-time codes (U 3.1): issued, typed, spent."""

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from journal.models import (
    AccessCode,
    User,
)

CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 10
CODE_DAYS = 7
CODE_TRIES = 5
# Letters of the Russian keyboard that look like a letter of a code.
CODE_LOOKALIKES = str.maketrans("асеркхумт", "acepkxymt")


class CodeHasher(PBKDF2PasswordHasher):
    """How codes are kept: as passwords are, at a fiftieth of the price.

    A code is 50 bits drawn at random, lives a week and dies after five tries. No
    dictionary helps against it: whoever stole the database goes through half of 31**10
    codes at this price, half a century for one code with a card that does ten billion
    SHA-256 a second. At the price of a password the slips of one group would take half
    a minute.
    """

    algorithm = "pbkdf2_sha256_code"
    iterations = 20_000

    def keep(self, clear: str) -> str:
        return self.encode(clear, self.salt())


def _fits(clear: str, kept: str) -> bool:
    if kept.startswith(f"{CodeHasher.algorithm}$"):
        return CodeHasher().verify(clear, kept)
    return check_password(clear, kept)  # given out when codes cost as much as passwords


@transaction.atomic
def issue_code(user: User, by: User | None) -> str:
    """A one-time code with which `user` enters and chooses a password (U 3.1).

    Earlier codes die. Returned once in clear, kept as a hash.
    """
    kill_codes(user)
    clear = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    AccessCode.objects.create(
        user=user,
        code_hash=CodeHasher().keep(clear),
        issued_by=by,
        expires_at=timezone.now() + timedelta(days=CODE_DAYS),
    )
    return clear


def kill_codes(*users: User):
    """No code of these accounts opens anything from now on."""
    for code in _live(*users).select_for_update():
        code.expires_at = timezone.now()
        code.save()


def _live(*users: User | None) -> QuerySet[AccessCode]:
    return AccessCode.objects.filter(
        user__in=users, used_at__isnull=True, expires_at__gt=timezone.now()
    )


def code_as_typed(text: str) -> str:
    """A code without the spaces, dashes, capitals and Russian letters of its reader."""
    letters = filter(str.isalnum, text.lower())
    return "".join(letters).translate(CODE_LOOKALIKES)


@transaction.atomic
def redeem_code(username: str, clear: str) -> User | None:
    """The user of an open account whose live code this is; the code is spent. None if it is not.

    Every wrong try counts; after five the code is dead. The answer None is no exception,
    so that the count is committed: never call this inside a transaction that a refusal
    would roll back.
    """
    clear = code_as_typed(clear)
    opened = User.objects.open_on(timezone.localdate())
    user = opened.filter(username=username).first()
    code = _live(user).select_for_update().first() if user else None
    if code is None or code.tries >= CODE_TRIES:
        CodeHasher().keep(clear)  # as slow as a real check: no telling who exists
        return None
    if not _fits(clear, code.code_hash):
        code.tries += 1
        code.save()
        return None
    code.used_at = timezone.now()
    code.save()
    return user
