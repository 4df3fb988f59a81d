"""Roles and the rights they begin with: a table, nothing else.

A role is a Django group with an anchor, which says whose rows it reaches. The table is
written into the database where a role is missing; what the institution edited there
afterwards stands (K 4.1.6, M 3).

A right is `verbs:models`; `*` stands for every model with those verbs.
"""

from dataclasses import dataclass


class Anchor:
    """Whose rows a role reaches (E 3.6, U 4.4, K 1.7)."""

    ALL = "all"
    DEPARTMENT = "department"
    SPECIALTY = "specialty"
    GROUP = "group"
    COURSE = "course"
    STAFF = "staff"
    OWN = "own"

    CHOICES = (
        (ALL, "вся организация"),
        (DEPARTMENT, "своё отделение"),
        (SPECIALTY, "закреплённые специальности и корпуса"),
        (GROUP, "своя группа"),
        (COURSE, "свои курсы и занятия"),
        (STAFF, "персонал"),
        (OWN, "только собственные данные"),
    )


@dataclass(frozen=True)
class RoleSpec:
    slug: str
    title: str
    anchor: str
    rights: tuple[str, ...]
    is_staff: bool = True


REFERENCE = (
    "view:institution,campus,room,department,specialty,academicyear,period,calendarday,"
    "bellschedule,bell,discipline,lessonkind,workkind,absencereason,cycle,orderreason,"
    "studycalendar,calendarspan,calendargroup,abbreviation"
)
JOURNAL = (
    "view:group,course,courseteacher,thematicplan,plannedlesson,timetableentry,"
    "lesson,lessontopic,task,mark,absence,membership,subgroup,subgroupmember,"
    "workprogramme,programmetopic,controlwork,examevent,exammember,homework,homeworkfile,"
    "submission,makeup,sheet,sheetpart,sheetmember,result,thesis,debtmeasure,"
    "activity,activitymember,activitysession,activitypresence"
)
CONTINGENT = "view:student,guardian,guardianship,membership,exemption,employee"
OFFICE = (REFERENCE, JOURNAL, CONTINGENT, "view:*")
EDIT = "add,change,view"
# The parts of a student's card beside the name and contacts (domain §5).
CARD = "personalfile,socialcard,benefit,militaryrecord,consent"
PAPERS = "certificate,diploma,targetcontract"
CURRICULA = "curriculum,planitem,planhours,planweeks,complexform,complexformpart"
CALENDAR = (
    f"{EDIT}:calendarday,studycalendar,calendarspan,calendargroup",
    "delete:calendarday,calendarspan,calendargroup",
)
PLANS = (
    f"{EDIT}:thematicplan,plannedlesson,workprogramme,programmetopic,controlwork",
    "delete:plannedlesson,programmetopic,controlwork",
)
SESSION = (f"{EDIT}:examevent,exammember", "delete:examevent,exammember")
SHEETS = (
    f"{EDIT}:sheet,sheetpart,sheetmember,result",
    "delete:sheet,sheetpart,sheetmember,result",
    "sign:sheet",
)
ACTIVITIES = (
    f"{EDIT}:activitymember,activitysession,activitypresence",
    "delete:activitysession,activitypresence",
)
ACTIVITY = (f"{EDIT}:activity", *ACTIVITIES)
TEACHING = (
    f"{EDIT}:mark,absence,task,lessontopic,homework,homeworkfile,submission,makeup",
    "change:lesson",
    "delete:task,lessontopic,homeworkfile,makeup",
    *PLANS,
    *SHEETS,
    *ACTIVITIES,
    "change:thesis",
    "add,view:correctionrequest",
    "import:thematicplan,result",
    "add:subgroupmember",
)
ORDERS = (f"{EDIT}:order,orderline", "delete:orderline", "carry:order")

