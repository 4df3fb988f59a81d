"""Names of people: is this text one, and which part is which."""

import re
from dataclasses import dataclass

from journal.exchange.reading.text import (
    PARTICLES,
    as_text,
    clean_text,
    repair_letters,
    repair_name,
)
from journal.exchange.reading.workbook import Cell

COMMON = """
александр алексей альберт анатолий андрей антон аркадий арсений артем артемий артур
афанасий богдан борис вадим валентин валерий василий вениамин виктор виталий влад
владимир владислав всеволод вячеслав гавриил геннадий георгий герман глеб григорий
давид данил данила даниил демид демьян денис дмитрий евгений егор елисей емельян
ефим захар иван игнат игнатий игорь илья иннокентий иосиф кирилл клим константин
кузьма лев леонид лука макар макарий максим марат марк матвей мирон мирослав михаил
назар никита николай олег оскар остап павел петр платон прохор радик радмир ренат
ринат роберт родион роман ростислав руслан рустам савва савелий самуил святослав
семен сергей станислав степан тарас тигран тимофей тимур тихон трофим федор феликс
филипп фома харитон эдуард эльдар эмиль эрик эрнест юлиан юрий яков ян ярослав
ахмед али алихан амир анвар арман арсен арслан асхат ахмат азамат айдар айрат азат
алмаз альфред батыр булат вахид гасан дамир джамал заур ибрагим идрис ильдар ильнур
ильяс ислам исмаил камиль карен магомед мамед мансур мурад мурат мустафа муса наиль
нурлан омар осман равиль радик рамазан рамиль рамис расул рафаэль рашид рифат
рустем саид салават самир султан тагир тахир умар фарид фарух хасан шамиль эльмир
юнус юсуф якуб
агата агафья аделина аделия алена алеся александра алина алиса алла альбина альфия
амалия амелия анастасия ангелина анжела анжелика анна антонина анфиса арина валентина
валерия варвара василиса вера вероника виктория виолетта влада владислава галина
дарина дарья диана дина ева евангелина евгения евдокия екатерина елена елизавета
есения жанна зарина зинаида зоя илона инга инна ирина камила карина каролина кира
клавдия клара кристина ксения лада лариса лиана лидия лика лилия лина любовь людмила
майя маргарита марина мария марьяна марта марфа мелания милана милена мирослава
мия надежда наталья наталия нелли ника нина нонна оксана олеся ольга полина прасковья
раиса регина рената римма роза роксана руслана сабина светлана серафима снежана
софия софья стефания таисия тамара татьяна ульяна фаина эвелина элеонора элина
эльвира эмилия эмма юлиана юлия яна ярослава
аида айгуль айзиля алия амина асель асия гузель гульнара динара джамиля заира зайнаб
залина замира зарема земфира зульфия ильмира ильнара камилла ландыш лейла лейсан
лилиана луиза мадина малика мариям марьям милеуша мунира наргиз наиля патимат рания
расима регина резеда румия сабрина саида салима самира сания сафия фарида фатима
халида хадижа чулпан эльмира эльнара
"""
GIVEN_NAMES = frozenset(COMMON.split())
PATRONYMIC = re.compile(
    r"[а-яё-]{2,}(ович|евич|ьич|мич|кич|тич|овна|евна|ична|инична)", re.IGNORECASE
)
INITIALS = re.compile(r"([А-ЯЁA-Z])\.?\s?([А-ЯЁA-Z])\.?|([А-ЯЁA-Z])\.")
NUMBERED = re.compile(r"^\d{1,3}\s?[.)]\s?(?=\D)|^\d{1,3}\s+(?=[А-ЯЁ])")
NAME_WORD = re.compile(r"[А-ЯЁA-Z][А-ЯЁA-Zа-яёa-z'’`-]*")

