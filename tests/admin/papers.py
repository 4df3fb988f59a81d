"""Papers given out: their part of the table of roles, and their rows."""

from datetime import date

from journal.models import Certificate, CertificateTemplate, Diploma, TargetContract

CERTIFICATES = "certificate certificatetemplate"
DIPLOMAS = "diploma targetcontract"
MODELS = f"{CERTIFICATES} {DIPLOMAS}"

# What is said of them beside `ALL`, in the letters of the table.
EXPECTED = {
    "office": (("vnfac", f"certificatetemplate {DIPLOMAS}"),),
    "department_head": (
        ("vnf", "certificatetemplate"),
        ("vn", f"certificate {DIPLOMAS}"),
    ),
    "studyunit": (("vn", f"certificate {DIPLOMAS}"),),
    "secretary": (("vnf", CERTIFICATES), ("vnfac", DIPLOMAS)),
    "certificates": (("vnf", CERTIFICATES), ("vnfac", DIPLOMAS)),
    "curator": (("vn", f"certificate {DIPLOMAS}"),),
    "root": (("vnf", "certificate"), ("vnfac", DIPLOMAS)),
}
ISSUERS = {"office", "secretary", "certificates", "root"}
HEAD = {"department_head"}
BUTTONS = {
    ("student", "issue_certificate"): (ISSUERS | HEAD, ISSUERS),
    ("certificate", "print_paper"): (ISSUERS | HEAD, ISSUERS),
    ("certificate", "cancel"): (ISSUERS, ISSUERS),
    ("certificatetemplate", "trial"): (ISSUERS | HEAD,) * 2,
    ("diploma", "fill"): (ISSUERS, ISSUERS),
}
# Links that lead on, and the export: tests/contingent walks them.
ELSEWHERE = {
    "journal_student_draw_up_diploma",
    "journal_student_keep_contract",
    "journal_diploma_frdo",
}


def build(world) -> dict:
    """model: (a row of the group 2-ИС, one of the group 1-ЭК)."""
    template = CertificateTemplate.objects.create(
        kind="place",
        name="Справка",
        title="Справка",
        body="{студент}, {группа}",
        signatory_post="Директор",
    )
    students = (world.students[1], world.students2[1])
    certificates = tuple(
        Certificate.objects.create(
            number=number,
            year=world.today.year,
            student=student,
            template=template,
            content={"title": "Справка", "issuer": [], "paragraphs": ["Текст"]}
            | {"post": "Директор", "name": "", "student": str(student)},
        )
        for number, student in enumerate(students, 1)
    )
    return {
        "certificatetemplate": (template, template),
        "certificate": certificates,
        "diploma": tuple(diploma(one, number=one.pk) for one in students),
        "targetcontract": tuple(contract(one) for one in students),
    }


def diploma(student, **fields) -> Diploma:
    """A diploma in which nothing is wrong, but for what the card lacks."""
    number = fields.pop("number", student.pk)
    return Diploma.objects.create(
        **{
            "student": student,
            "series": "107424",
            "number": str(number),
            "registration_no": str(number),
            "issued_on": date(2026, 6, 30),
            "specialty_code": "09.02.07",
            "specialty_name": "Информационные системы",
            "qualification": "Программист",
            "programme": "Информационные системы",
            "last_name": student.last_name,
            "first_name": student.first_name,
            "middle_name": student.middle_name,
            "year_started": 2022,
            "year_finished": 2026,
            "form": "full_time",
            "funding": "region",
            **fields,
        }
    )


def contract(student, **fields) -> TargetContract:
    return TargetContract.objects.create(
        **{
            "student": student,
            "number": "15-Ц",
            "signed_on": date(2022, 8, 20),
            "customer": "ООО «Связь»",
            "customer_ogrn": "1" * 13,
            "customer_kpp": "2" * 9,
            **fields,
        }
    )
