"""The admin site of the journal: sign-in by allauth, sections and start page by role."""

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from admin_customizations.imports import import_urls
from admin_customizations.navigation import sections
from admin_customizations.reports import report_urls
from journal.models.words import is_school


class JournalAdminSite(UnfoldAdminSite):
    """What staff work in."""

    site_title = "Электронный журнал"
    site_header = "Электронный журнал"
    index_title = "Рабочий стол"
    enable_nav_sidebar = True

    def __init__(self, name="admin"):
        super().__init__(name)
        # Nothing of the journal is deleted in heaps.
        self.disable_action("delete_selected")

    def login(self, request, extra_context=None):
        if request.user.is_authenticated:
            return HttpResponseRedirect(reverse("start"))
        return redirect_to_login(request.get_full_path(), reverse("account_login"))

    def logout(self, request, extra_context=None):
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request, extra_context=None):
        return HttpResponseRedirect(reverse("account_change_password"))

    def extra_urls(self):
        return report_urls(self) + import_urls(self)

    def get_app_list(self, request, app_label=None):
        """For the page of the application alone: the sidebar has its own sections."""
        return super().get_app_list(request, app_label) if app_label else []

    def search(self, request, extra_context=None):
        """The skin's palette keeps its answers when a right is taken away: none (L15)."""
        raise Http404

    def speech(self) -> str:
        """Whose words the sidebar is in: a frame that was kept knows no others."""
        return "school" if is_school() else "college"

    def get_sidebar_list(self, request):
        return sections(request)

    def index(self, request, extra_context=None):
        from admin_customizations.start import start_page

        return start_page(self, request)
