"""The admin site of the journal."""

from unfold.sites import UnfoldAdminSite


class JournalAdminSite(UnfoldAdminSite):
    site_header = "Электронный журнал"
