"""What a table of results sends, and what it is answered."""

import json

from django.http import JsonResponse

from admin_customizations.toolkit.sent import understood
from journal.domain.lessons.cells import MOST_CHANGES
from journal.domain.results.writing import ResultChange
from journal.exchange.reading.text import tidy
from journal.models.words import worded

MOST_TEXT = 300


def read_result_changes(body: bytes) -> tuple[list[ResultChange], str]:
    """Changes of a table of results, with their reason; ValueError says what is wrong.

    `{"changes": [{"s": student, "f": field, "o": old, "n": new}], "reason": text}`
    """
    with understood("ждём changes с полями s, f, o, n"):
        data = json.loads(body)
        rows, reason = data["changes"], data.get("reason", "")
        if not isinstance(rows, list) or len(rows) > MOST_CHANGES:
            raise ValueError(f"ждём не больше {MOST_CHANGES} изменений")
        texts = [reason, *(row[name] for row in rows for name in "fon")]
        if not all(isinstance(text, str) and len(text) <= MOST_TEXT for text in texts):
            raise ValueError(f"значение — строка не длиннее {MOST_TEXT} знаков")
        if not all(type(row["s"]) is int and 0 < row["s"] < 2**63 for row in rows):
            raise ValueError(worded("номер студента — целое число"))
        return [
            ResultChange(row["s"], row["f"], plain(row["o"]), plain(row["n"]))
            for row in rows
        ], plain(reason)


def plain(text: str) -> str:
    """A line as it is stored: printable, tidied as the cell of a spreadsheet is.

    Texts pasted from a document bring spaces that do not break, soft hyphens and bullets
    of a private alphabet; refused, they would hold up all that is typed beside them.
    """
    known = "".join(one if one.isprintable() else " " for one in tidy(text))
    return " ".join(known.split())


def answered(outcomes) -> JsonResponse:
    """The answer to each change; the status is that of the first one refused."""
    results = [
        {
            "status": one.status,
            "code": one.code,
            "value": one.value,
            "message": one.message,
        }
        for one in outcomes
    ]
    status = next((one.status for one in outcomes if one.status != 200), 200)
    return JsonResponse({"results": results}, status=status)
