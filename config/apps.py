"""The admin site of the product in place of Django's."""

from django.contrib.admin.apps import AdminConfig


class JournalAdminConfig(AdminConfig):
    default_site = "admin_customizations.site.JournalAdminSite"
