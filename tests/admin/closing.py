"""Requests to correct, sittings and closings: their part of the table."""

ALL = {"office", "director", "deputy", "deputy_upr", "deputy_uvr", "root"}
DECIDE = {"director", "deputy", "root"}
# The requests are of the near and the far teacher; both sheets are drafts.
BUTTONS = {
    ("correctionrequest", "approve"): (DECIDE, DECIDE),
    ("correctionrequest", "refuse"): (DECIDE, DECIDE),
    ("correctionrequest", "take_back"): ({"teacher"}, set()),
    ("sheet", "ask"): (set(), set()),
    ("sheet", "past"): (
        ALL | {"department_head", "studyunit", "curator", "teacher", "certificates"},
        ALL | {"certificates"},
    ),
}
ELSEWHERE = {
    "journal_cells_ask",
    "journal_periodclosing_checklist",
    "journal_periodclosing_to_checklist",
    "journal_correctionrequest_waiting",
    "journal_correctionrequest_to_waiting",
    "journal_sittingreview_flagged",
    "journal_sittingreview_to_flagged",
    "journal_sittingreview_sitting",
}
