"""The admin, a file an area; importing this package registers everything."""

from admin_customizations.admin import lessons

__all__ = ["lessons"]
