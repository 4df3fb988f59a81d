"""What every template outside the admin knows."""

from dataclasses import dataclass

from django.utils.functional import SimpleLazyObject

from journal.models import Institution


@dataclass(frozen=True)
class Account:
    """Who is signed in, as the head of the page names them."""

    name: str
    is_staff: bool
    has_diary: bool
    entrusts: bool


def account_of(user) -> Account:
    """The name and the workplaces of a person; no query but that of the rights of a parent."""
    people = [getattr(user, part, None) for part in ("employee", "student", "guardian")]
    person = next(filter(None, people), None)
    return Account(
        name=person.short_name if person else user.get_full_name(),
        is_staff=user.is_staff,
        has_diary=bool(people[1] or people[2]),
        entrusts=bool(people[2]) and user.has_perm("journal.delegate_guardianship"),
    )


def institution(request):
    """The institution and the account, read only where a template asks for them."""
    return {
        "institution": SimpleLazyObject(Institution.current),
        "account": SimpleLazyObject(lambda: account_of(request.user)),
    }
