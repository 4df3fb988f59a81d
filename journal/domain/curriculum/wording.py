"""What the text of a topic must be: Russian, and in whole words (K 3.9, S 6.7)."""

from collections.abc import Collection

from journal.domain.curriculum.abbreviations import abbreviations
from journal.models import Abbreviation

# What a draft made by the journal leaves to its author.
BLANK = "Впишите тему"


def allowed_words() -> list[str]:
    """The abbreviations that the institution lets through."""
    return list(Abbreviation.objects.values_list("name", flat=True))


def is_russian(text: str) -> bool:
    """Is the text written in Russian, terms and titles in other letters apart?

    A topic of a foreign-language lesson too is written in Russian (S 6.7). Half of the
    letters may be others: «Времена группы Perfect» is Russian, «Present Perfect» is not.
    """
    letters = [sign for sign in text.lower() if sign.isalpha()]
    russian = sum("а" <= sign <= "я" or sign == "ё" for sign in letters)
    return not letters or russian * 2 >= len(letters)


def faults_of_topic(topic: str, allowed: Collection[str]) -> list[str]:
    """What is wrong with the text of a topic, in Russian sentences."""
    if not topic.strip() or topic.startswith(BLANK):
        return ["Тема не вписана."]
    found = []
    if not is_russian(topic):
        found.append(
            "Тему записывают по-русски, и на иностранном языке тоже; слова другого "
            "языка могут быть внутри русского текста."
        )
    if cut := abbreviations(topic, allowed):
        words = ", ".join(f"«{word}»" for word in cut)
        what = "Сокращение" if len(cut) == 1 else "Сокращения"
        found.append(f"{what} {words}: тему пишут полностью.")
    return found
