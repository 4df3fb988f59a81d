"""Accounts: roles written into the database, sign-in rights, one-time codes."""

from journal.domain.people.access import PasswordPolicy, RoleBackend, must_use_mfa
from journal.domain.people.accounts import (
    acknowledge,
    close_from,
    end_sessions,
    families_to_close,
    may_issue_code,
    may_open_account,
    open_account,
    open_from,
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
    "families_to_close",
    "give_role",
    "holders_of",
    "issue_code",
    "issue_slips",
    "known_rights",
    "may_appoint",
    "may_give",
    "may_hand_out",
    "may_issue_code",
    "may_open_account",
    "must_use_mfa",
    "open_account",
    "open_from",
    "redeem_code",
    "staff_of",
    "still_studying",
    "sync_roles",
]
