"""A person at the wizard of imports, for tests."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.imports import book


class Wizard:
    """One person at the wizard of one importer."""

    def __init__(self, client, slug="roster"):
        self.client, self.slug = client, slug
        self.start = reverse("admin:import", args=[slug])

    def upload(self, data, name="список.xlsx"):
        if not isinstance(data, bytes):
            data = book(data)
        response = self.client.post(
            self.start, {"file": SimpleUploadedFile(name, data)}
        )
        if response.status_code == 302:
            self.columns = response["Location"]
            self.preview = f"{self.columns}preview/"
        return response

    def form(self) -> dict:
        """The form of columns as it is offered."""
        html = self.client.get(self.columns).content.decode()
        data = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', html))
        data.pop("csrfmiddlewaretoken")
        for name in re.findall(r'type="checkbox" name="([^"]+)" checked', html):
            data[name] = "on"
        for name, options in re.findall(
            r'<select name="([^"]+)".*?>(.*?)</select>', html, re.DOTALL
        ):
            chosen = re.search(r'value="([^"]*)" selected', options)
            data[name] = chosen[1] if chosen else ""
        return data

    def agree(self, **changes):
        return self.client.post(self.columns, self.form() | changes)

    def look(self):
        return self.client.get(self.preview)

    def apply(self, **answers):
        mark = self.look().context["outcome"].fingerprint
        data = {"action": "apply", "fingerprint": mark, **answers}
        return self.client.post(self.preview, data)
