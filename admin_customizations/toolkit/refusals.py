"""What a form cannot know before it saves."""

from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError, IntegrityError
from django.http import HttpResponseRedirect


class Refusals:
    """What only the database or a rule of the domain refuses is said in the form.

    A save that fails so is rolled back whole, and the form comes back as it was typed.
    """

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and object_id is not None:
            self.may_look(request)
            self.seen_or_404(request, object_id)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            request.refusal = " ".join(error.messages)
        except IntegrityError as error:
            request.refusal = self.words_for(error)
            if request.refusal is None:
                raise
        except (DataError, OverflowError) as error:  # a number no column holds
            raise BadRequest from error
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return form

        class RefusedForm(form):
            def clean(self):
                super().clean()
                raise ValidationError(refusal)

        return RefusedForm

    def save_related(self, request, form, formsets, change):
        """Nobody writes a row out of the own reach, whatever the choices offered."""
        super().save_related(request, form, formsets, change)
        if not self.reaches(request, form.instance, "change" if change else "add"):
            raise ValidationError(self.out_of_reach)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError as error:
            words = self.words_for(error)
            if words is None:
                raise
            self.message_user(request, words, "error")
            return HttpResponseRedirect("../change/")

    def words_for(self, error: IntegrityError) -> str | None:
        """Russian words for a rule of the database; areas' admins know them."""
        return None
