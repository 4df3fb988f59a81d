"""The curricula of the demonstration: whole and approved, and a draft to mend."""

from journal.domain.curriculum.completeness import read_admissions
from journal.domain.curriculum.overview import read_overview
from journal.models import Curriculum, User
from tests import cast


def test_curricula_are_whole_and_one_draft_has_something_to_mend(demo):
    plans = Curriculum.objects.order_by("-admission_year")
    draft, *approved = plans
    told = read_overview(draft).warnings
    assert draft.state == "draft" and len(told) == 2, told
    assert "не хватает 8 ч" in told[0] and "нет ни одной формы" in told[1]
    for plan in approved:
        assert plan.state == "approved" and plan.approved_by is not None
        assert read_overview(plan).warnings == []
        assert plan.weeks.count() == 8 and plan.complex_forms.exists()
    assert all(
        one.is_done
        for one in read_admissions(User.objects.get(username="deputy"), cast.TODAY)
    )
