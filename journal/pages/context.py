"""What every template knows."""

from journal.models import Institution


def institution(request):
    """The institution, read from the database only where a template asks for it."""
    return {"institution": Institution.current}
