"""What scripts of our pages send as JSON: read with one answer to nonsense."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError


@contextmanager
def understood(expected: str) -> Iterator[None]:
    """Nonsense in a body becomes a ValueError that says what is `expected`.

    A ValueError raised inside keeps its own words, those of the parser aside.
    """
    try:
        yield
    except RecursionError as error:
        raise ValueError("слишком глубокая вложенность") from error
    except (KeyError, TypeError, AttributeError, UnicodeError) as error:
        raise ValueError(expected) from error
    except ValueError as error:
        if isinstance(error, JSONDecodeError):
            raise ValueError(expected) from error
        raise
