"""Lists of papers given out cost the same however long they are."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal.models import Certificate, CertificateTemplate
from tests import cast
from tests.admin.conftest import url
from tests.admin.papers import contract, diploma
from tests.reports.groups import join

QUERIES = {"certificate": 9, "diploma": 8, "targetcontract": 8}


def grow(college, count: int):
    template = CertificateTemplate.objects.get()
    for number in range(100, 100 + count):
        by = cast.account(f"clerk{number}", "secretary")
        student = join(college.group, f"Новый{number}", college.year.start)
        diploma(student, number=number)
        contract(student)
        Certificate.objects.create(
            number=number,
            year=2026,
            student=student,
            template=template,
            issued_by=by,
            content={"student": student.full_name, "group": "2-ИС"},
        )


@pytest.mark.parametrize("model", QUERIES)
@pytest.mark.sqlite
def test_a_list_takes_as_many_queries_for_thirty_rows_as_for_one(
    college, client_of, model
):
    client, at = client_of(college.secretary), url("changelist", model)

    def queries() -> int:
        ContentType.objects.clear_cache()
        client.get(at)  # what a process keeps after its first page
        with CaptureQueriesContext(connection) as caught:
            assert client.get(at).status_code == 200
        return len(caught)

    few = queries()
    grow(college, 30)
    assert (few, queries()) == (QUERIES[model], QUERIES[model])
