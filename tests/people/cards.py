"""Addresses of cards and their tabs, and what a browser posts to them."""

from django.urls import reverse


def tab(student, slug: str, page: str = "tab", model: str = "student") -> str:
    return reverse(f"admin:journal_{model}_{page}", args=[student.pk, slug])


def card(person, model: str = "student") -> str:
    return reverse(f"admin:journal_{model}_change", args=[person.pk])


def formset(prefix: str, *rows: dict, initial: int = 0) -> dict:
    """What a browser posts of an inline."""
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for place, row in enumerate(rows):
        data |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return data
