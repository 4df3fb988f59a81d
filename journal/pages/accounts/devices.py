"""Where the journal is open under a person's name, in words that the person knows."""

from allauth.usersessions.views import ListUserSessionsView

# The first that is found counts: Edge and Opera call themselves Chrome as well,
# Chrome calls itself Safari, Android calls itself Linux.
BROWSERS = (
    ("YaBrowser", "Яндекс Браузер"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """«Chrome, Android»; empty where neither browser nor system is known."""
    found = (
        next((name for mark, name in marks if mark in user_agent), "")
        for marks in (BROWSERS, SYSTEMS)
    )
    return ", ".join(filter(None, found))


class Sessions(ListUserSessionsView):
    """The open sessions of a person, each with its `device`."""

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.device = device_of(session.user_agent)
        return context
