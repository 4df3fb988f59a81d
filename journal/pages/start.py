"""Where sign-in leads."""

from django.shortcuts import redirect, render

from journal.pages.context import account_of


def start(request):
    """Staff to their workplace, families and students to the diary."""
    person = account_of(request.user)
    if person.is_staff:
        return redirect("admin:index")
    if person.has_diary:
        return redirect("diary:week")
    return render(request, "account/no_role.html")
