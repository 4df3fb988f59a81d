"""Where static files go in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestOfModules(CompressedManifestStaticFilesStorage):
    """Scripts name each other by hashed names as well.

    Else a page of the new version would run with a module of the old one that the
    browser still keeps, and ask for each of its modules again.
    """

    support_js_module_import_aggregation = True
