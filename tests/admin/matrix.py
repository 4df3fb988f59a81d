"""Who may do what in the admin: written by hand, computed by nothing.

Letters: `v` sees the list, `n` the near row (of group 2-ИС and its course), `f` the far
one (of 1-ЭК); `a` adds, `c` changes the near row, `d` deletes it. What is not named for
a role is closed to it.
"""

from itertools import chain

from tests.admin import closing, data_papers, movement, papers, records, teaching

REFERENCE = (
    "institution campus room department specialty academicyear period calendarday "
    "bellschedule discipline lessonkind workkind absencereason cycle"
)
COURSES = "group course courseteacher timetableentry lesson subgroup membership"
PLANS = "thematicplan plannedlesson"
CURRICULA = "curriculum planitem"
REST = (
    "role employee user student guardian exemption periodclosing importbatch "
    "dataaccess cardcheck mismatch listdelivery"
)
ALL = (
    f"{REFERENCE} {COURSES} {PLANS} {CURRICULA} {REST} {papers.MODELS} "
    f"{data_papers.MODELS} {movement.MODELS} {teaching.MODELS} "
    f"{records.MODELS}"
)

# role: ((letters, models), …); a later line overrides an earlier one
EXPECTED = {
    "office": (
        ("vnf", ALL),
        (
            "vnfac",
            "role campus room department specialty academicyear period bellschedule "
            "discipline lessonkind workkind absencereason cycle employee user student "
            "guardian membership group",
        ),
        ("vnfc", "institution"),
        ("vnfacd", "calendarday"),
        ("vnfa", "mismatch"),
    ),
    "director": (("vnf", ALL), ("vnfc", "role")),
    "deputy": (
        ("vnf", ALL),
        (
            "vnfac",
            "academicyear period discipline lessonkind workkind cycle subgroup "
            f"course courseteacher {PLANS} exemption {CURRICULA}",
        ),
        ("vnfacd", "calendarday planitem plannedlesson"),
        ("vnfa", "periodclosing"),
    ),
    "deputy_upr": (("vnf", ALL),),
    "deputy_uvr": (("vnf", ALL),),
    "department_head": (
        ("vnf", f"{REFERENCE} employee periodclosing listdelivery"),
        ("vn", f"{COURSES} {PLANS} student guardian exemption cardcheck mismatch"),
        ("vn", CURRICULA),
    ),
    "studyunit": (
        ("vnf", f"{REFERENCE} employee periodclosing"),
        ("vn", f"lesson {PLANS} guardian cardcheck mismatch"),
        (
            "vnac",
            "student membership group course courseteacher timetableentry subgroup "
            "exemption curriculum",
        ),
        ("vnacd", "planitem"),
        ("vnfac", "bellschedule"),
        ("vnfacd", "calendarday"),
        ("v", "importbatch"),
    ),
    "dispatcher": (
        (
            "vnf",
            f"{REFERENCE} importbatch employee group course lesson subgroup {PLANS} "
            "student guardian membership exemption mismatch",
        ),
        ("vnfac", "room bellschedule courseteacher"),
        ("vnfacd", "calendarday timetableentry"),
    ),
    "secretary": (
        (
            "vnf",
            f"{REFERENCE} importbatch employee course exemption cardcheck mismatch "
            "listdelivery",
        ),
        ("vnfac", "student guardian membership group"),
    ),
    # Its own imports alone.
    "hr": (("vnf", REFERENCE), ("v", "importbatch cardcheck"), ("vnfac", "employee")),
    "curator": (
        ("vnf", f"{REFERENCE} employee"),
        ("vn", f"{COURSES} {PLANS} exemption cardcheck"),
        ("vnc", "student guardian"),
        ("vnac", "subgroup"),
        ("vna", "mismatch"),
    ),
    # The plan of the course is approved: it stands still.
    "teacher": (
        ("vnf", REFERENCE),
        ("vn", COURSES),
        ("vna", PLANS),
        ("vnc", "lesson"),
    ),
    # Teaches 2-ИС, though not this course of it.
    "teacher2": (
        ("vnf", REFERENCE),
        ("vn", "group membership"),
        ("v", "course courseteacher timetableentry lesson subgroup"),
        ("va", PLANS),
    ),
    "master": (
        ("vnf", REFERENCE),
        ("vn", "group membership"),
        ("v", "course courseteacher timetableentry lesson subgroup"),
        ("va", PLANS),
    ),
    "safety": (("vnf", f"{REFERENCE} employee user group dataaccess"),),
    "extracurricular": (("vnf", f"{REFERENCE} employee student membership group"),),
    "certificates": (
        ("vnf", f"{REFERENCE} employee student guardian exemption {COURSES} {PLANS}"),
    ),
    "root": (
        ("vnfacd", ALL),
        ("vnfc", "institution"),
        ("vnfcd", "lesson"),
        ("vnfac", "user"),
        ("vnfa", "periodclosing mismatch"),
        ("vnf", "importbatch dataaccess cardcheck listdelivery"),
    ),
}
OUTSIDE = ("student", "stranger", "parent", "trustee", "nobody")

