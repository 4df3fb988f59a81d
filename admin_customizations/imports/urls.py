"""Addresses of the import, below those of the admin."""

from django.urls import path, reverse

from admin_customizations.imports.batches import batch_page, undo_page
from admin_customizations.imports.views import columns, errors_file, preview, upload
from journal.exchange.registry import IMPORTERS
from journal.exchange.rights import may


def import_urls(site) -> list:
    pages = (
        ("batch/<int:pk>/", batch_page, "import_batch"),
        ("batch/<int:pk>/undo/", undo_page, "import_undo"),
        ("<slug:slug>/", upload, "import"),
        ("<slug:slug>/<uuid:token>/", columns, "import_columns"),
        ("<slug:slug>/<uuid:token>/preview/", preview, "import_preview"),
        ("<slug:slug>/<uuid:token>/errors/", errors_file, "import_errors"),
    )
    return [
        path(f"import/{route}", site.admin_view(view(site)), name=name)
        for route, view, name in pages
    ]


def load_url(user, model) -> str:
    """Where `user` may load rows of this model from a file; "" where nowhere."""
    for importer in IMPORTERS.values():
        if importer.model is model and may(user, importer.permission()):
            return reverse("admin:import", args=[importer.slug])
    return ""
