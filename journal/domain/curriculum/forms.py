"""Forms of attestation as people write them: «Э», «ДЗ», «Э(к)»."""

import re

# The form → how it is shown in a narrow cell, then the other spellings: small letters
# without spaces, dots and dashes; brackets tell «Э(к)» from «Эк».
SPELLINGS = {
    "exam": ("Э", "экзамен", "эк", "экз"),
    "diff_credit": (
        *("ДЗ", "дифференцированныйзачет", "зао", "дифзачет", "диффзачет"),
        *("зачетсоценкой", "дифзач"),
    ),
    "credit": ("З", "зачет", "за", "зач"),
    "other": (
        *("Др", "другаяформаконтроля", "другие", "дфк", "другиеформыконтроля"),
        "контрольнаяработа",
    ),
    "coursework": ("КР", "курсоваяработа", "кп", "курсовойпроект"),
    "module_exam": (
        *("Э(к)", "квалификационныйэкзаменпомодулю", "эк(к)", "э(м)", "эм"),
        *("экзаменпомодулю", "экзамен(квалификационный)", "экзаменквалификационный"),
        "квалификационныйэкзамен",
    ),
}
SHORT = {form: words[0] for form, words in SPELLINGS.items()} | {"": ""}
NOTHING = {"", "-", "—", "–"}


def form_of(said: str) -> str | None:
    """The form of attestation that a text names; "" for a dash, None: none is known."""
    word = said.strip().casefold().replace("ё", "е")
    if word in NOTHING:
        return ""
    # Digits stay digits: «3» is no «З».
    word = re.sub(r"[\s.\-–—]+", "", word)
    return next(
        (form for form, known in SPELLINGS.items() if word in map(str.casefold, known)),
        None,
    )