ROLES = (
    RoleSpec(
        "admin",
        "Администратор журнала",
        Anchor.ALL,
        (
            *OFFICE,
            f"{EDIT}:user,role,institution,campus,room,department,specialty,"
            "academicyear,period,calendarday,bellschedule,bell,lessonkind,workkind,"
            "absencereason,cycle,discipline,group,employee,student,guardian,abbreviation,"
            f"guardianship,membership,accesscode,orderreason,{CARD},{PAPERS},cardcheck,"
            "mismatch,listdelivery,certificatetemplate",
            *ORDERS,
            *CALENDAR,
            "answer:mismatch",
            "export:diploma",
            "delete:bell,abbreviation,guardianship,benefit",
            "import,export:student,guardian,group,room,employee,discipline,thematicplan",
            "issue:accesscode",
            "add:subgroupmember",
            "substitute:lesson",
            "reopen:periodclosing",
        ),
    ),
    RoleSpec(
        "director",
        "Директор",
        Anchor.ALL,
        (
            *OFFICE,
            "change:role",
            "reopen:periodclosing",
            "decide:correctionrequest",
            "add,undo:sittingreview",
            f"{EDIT}:datapower",
        ),
    ),
    RoleSpec(
        "deputy",
        "Заместитель директора по учебной работе",
        Anchor.ALL,
        (
            *OFFICE,
            f"{EDIT}:discipline,cycle,{CURRICULA},course,courseteacher,subgroup,exemption,"
            "workkind,lessonkind,abbreviation,academicyear,period",
            *CALENDAR,
            *PLANS,
            *SESSION,
            "delete:planitem,planhours,planweeks,complexform,complexformpart",
            "approve:thematicplan,curriculum,workprogramme",
            "add,view:periodclosing",
            *SHEETS,
            "annul:sheet",
            f"{EDIT}:thesis,debtmeasure",
            "add,decide:correctionrequest",
            "add,undo:sittingreview",
            "refit:forecastfit",
            "import:result",
            "import,export:discipline,thematicplan,student,group,employee,room,curriculum",
            "issue:accesscode",
            "add,view:listdelivery",
        ),
    ),
    RoleSpec(
        "deputy_upr",
        "Заместитель директора по учебно-производственной работе",
        Anchor.ALL,
        (*OFFICE, f"{EDIT}:thesis"),
    ),
    RoleSpec(
        "deputy_uvr",
        "Заместитель директора по учебно-воспитательной работе",
        Anchor.ALL,
        (*OFFICE, *ACTIVITY, "add,view:listdelivery"),
    ),
    RoleSpec(
        "studyunit",
        "Заведующий учебной частью",
        Anchor.SPECIALTY,
        (
            REFERENCE,
            JOURNAL,
            CONTINGENT,
            "view:periodclosing,importbatch,excuse",
            "add,view:correctionrequest",
            *SHEETS,
            f"{EDIT}:thesis,debtmeasure",
            f"{EDIT}:group,subgroup,subgroupmember,course,courseteacher,membership,"
            "timetableentry,student,exemption",
            f"{EDIT}:bellschedule,bell,{CURRICULA}",
            "delete:planitem,planhours,planweeks,complexform,complexformpart",
            *CALENDAR,
            *SESSION,
            f"{EDIT}:{CARD}",
            f"view:{PAPERS},cardcheck,mismatch",
            *ORDERS,
            "import,export:student,thematicplan,curriculum",
        ),
    ),
    RoleSpec(
        "department",
        "Заведующий отделением",
        Anchor.DEPARTMENT,
        (
            REFERENCE,
            JOURNAL,
            CONTINGENT,
            f"view:periodclosing,order,orderline,mismatch,{CARD},{PAPERS},{CURRICULA}",
            "view:certificatetemplate",
            "add,view:cardcheck,listdelivery,certificate",
            "view:excuse",
            *SHEETS,
            f"{EDIT}:debtmeasure",
            "add,view:correctionrequest",
        ),
    ),
    RoleSpec(
        "dispatcher",
        "Диспетчер расписания",
        Anchor.ALL,
        (
            REFERENCE,
            "view:group,course,courseteacher,employee,timetableentry,lesson,lessontopic,"
            "thematicplan,plannedlesson,subgroup,importbatch,mismatch",
            CONTINGENT,
            *ORDERS,
            f"{EDIT}:timetableentry,room,bellschedule,bell,courseteacher",
            "delete:timetableentry",
            *CALENDAR,
            *SESSION,
            "view:examevent,exammember,controlwork",
            "add,substitute:lesson",
            "import,export:room,timetableentry",
            "issue:accesscode",
        ),
    ),
    RoleSpec(
        "secretary",
        "Секретарь учебной части",
        Anchor.ALL,
        (
            REFERENCE,
            "view:group,course,importbatch",
            CONTINGENT,
            f"{EDIT}:student,guardian,guardianship,membership,group,{CARD},{PAPERS}",
            "view:cardcheck,mismatch,certificatetemplate",
            "add,view:listdelivery",
            "delete:benefit",
            *ORDERS,
            "export:diploma",
            "import,export:student,guardian,group",
        ),
    ),
    RoleSpec(
        "hr",
        "Специалист по кадрам",
        Anchor.STAFF,
        (
            REFERENCE,
            f"{EDIT}:employee,consent",
            "add,view:cardcheck",
            "view:importbatch,datapower",
            *ORDERS,
            "import,export:employee",
        ),
    ),
    RoleSpec(
        "safety",
        "Ответственный за безопасность",
        Anchor.ALL,
        (REFERENCE, "view:group,employee,user,dataaccess,datapower"),
    ),
    RoleSpec(
        "extracurricular",
        "Ответственный за внеурочную деятельность",
        Anchor.ALL,
        (
            REFERENCE,
            "view:group,student,membership,employee,activity",
            *ACTIVITY,
        ),
    ),
    RoleSpec(
        "certificates",
        "Ответственный за печать аттестатов и дипломов",
        Anchor.ALL,
        (
            REFERENCE,
            JOURNAL,
            CONTINGENT,
            f"{EDIT}:{PAPERS}",
            "view:certificatetemplate",
            "export:diploma",
        ),
    ),
    RoleSpec(
        "curator",
        "Куратор",
        Anchor.GROUP,
        (
            REFERENCE,
            JOURNAL,
            CONTINGENT,
            f"{EDIT}:absence,excuse,debtmeasure,makeup",
            *ACTIVITY,
            "add,view:correctionrequest",
            "change:student,subgroup,subgroupmember,guardian",
            "add:subgroup,subgroupmember",
            f"{EDIT}:{CARD}",
            "add,view:cardcheck,mismatch",
            f"view:order,orderline,{PAPERS}",
            "issue:accesscode",
        ),
    ),
    RoleSpec(
        "teacher",
        "Преподаватель",
        Anchor.COURSE,
        (
            REFERENCE,
            JOURNAL,
            *TEACHING,
        ),
    ),
    RoleSpec(
        "master",
        "Мастер производственного обучения",
        Anchor.COURSE,
        (
            REFERENCE,
            JOURNAL,
            *TEACHING,
        ),
    ),
    RoleSpec(
        "student",
        "Студент",
        Anchor.OWN,
        (REFERENCE, JOURNAL, "view:student,excuse", "add,change:submission"),
        is_staff=False,
    ),
    RoleSpec(
        "parent",
        "Родитель (законный представитель)",
        Anchor.OWN,
        (
            REFERENCE,
            JOURNAL,
            "view:student,guardian,guardianship,excuse",
            "delegate:guardianship",
        ),
        is_staff=False,
    ),
    RoleSpec(
        "trustee",
        "Доверенный представитель",
        Anchor.OWN,
        (REFERENCE, JOURNAL, "view:student"),
        is_staff=False,
    ),
)


def codenames(rights: tuple[str, ...], models: list[str]) -> set[str]:
    """Permission codenames (`view_mark`) that a list of rights stands for.

    `models` are the model names that `*` stands for.
    """
    found = set()
    for right in rights:
        verbs, _, names = right.partition(":")
        targets = models if names == "*" else names.split(",")
        found |= {f"{verb}_{name}" for verb in verbs.split(",") for name in targets}
    return found


FAMILIES = ("student", "parent", "trustee")
RESPONSIBLE = ("safety", "extracurricular", "certificates")
HEADS = ("admin", "deputy", "deputy_upr", "deputy_uvr")

# Who appoints to which roles (M 3, K 4.1.6); roles of the institution's own making are
# the administrator's to give.
APPOINTS = {
    "director": HEADS,
    "deputy": RESPONSIBLE,
    "deputy_upr": RESPONSIBLE,
    "deputy_uvr": RESPONSIBLE,
    "admin": tuple(spec.slug for spec in ROLES if spec.slug not in HEADS),
}
# Whose holders get a sign-in from whom (E 3.1, U 3.1, K 4.2.6); None: everybody's. A
# role that is not named here, but has the right, serves families.
ISSUES = {
    "admin": None,
    "deputy": ("teacher", "master", "curator"),
}
