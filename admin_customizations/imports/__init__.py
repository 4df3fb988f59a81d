"""Files taken in by hand: upload → columns → preview → one transaction → undo."""

from admin_customizations.imports.urls import import_urls, load_url

__all__ = ["import_urls", "load_url"]
