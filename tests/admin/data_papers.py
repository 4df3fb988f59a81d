"""Papers on personal data: their part of the table of roles, and their rows."""

from journal.models import Consent, DataPower

MODELS = "consent datapower"

# What is said of them beside `ALL`, in the letters of the table.
EXPECTED = {
    "office": (("vnfac", "consent"),),
    "director": (("vnfac", "datapower"),),
    "department_head": (("vn", "consent"),),
    "studyunit": (("vnac", "consent"),),
    "secretary": (("vnfac", "consent"),),
    # Papers of the staff alone: neither of these two.
    "hr": (("va", "consent"), ("vnf", "datapower")),
    "safety": (("vnf", "datapower"),),
    "curator": (("vnac", "consent"),),
    "root": (("vnfacd", MODELS),),
}
KEEPERS = {"office", "secretary", "root"}
BUTTONS = {
    ("consent", "withdraw"): (KEEPERS | {"studyunit", "curator"}, KEEPERS),
    ("consent", "restore"): (set(), set()),
}


def build(world) -> dict:
    """model: (a row of the group 2-ИС, one of the group 1-ЭК)."""
    students = (world.students[1], world.students2[1])
    power = DataPower.objects.create(
        employee=world.office.employee,
        powers="карточки студентов, изменение",
        basis="приказ от 01.09.2026 № 10",
        start=world.year.start,
    )
    consents = tuple(
        Consent.objects.create(
            student=student, kind="processing", signed_on=world.year.start
        )
        for student in students
    )
    return {"consent": consents, "datapower": (power, power)}
