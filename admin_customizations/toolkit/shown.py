"""Fields that are shown only: another object is a link for whoever may open it."""

from django.contrib.auth import get_permission_codename
from unfold import forms as skin
from unfold.fields import UnfoldAdminReadonlyField


class ShownField(UnfoldAdminReadonlyField):
    """A shown object is a link unless its page would refuse this person.

    The form knows its `viewer`: pages of the toolkit say it in `get_form` and
    `get_formset`.
    """

    def get_admin_url(self, remote_field, remote_obj):
        opts = remote_field.model._meta
        viewer = getattr(self.form, "viewer", None)
        rights = (get_permission_codename(verb, opts) for verb in ("view", "change"))
        if viewer and not any(
            viewer.has_perm(f"{opts.app_label}.{right}") for right in rights
        ):
            return str(remote_obj)
        return super().get_admin_url(remote_field, remote_obj)


def install():
    """Make the skin's pages draw their shown fields so."""
    skin.UnfoldAdminReadonlyField = ShownField
