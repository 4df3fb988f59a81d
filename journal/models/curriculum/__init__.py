"""What is taught: disciplines, plans, courses, thematic plans."""

from journal.models.curriculum.curricula import (
    AttestationForm,
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    Cycle,
    Discipline,
    PlanHours,
    PlanItem,
    PlanWeeks,
)
from journal.models.curriculum.load import (
    ControlWork,
    Course,
    CourseTeacher,
    Exemption,
    Subgroup,
    SubgroupMember,
)
from journal.models.curriculum.plans import (
    Abbreviation,
    PlannedLesson,
    ThematicPlan,
)
from journal.models.curriculum.programmes import (
    HoursKind,
    LessonKind,
    ProgrammeTopic,
    WorkProgramme,
)

__all__ = [
    "Abbreviation",
    "AttestationForm",
    "ComplexForm",
    "ComplexFormPart",
    "ControlWork",
    "Course",
    "CourseTeacher",
    "Curriculum",
    "Cycle",
    "Discipline",
    "Exemption",
    "HoursKind",
    "LessonKind",
    "PlanHours",
    "PlanItem",
    "PlanWeeks",
    "PlannedLesson",
    "ProgrammeTopic",
    "Subgroup",
    "SubgroupMember",
    "ThematicPlan",
    "WorkProgramme",
]
