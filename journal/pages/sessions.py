"""Sessions in the database, read by SQL built once: every request begins with one."""

from types import SimpleNamespace

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from journal.models.prepared import Prepared


@Prepared
def _session(key):
    rows = Session.objects.filter(session_key=key).order_by()
    return rows.values_list("session_data", "expire_date")


class SessionStore(db.SessionStore):
    """Django's own, but for how a session is looked up."""

    def _get_session_from_db(self):
        rows = _session(key=self.session_key) if self.session_key else []
        if rows and rows[0][1] > timezone.now():
            data, expires = rows[0]
            return SimpleNamespace(session_data=data, expire_date=expires)
        self._session_key = None
        return None
