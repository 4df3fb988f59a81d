import pytest

from journal.domain.contingent.certificates import issue_certificate
from journal.models import CertificateTemplate


@pytest.fixture
def template(world):
    return CertificateTemplate.objects.create(
        kind="place",
        name="Краткая",
        title="Справка об обучении",
        body="{Студент}, группа {группа}.\n\nВыдана {куда}.",
        signatory_post="Директор",
        signatory_name="Громов П. И.",
    )


@pytest.fixture
def issued(world, template):
    return issue_certificate(
        world.students[0], template, "в военный комиссариат", world.secretary
    )
