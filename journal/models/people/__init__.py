"""People: sign-ins, persons, their cards and papers."""

from journal.models.people.accounts import AccessCode, AccountManager, Role, User
from journal.models.people.cards import (
    Benefit,
    CardCheck,
    MilitaryRecord,
    PersonalFile,
    SocialCard,
)
from journal.models.people.consents import Consent, DataPower
from journal.models.people.families import Guardianship
from journal.models.people.persons import (
    Employee,
    Guardian,
    Person,
    Student,
    snils_checksum,
    validate_snils,
)

__all__ = [
    "AccessCode",
    "AccountManager",
    "Benefit",
    "CardCheck",
    "Consent",
    "DataPower",
    "Employee",
    "Guardian",
    "Guardianship",
    "MilitaryRecord",
    "Person",
    "PersonalFile",
    "Role",
    "SocialCard",
    "Student",
    "User",
    "snils_checksum",
    "validate_snils",
]
