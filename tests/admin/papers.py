"""Papers given out: their part of the table of roles, and their rows."""

from journal.models import Certificate, CertificateTemplate

MODELS = "certificate certificatetemplate"

# What is said of them beside `ALL`, in the letters of the table.
EXPECTED = {
    "office": (("vnfac", "certificatetemplate"),),
    "department_head": (("vnf", "certificatetemplate"), ("vn", "certificate")),
    "studyunit": (("vn", "certificate"),),
    "secretary": (("vnf", MODELS),),
    "certificates": (("vnf", MODELS),),
    "curator": (("vn", "certificate"),),
    "root": (("vnf", "certificate"),),
}
ISSUERS = {"office", "secretary", "certificates", "root"}
HEAD = {"department_head"}
BUTTONS = {
    ("student", "issue_certificate"): (ISSUERS | HEAD, ISSUERS),
    ("certificate", "print_paper"): (ISSUERS | HEAD, ISSUERS),
    ("certificate", "cancel"): (ISSUERS, ISSUERS),
    ("certificatetemplate", "trial"): (ISSUERS | HEAD,) * 2,
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
    return {"certificatetemplate": (template, template), "certificate": certificates}
