"""Who sits in which group, and the orders that say so."""

from journal.models.contingent.certificates import (
    Certificate,
    CertificateTemplate,
    Diploma,
    TargetContract,
)
from journal.models.contingent.membership import PAID, Funding, Membership, StudyForm
from journal.models.contingent.mismatches import ListDelivery, Mismatch
from journal.models.contingent.orders import Order, OrderKind, OrderLine, OrderReason

__all__ = [
    "PAID",
    "Certificate",
    "CertificateTemplate",
    "Diploma",
    "Funding",
    "ListDelivery",
    "Membership",
    "Mismatch",
    "Order",
    "OrderKind",
    "OrderLine",
    "OrderReason",
    "StudyForm",
    "TargetContract",
]
