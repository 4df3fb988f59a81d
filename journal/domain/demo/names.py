"""Invented people, put together from the name parts of `names.toml`."""

import tomllib
from pathlib import Path
from random import Random

_PARTS = tomllib.loads(Path(__file__).with_name("names.toml").read_text("utf-8"))


def _forms(key: str) -> list[tuple[str, ...]]:
    return [tuple(word.split("/")) for word in _PARTS[key].split()]


LAST_NAMES = _forms("last_names")
DOUBLE_NAMES = _forms("double_names")
MEN = _forms("men")
WOMEN = _PARTS["women"].split()
EASTERN_FATHERS = _PARTS["eastern_fathers"].split()
EASTERN_MEN = _PARTS["eastern_men"].split()
EASTERN_WOMEN = _PARTS["eastern_women"].split()


def person(
    rng: Random, sex: str = "", family: tuple = (), father: tuple = (), nth: int = 0
) -> dict:
    """The name parts and sex of an invented person, as fields of `Person`.

    `family` (both forms of a surname) and `father` make a relative. Of forty people in
    a row one has a double surname, one no patronymic, one an eastern one («Рашид оглы»).
    """
    sex = sex or rng.choice("mf")
    form = "mf".index(sex)
    first_name = rng.choice(MEN)[0] if sex == "m" else rng.choice(WOMEN)
    middle_name = (father or rng.choice(MEN))[1 + form]
    if not family:
        family = rng.choice(DOUBLE_NAMES if nth % 40 == 7 else LAST_NAMES)
        if nth % 40 == 17:
            middle_name = ""
        elif nth % 40 == 27:
            family = ("Мамедов", "Мамедова")
            first_name = rng.choice((EASTERN_MEN, EASTERN_WOMEN)[form])
            middle_name = f"{rng.choice(EASTERN_FATHERS)} {('оглы', 'кызы')[form]}"
    return {
        "last_name": family[form],
        "first_name": first_name,
        "middle_name": middle_name,
        "sex": sex,
    }


def family_of(last_name: str) -> tuple:
    """Both forms of a surname of the lists."""
    pairs = LAST_NAMES + DOUBLE_NAMES
    return next(pair for pair in pairs if last_name in pair)
