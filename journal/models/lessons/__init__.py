"""The journal itself: lessons, works, marks, absences, what is owed and made good."""

from journal.models.lessons.absences import Absence, AbsenceReason, Excuse
from journal.models.lessons.activities import (
    Activity,
    ActivityMember,
    ActivityPresence,
    ActivitySession,
)
from journal.models.lessons.homework import Homework, HomeworkFile, Submission
from journal.models.lessons.lesson import Lesson, LessonQuerySet, LessonTopic
from journal.models.lessons.makeup import Makeup
from journal.models.lessons.marks import Mark, Scale, Task, WorkKind

__all__ = [
    "Absence",
    "AbsenceReason",
    "Activity",
    "ActivityMember",
    "ActivityPresence",
    "ActivitySession",
    "Excuse",
    "Homework",
    "HomeworkFile",
    "Lesson",
    "LessonQuerySet",
    "LessonTopic",
    "Makeup",
    "Mark",
    "Scale",
    "Submission",
    "Task",
    "WorkKind",
]
