"""Slips with sign-ins as one PDF sheet to cut, made by typst out of `slips.typ`.

As in `pdf`: the data is JSON in `sys_inputs`, never part of the template's text. typst
remembers its last compilations, so it is made to forget the codes at once.
"""

import io
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import qrcode
import typst
from django.utils import timezone
from qrcode.image.svg import SvgPathImage

from journal.domain.people import Slip

from .layout import clean, local
from .pdf import FOREIGN, MISSING, _compile, _fixed, _forget

TEMPLATE = Path(__file__).with_name("slips.typ")


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def slips_sheet(slips: Sequence[Slip], institution: str, address: str) -> bytes:
    """The sheet: eight slips to a page of A4, with lines to cut along.

    `address` is where a code is typed, in full; a phone reads it from the square.
    """
    data = {
        "institution": clean(institution),
        "address": address,
        "square": _square(address),
        "slips": [
            {
                "name": clean(slip.name),
                "role": clean(slip.role),
                "username": clean(slip.username),
                "code": grouped(slip.code),
                "until": f"{local(slip.expires_at):%d.%m.%Y, %H:%M}",
            }
            for slip in slips
        ],
    }
    text = json.dumps(data, ensure_ascii=False)
    moment = _fixed(timezone.now())
    try:
        return _written(moment, text)
    finally:
        _forget(moment)


def _written(moment: datetime, text: str) -> bytes:
    try:
        return _compile(_template(), moment, text)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return _compile(_template(), moment, FOREIGN.sub(MISSING, text))


def grouped(code: str) -> str:
    """«abcde fghjk»: five letters at a time are read without a slip."""
    return " ".join(code[place : place + 5] for place in range(0, len(code), 5))


def _square(address: str) -> str:
    made = qrcode.make(address, image_factory=SvgPathImage, border=0)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue().decode()
