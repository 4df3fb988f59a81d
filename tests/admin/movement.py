"""Orders: their part of the table of roles, and their rows."""

from journal.models import Order, OrderReason

MODELS = "order orderreason"
OFFICE = {"office", "root"}
MOVERS = OFFICE | {"secretary", "dispatcher"}
NEAR = MOVERS | {"studyunit"}
READERS = ("teacher", "teacher2", "master", "safety", "extracurricular", "certificates")

# What is said of them beside `ALL`, in the letters of the table; where a student sits is
# read by all and written by orders alone.
EXPECTED = {
    "office": (("vnfac", MODELS), ("vnf", "membership")),
    "department_head": (("vnf", "orderreason"), ("vn", "order")),
    "studyunit": (("vnf", "orderreason"), ("vnac", "order"), ("vn", "membership")),
    "dispatcher": (("vnf", "orderreason"), ("vnfac", "order")),
    "secretary": (("vnf", "orderreason membership"), ("vnfac", "order")),
    # Orders of staff; those of the cast are about students.
    "hr": (("vnf", "orderreason"), ("va", "order")),
    "curator": (("vnf", "orderreason"), ("vn", "order")),
    **dict.fromkeys(READERS, (("vnf", "orderreason"),)),
    "root": (("vnfac", "order"), ("vnf", "membership")),
}
# Both orders are drafts of an expulsion.
BUTTONS = {
    ("student", "enrol"): (set(), set()),
    ("student", "transfer"): (NEAR, MOVERS),
    ("student", "leave"): (NEAR, MOVERS),
    ("student", "rename"): (NEAR, MOVERS),
    ("order", "carry"): (NEAR, MOVERS),
    ("order", "take_back"): (set(), set()),
    ("order", "whole_group"): (NEAR, MOVERS),
    ("order", "drop"): (NEAR, MOVERS),
}


def build(world) -> dict:
    """model: (a row of the group 2-ИС, one of the group 1-ЭК)."""
    reason = OrderReason.objects.create(name="Перевёлся", side="out")
    world.order, world.order2 = (
        Order.objects.create(number=number, kind="expel") for number in ("1", "12")
    )
    world.order.lines.create(student=world.students[1])
    world.order2.lines.create(student=world.students2[1])
    return {"order": (world.order, world.order2), "orderreason": (reason, reason)}
