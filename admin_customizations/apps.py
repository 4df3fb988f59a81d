"""Everything the admin shows."""

from django.apps import AppConfig


class AdminCustomizationsConfig(AppConfig):
    name = "admin_customizations"
    verbose_name = "Кабинет сотрудника"
