"""What scripts of our pages send as JSON: read with one answer to nonsense."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from json import JSONDecodeError

from django.http import HttpRequest, JsonResponse


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


def taking(read: Callable[[bytes], tuple]) -> Callable:
    """Give a view what `read` makes of the body, after its own arguments.

    A page names whom it was drawn for: what one person typed is never stored as
    another's, who signed in meanwhile (401). A body that `read` refuses by a ValueError
    is answered with its words (400).
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def taken(request: HttpRequest, *args) -> JsonResponse:
            person = str(request.user.pk)
            if request.headers.get("X-User", person) != person:
                return JsonResponse({"error": "Вошёл другой человек."}, status=401)
            try:
                found = read(request.body)
            except ValueError as error:
                words = f"Запрос не принят: {error}."
                return JsonResponse({"error": words}, status=400)
            return view(request, *args, *found)

        return taken

    return decorate
