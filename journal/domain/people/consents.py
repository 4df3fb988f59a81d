"""Consents: whose data is processed without one (K 3.4, K 3.6, 152-ФЗ art. 6, 9)."""

from datetime import date

from journal.models import Consent, Employee, Guardian, Student

PROCESSING, NONDISCLOSURE = Consent.Kind.PROCESSING, Consent.Kind.NONDISCLOSURE


def lack_of_consent(person: Student | Guardian | Employee, today: date) -> str:
    """What a card lacks of papers on personal data, as a sentence; empty: nothing.

    Of staff the undertaking of non-disclosure is asked, of all others the consent to
    the processing. One query.
    """
    is_staff = isinstance(person, Employee)
    kind = NONDISCLOSURE if is_staff else PROCESSING
    papers = person.consents.filter(kind=kind).values_list("signed_on", "withdrawn_on")
    withdrawn = []
    for signed_on, withdrawn_on in papers:
        if withdrawn_on is None or withdrawn_on > today:
            if signed_on <= today:
                return ""
        else:
            withdrawn.append(withdrawn_on)
    if withdrawn:
        day = f"{max(withdrawn):%d.%m.%Y}"
        return (
            f"Согласие на обработку персональных данных отозвано {day}: "
            "обрабатывать данные дальше можно только на ином законном основании."
            if not is_staff
            else f"Обязательство о неразглашении утратило силу {day}: "
            "возьмите новое или закройте доступ к данным."
        )
    if is_staff:
        return (
            "Нет обязательства о неразглашении персональных данных: "
            "возьмите его до того, как сотрудник получит доступ к данным."
        )
    return (
        "Нет согласия на обработку персональных данных: "
        "возьмите его и внесите в разделе «Согласия»."
    )
