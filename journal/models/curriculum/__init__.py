"""What is taught: disciplines, plans, courses, thematic plans."""

from journal.models.curriculum.curricula import (
    AttestationForm,
    Curriculum,
    Cycle,
    Discipline,
    PlanHours,
    PlanItem,
)
from journal.models.curriculum.load import (
    Course,
    CourseTeacher,
    Exemption,
    Subgroup,
    SubgroupMember,
)
from journal.models.curriculum.plans import (
    LessonKind,
    PlannedLesson,
    ThematicPlan,
)

__all__ = [
    "AttestationForm",
    "Course",
    "CourseTeacher",
    "Curriculum",
    "Cycle",
    "Discipline",
    "Exemption",
    "LessonKind",
    "PlanHours",
    "PlanItem",
    "PlannedLesson",
    "Subgroup",
    "SubgroupMember",
    "ThematicPlan",
]
