"""Accounts: roles written into the database, sign-in rights, one-time codes."""

from journal.domain.people.access import PasswordPolicy, RoleBackend, must_use_mfa
from journal.domain.people.accounts import (
    acknowledge,
    close_from,
    end_sessions,
    may_issue_code,
    may_open_account,
    open_account,
    shut,
    still_studying,
)
from journal.domain.people.codes import (
    CODE_DAYS,
    CODE_LENGTH,
    CODE_TRIES,
    code_as_typed,
    issue_code,
    redeem_code,
)
from journal.domain.people.roles import (
    appoint,
    give_role,
    known_rights,
    may_appoint,
    may_give,
    sync_roles,
)
from journal.domain.people.slips import (
    Holder,
    Slip,
    holders_of,
    issue_slips,
    may_hand_out,
    staff_of,
)
from journal.domain.people.trust import (
    entrust,
    entrustable,
    entrusted_by,
    known_trustees,
    renew_code,
    take_back,
)

__all__ = [
    "CODE_DAYS",
    "CODE_LENGTH",
    "CODE_TRIES",
    "Holder",
    "PasswordPolicy",
    "RoleBackend",
    "Slip",
    "acknowledge",
    "appoint",
    "close_from",
    "code_as_typed",
    "end_sessions",
    "entrust",
    "entrustable",
    "entrusted_by",
    "give_role",
    "holders_of",
    "issue_code",
    "issue_slips",
    "known_rights",
    "known_trustees",
    "may_appoint",
    "may_give",
    "may_hand_out",
    "may_issue_code",
    "may_open_account",
    "must_use_mfa",
    "open_account",
    "redeem_code",
    "renew_code",
    "shut",
    "staff_of",
    "still_studying",
    "sync_roles",
    "take_back",
]