# Words that head a table or close it, never a person. Whole words: Классен, Курский
# and Часов are surnames.
NOT_NAMES = re.compile(
    r"\b(фио|ф\.и\.о|фамилия|имя|отчество|итого?|всего|список|групп[аыеу]?|классы?|"
    r"класса|курса?|студент[аы]?|ученик[аи]?|обучающ\w+|преподавател\w+|учител[ья]|"
    r"куратора?|директора?|заведующ\w+|завуч|староста|подпись|дата|сроки?|"
    r"средн(ий|яя|ее)|балла?|оценк\w|тема|заняти\w+|дисциплин\w+|предмета?|кабинет|"
    r"номер|успеваемост\w+|качество|пропуск\w+|ведомост\w+|журнал|раздел|отлично|"
    r"хорошо|отчислен\w*|метод|факультет|отделение)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FullName:
    """A name in parts; `warnings` are Russian sentences for whoever checks it."""

    last_name: str
    first_name: str
    middle_name: str = ""
    repaired: bool = False
    initials: bool = False
    warnings: tuple[str, ...] = ()


def is_given_name(word: str) -> bool:
    """«Артём», «АННА»: one of the common first names, ё or е."""
    return word.lower().replace("ё", "е") in GIVEN_NAMES


def is_patronymic(word: str) -> bool:
    """«Петрович», «Ильинична», «Мамед-оглы», by the ending alone."""
    word = word.lower()
    return bool(PATRONYMIC.fullmatch(word)) or word.split("-")[-1] in PARTICLES


def looks_like_full_name(value: Cell) -> bool:
    """Two to six words with capitals, or a surname with initials; no heading."""
    if not isinstance(value, str) or not 4 <= len(value) <= 120:
        return False
    text, _ = _trimmed(value)
    words = text.split(" ")
    if not 2 <= len(words) <= 6 or NOT_NAMES.search(text):
        return False
    if _initials(words):
        return True
    if any(is_given_name(w) for w in words) and not any(w.isdigit() for w in words):
        words = [word.capitalize() for word in words]
    return all(
        (NAME_WORD.fullmatch(word) and len(word) > 1) or word.lower() in PARTICLES
        for word in words
    )


def is_certain_name(value: Cell) -> bool:
    """A full name with a known first name, a patronymic or initials in it."""
    if not looks_like_full_name(value):
        return False
    words = _trimmed(str(value))[0].split(" ")
    if _initials(words):
        return True
    return any(is_given_name(w) or is_patronymic(w) for w in words[:4])


def looks_like_name_word(value: Cell) -> bool:
    """One part of a name in a column of its own: «Иванова-Петрова», «Мамед оглы»."""
    if not isinstance(value, str) or not 2 <= len(value) <= 60:
        return False
    text, _ = repair_letters(clean_text(value))
    words = re.sub(r"\s*-\s*", "-", text).split(" ")
    if len(words) > 3 or NOT_NAMES.search(text):
        return False
    return all(NAME_WORD.fullmatch(word.capitalize()) for word in words)


def split_full_name(value: Cell) -> FullName:
    """«Фамилия Имя Отчество» in parts.

    Takes two-word patronymics («Гасан кызы»), surnames of two words, a missing
    patronymic, «Имя Отчество Фамилия» (turned round), a number in front
    («12. Иванов Иван»); «Иванов И.И.» is flagged, a note in brackets is cut off
    and flagged. Raises ValueError (Russian text) where there is no name.
    """
    raw = clean_text(as_text(value))
    text, notes = _trimmed(raw)
    text, _ = repair_name(text)
    words = text.split(" ")
    if not NAME_WORD.match(text) or any(sign.isdigit() for sign in text):
        raise ValueError(f"«{raw[:60]}» не похоже на фамилию, имя и отчество.")
    warnings = [f"Отброшено примечание «{note}»." for note in notes]
    parts = _initials(words)
    if parts:
        warnings.append("Вместо имени и отчества инициалы: впишите их полностью.")
        return FullName(*parts, text != raw, True, tuple(warnings))
    if len(words) == 1:
        raise ValueError(f"«{raw[:60]}»: есть фамилия, но нет имени.")
    last, first, middle, certain = _order(words)
    if not certain:
        warnings.append(f"Проверьте, где здесь имя и отчество: «{text}».")
    if re.search("[A-Za-z]", text) and not re.search("[А-Яа-яЁё]", text):
        warnings.append("Имя написано латиницей.")
    repaired = " ".join(filter(None, (last, first, middle))) != raw
    return FullName(last, first, middle, repaired, False, tuple(warnings))


def _trimmed(value: str) -> tuple[str, list[str]]:
    """The name alone, and the notes in brackets that stood beside it."""
    text = NUMBERED.sub("", clean_text(value))
    notes = re.findall(r"\(([^()]{1,60})\)", text)
    text = re.sub(r"\([^()]*\)", " ", text)
    text, _ = repair_letters(text)
    text = re.sub(r"\s*[-‐-―]\s*", "-", text)
    return clean_text(text.strip(" ,;*-")), notes


def _initials(words: list[str]) -> tuple[str, str, str] | None:
    """(«Иванов», «И.», «И.») from «Иванов И.И.», «И. И. Иванов», «Иванов И.»."""
    for last, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
        joined = " ".join(rest)
        # «ПАК ИН» in capitals is a first name, «Пак И Н» and «Пак И.Н.» are initials.
        dotted = "." in joined or all(len(word) == 1 for word in rest)
        found = INITIALS.fullmatch(joined) if dotted else None
        if found and len(last) > 2 and NAME_WORD.fullmatch(last):
            first, second = found[1] or found[3], found[2]
            return last, f"{first}.", f"{second}." if second else ""
    return None


def _order(words: list[str]) -> tuple[str, str, str, bool]:
    """(last, first, middle, whether the order is certain) of two or more words."""
    if len(words) > 2 and words[-1].lower() in PARTICLES:
        *words, father, particle = words
        if not words[1:]:
            return words[0], father, particle, False
        return " ".join(words[:-1]), words[-1], f"{father} {particle}", len(words) == 2
    if len(words) == 2:
        if is_given_name(words[0]) and not is_given_name(words[1]):
            return words[1], words[0], "", False
        return words[0], words[1], "", not is_patronymic(words[1])
    if len(words) == 3:
        if is_patronymic(words[1]) and not is_patronymic(words[2]):
            if is_given_name(words[0]):
                return words[2], words[0], words[1], True
            return *words, is_given_name(words[1])  # type: ignore[return-value]
        return *words, True  # type: ignore[return-value]
    if is_patronymic(words[-1]):
        return " ".join(words[:-2]), words[-2], words[-1], len(words) == 4
    return words[0], words[1], " ".join(words[2:]), False
