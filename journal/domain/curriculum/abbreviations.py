"""Abbreviations in topics: allowed in a draft, not in the journal's page."""

import re
import unicodedata
from collections.abc import Collection

# Cut words that close a sentence too: the dot alone would not give them away.
CUT = frozenset(
    """
    лаб пр практ упр зад гл разд кл стр рис табл др т д п тд тп г гг в вв см ср напр
    тел инф спец соц тех техн мат физ хим биол ист лит геогр ин яз экз зач контр сам
    самост нед сем уч учеб осн орг проф общ произв бух бухг авт автом мин макс тыс млн
    руб кв куб час чел эл электр прогр проц сист обесп безоп безопасн док докум дисц
    изм пед псих мед юр экон пром рос росс отеч зарубеж изд ред сост преп студ обуч
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
INITIALS = re.compile(
    r"(?<![\w.])(?:[А-ЯЁ]\.\s?){1,2}[А-ЯЁ][а-яё]{2,}(?![\w.])"
    r"|(?<!\w)[А-ЯЁ][а-яё]{2,}\s(?:[А-ЯЁ]\.\s?){1,2}(?!\w)"
)
TOKEN = re.compile(
    r"[^\W\d_]{1,4}(?:[/\\][^\W\d_]{1,4})+\.?"  # к/р, с/х
    r"|[^\W\d_]+(?:\.-?[^\W\d_]+)+\.?"  # т.е., к.р., бухг.учёт, Т.Ист
    r"|[^\W\d_]+(?:-[^\W\d_]+)+\.?"  # кол-во, автоматизир-х
    r"|[^\W\d_]+\.?"
)
CUT_WITH_DASH = re.compile(
    r"кол-в\w|[бгд]-\w{1,3}|(?:[а-яё]+-)*[а-яё]*[бвгджзклмнпрстфхцчшщ]-(?:х|е|й|го|м|ми|ть)"
)
# «физ-ра», «мат-ка», «гос-во»: a cut beginning and the ending of the whole word. The
# particle of «решим-ка» follows a verb.
ENDING = re.compile(
    r"(?![а-яё]*[еёи]м-ка$)[а-яё]{1,9}[бвгджзклмнпрстфхцчшщ]-(?:"
    r"р(?:а|ы|е|у|ой)|к(?:а|и|е|у|ой)|с?т?в(?:о|а|у|ом|е)"
    r"|ц(?:ия|ии|ию|ией)|н(?:ие|ия|ию|ии|ием))"
)
CAMEL = re.compile(r"[^\W\d_]*[а-яё][А-ЯЁ][^\W\d_]*")
ROMAN = re.compile(r"[IVXLCDMІХ]+")
VOWELS = set("аеёиоуыэюя")
ORDINARY = frozenset(("и/или",))


def abbreviations(text: str, allowed: Collection[str] = ()) -> list[str]:
    """The abbreviations of a topic in order, each once: «лаб.», «ЛПЗ», «к/р».

    Cut words with a dot, through a slash or a dash, capitals (ЭВМ, США), and
    words glued of cut ones (ИнЯз). `allowed` (any case, with or without the
    dot) are let through. Ends of sentences, initials beside a surname, Roman
    numerals, numbering and texts written in capitals throughout are none.
    """
    text = unicodedata.normalize("NFC", text).replace("\u00ad", "")
    let = ORDINARY | {word.casefold().rstrip(".") for word in allowed}
    shouted = _is_shouted(text)
    names = [match.span() for match in INITIALS.finditer(text)]
    found: list[str] = []
    for match in TOKEN.finditer(text):
        token = match[0]
        if any(start <= match.start() < end for start, end in names):
            continue
        after = text[match.end() :]
        abbreviation = _abbreviation(token, after, shouted)
        known = abbreviation.casefold().rstrip(".") in let
        if abbreviation and not known and abbreviation not in found:
            found.append(abbreviation)
    return found


def _is_shouted(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{5,}", text)
    return bool(words) and sum(word.isupper() for word in words) * 2 > len(words)


def _abbreviation(token: str, after: str, shouted: bool) -> str:
    """The token as it is to be shown if it is an abbreviation, else ""."""
    bare = token.rstrip(".")
    dotted = token.endswith(".")
    if "/" in bare or "\\" in bare:
        return token
    if "." in bare:
        return _inner_dots(token)
    if "-" in bare:
        parts = bare.split("-")
        if any(one.fullmatch(bare.lower()) for one in (CUT_WITH_DASH, ENDING)):
            return bare
        capitals = [part for part in parts if _is_acronym(part, shouted)]
        return capitals[0] if capitals else ""
    if _is_acronym(bare, shouted):
        return bare
    if CAMEL.fullmatch(bare):
        return token if dotted and after[:1].isdigit() else bare
    if not dotted:
        return ""
    lower = bare.lower()
    if lower in CUT and not _ends_sentence(bare, after):
        return token
    goes_on = re.match(r"\s*[,;:)а-яё\d]|[^\W\d_]", after)
    return token if goes_on and not ROMAN.fullmatch(bare) else ""


def _ends_sentence(word: str, after: str) -> bool:
    """«…в Москве и т. Дальше»: words that are whole words too, at a sentence's end."""
    return word.lower() in {"час", "лит"} and not after.strip()


def _inner_dots(token: str) -> str:
    """«Т.Ист», «т.е.», «бухг.учета»; not «система.Она» where a space is missing."""
    head, *rest = token.rstrip(".").split(".")
    whole = len(head) > 3 and head[-1].lower() in VOWELS and rest[0][:1].isupper()
    return "" if whole else token


def _is_acronym(word: str, shouted: bool) -> bool:
    if shouted or not 2 <= len(word) <= 7 or ROMAN.fullmatch(word):
        return False
    capitals = sum(sign.isupper() for sign in word)
    return word.isupper() or (
        capitals >= 2 and word[0].isupper() and word[-1].isupper()
    )
