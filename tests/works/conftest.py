"""A homework that is collected, and files to hand in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from journal.domain.lessons.homework import Assignment, assign
from journal.models import Homework

PDF = b"%PDF-1.4 x"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def homework(world) -> Homework:
    """Set at the lesson of two days ago, collected, due with the next lesson, today."""
    return assign(
        world.lesson_past,
        Assignment(
            is_collected=True,
            kind=world.answer,
            files=(SimpleUploadedFile("../<b>задачи</b>.pdf", PDF),),
        ),
    )


def upload(name="ответ.pdf", content=PDF):
    return SimpleUploadedFile(name, content)