# button or page of a row: the roles that it is for, near and far. The row stands in the
# state of the cast: an approved plan, a closing that the deputy made.
OFFICE = {"office", "root"}
SEE_PLANS = {"office", "director", "deputy", "deputy_upr", "deputy_uvr", "root"}
BUTTONS = {
    ("user", "roles"): (
        {"office", "director", "deputy", "deputy_upr", "deputy_uvr", "root"},
    )
    * 2,
    ("user", "code"): (OFFICE, OFFICE),
    ("user", "sessions"): (OFFICE, OFFICE),
    ("employee", "let_in"): (OFFICE | {"deputy"},) * 2,
    # The near student has no account yet, nor has the far parent.
    ("student", "let_in"): (
        OFFICE | {"curator", "dispatcher"},
        OFFICE | {"dispatcher"},
    ),
    ("guardian", "let_in"): (
        OFFICE | {"curator", "dispatcher"},
        OFFICE | {"dispatcher"},
    ),
    ("group", "access"): (OFFICE | {"curator", "dispatcher"}, OFFICE | {"dispatcher"}),
    # The near plan is approved, the far one a draft.
    ("thematicplan", "submit"): (set(), {"deputy", "root"}),
    ("thematicplan", "approve"): (set(), set()),
    ("thematicplan", "send_back"): ({"deputy", "root"}, set()),
    ("courseteacher", "give_away"): (
        {"deputy", "studyunit", "dispatcher", "root"},
        {"deputy", "dispatcher", "root"},
    ),
    # Both plans are drafts; the flat table goes to those who export.
    ("curriculum", "table"): (SEE_PLANS | {"studyunit", "department_head"}, SEE_PLANS),
    ("curriculum", "flat"): ({"deputy", "studyunit", "root"}, {"deputy", "root"}),
    ("curriculum", "approve"): ({"deputy", "root"},) * 2,
    ("curriculum", "renew"): (set(), set()),
    ("planitem", "to_table"): (SEE_PLANS | {"studyunit", "department_head"}, SEE_PLANS),
    # The calendar of the cast is empty.
    ("studycalendar", "copy_spans"): (OFFICE | {"deputy", "studyunit", "dispatcher"},)
    * 2,
    ("mismatch", "take"): (OFFICE, OFFICE),
    ("mismatch", "solve"): (OFFICE, OFFICE),
    ("mismatch", "reject"): (OFFICE, OFFICE),
    ("periodclosing", "reopen"): ({"director", "root"} | OFFICE,) * 2,
    ("periodclosing", "close_again"): (set(), set()),
}
EXPORTS = {
    "guardian": {"office", "secretary", "root"},
    "student": {"office", "deputy", "studyunit", "secretary", "root"},
    "group": {"office", "deputy", "secretary", "root"},
    "room": {"office", "deputy", "dispatcher", "root"},
    "employee": {"office", "deputy", "hr", "root"},
    "discipline": {"office", "deputy", "root"},
    "curriculum": {"deputy", "studyunit", "root"},
    "thematicplan": {"office", "deputy", "studyunit", "root"},
    "timetableentry": {"dispatcher", "root"},
}
# Pages that the tests of their own area walk.
ELSEWHERE = {
    "journal_employee_access",
    "journal_course_spread",
    "journal_lesson_take",
    "journal_examevent_session",
    "journal_examevent_to_session",
    "journal_lesson_day",
    "journal_lesson_day_away",
    "journal_lesson_day_change",
    "journal_lesson_day_extra",
    "journal_cells",
    "journal_cell_past",
    "journal_curriculum_cells",
    "journal_importbatch_take_back",
    "journal_cardcheck_rounds",
    "journal_cardcheck_round",
    "journal_order_rollover",
    "journal_order_roll_back",
    "journal_order_to_rollover",
    "journal_listdelivery_due",
    "journal_student_tab",
    "journal_student_tab_past",
    "journal_guardian_tab",
    "journal_guardian_tab_past",
    "journal_employee_tab",
    "journal_employee_tab_past",
    "journal_subgroup_split",
    *(f"journal_course_{page}" for page in ("from_plan", "to_from_plan")),
    *(f"journal_course_{page}" for page in ("hours", "to_hours")),
    *(f"journal_courseteacher_{page}" for page in ("table", "to_table")),
    *(f"journal_academicyear_{page}" for page in ("opening", "to_opening")),
    *(f"journal_studycalendar_{page}" for page in ("weeks", "to_weeks")),
    *(
        f"journal_timetableentry_{page}"
        for page in (
            *("week", "week_free", "week_move", "week_place", "week_remove"),
            *("week_line", "week_lay_out", "clashes", "to_week", "to_clashes"),
        )
    ),
}

MORE = (papers, data_papers, movement, teaching, records)
ELSEWHERE |= papers.ELSEWHERE | teaching.ELSEWHERE | records.ELSEWHERE
ELSEWHERE |= closing.ELSEWHERE
for _part in (*MORE, closing):
    BUTTONS |= _part.BUTTONS


def letters(role: str) -> dict[str, str]:
    """model: letters, for one of the roles."""
    found = {}
    beside = (more.EXPECTED.get(role, ()) for more in MORE)
    for allowed, models in chain(EXPECTED[role], *beside):
        found |= dict.fromkeys(models.split(), allowed)
    return found
