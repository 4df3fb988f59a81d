"""Diplomas: what the card of a graduate says for them."""

from journal.models import Diploma, Membership, Student

# Fields of a diploma that the card and the last group can fill.
FROM_CARD = (
    "last_name",
    "first_name",
    "middle_name",
    "specialty_code",
    "specialty_name",
    "qualification",
    "programme",
    "year_started",
    "year_finished",
    "form",
    "funding",
)


def diploma_facts(student: Student) -> dict:
    """Field of a diploma → what the card says, of `FROM_CARD`; only what is known.

    The specialty and the years are those of the last group; the programme is named
    like the specialty. Two queries.
    """
    seats = Membership.objects.filter(student=student).order_by("start")
    seats = list(seats.select_related("group__specialty"))
    facts = {
        "last_name": student.last_name,
        "first_name": student.first_name,
        "middle_name": student.middle_name,
    }
    if seats:
        last, group = seats[-1], seats[-1].group
        specialty = group.specialty
        years = group.years or (specialty and specialty.years)
        started = group.admission_year or seats[0].start.year
        facts |= {
            "year_started": started,
            "year_finished": last.end.year if last.end else years and started + years,
            "form": last.form,
            "funding": last.funding,
        }
        if specialty:
            facts |= {
                "specialty_code": specialty.code,
                "specialty_name": specialty.name,
                "qualification": specialty.qualification,
                "programme": specialty.name,
            }
    return {name: value for name, value in facts.items() if value}


def fill_from_card(diploma: Diploma) -> list[str]:
    """Write into a diploma what the card says; the names of the fields that changed.

    Raises ValidationError where the whole does not hold then.
    """
    changed = []
    for name, value in diploma_facts(diploma.student).items():
        if getattr(diploma, name) != value:
            setattr(diploma, name, value)
            changed.append(str(Diploma._meta.get_field(name).verbose_name))
    if changed:
        diploma.full_clean()
        diploma.save()
    return changed
