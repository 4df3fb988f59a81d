"""Settings of the journal: one file, everything from the environment.

Without any variable a checkout runs at once: SQLite, DEBUG on, a key of its own that
production refuses. docs/deploy.md lists the variables.
"""

import sqlite3
from pathlib import Path

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
VAR.mkdir(mode=0o700, parents=True, exist_ok=True)

DEBUG = env.flag("DEBUG", True)
CHECKOUT_KEY = "checkout-only-" + "0123456789" * 5
SECRET_KEY = env.text("SECRET_KEY", CHECKOUT_KEY if DEBUG else "")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]" if DEBUG else "")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
if not DEBUG:
    if len(SECRET_KEY) < 50 or SECRET_KEY == CHECKOUT_KEY:
        raise ImproperlyConfigured("SECRET_KEY: at least 50 random characters")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS: name the host, * is refused")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "config.apps.JournalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django_filters",
    "import_export",
    "simple_history",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "journal",
    "admin_customizations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "journal.pages.health.AnonymousHealthMiddleware",
    "journal.pages.middleware.WordsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "journal.pages.middleware.SignInMiddleware",
    "journal.pages.middleware.PersonalDataMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the templates of the libraries, whatever their order above.
        "DIRS": [
            BASE_DIR / "journal" / "templates",
            BASE_DIR / "admin_customizations" / "templates",
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "journal.pages.context.institution",
            ],
            "builtins": ["journal.pages.words"],
        },
    },
]

# Long work (all reports of many groups): done by `manage.py db_worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Databases

DATABASES = {
    "default": env.database("DATABASE_URL", f"sqlite:///{VAR}/journal.sqlite3")
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Before 3.51.3 two checkpoints that race can corrupt a WAL database.
    journal_mode = "WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "DELETE"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            f"PRAGMA journal_mode={journal_mode};PRAGMA synchronous=FULL;"
            "PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Compiling a query of row rights takes the server longer than running it ten times.
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off")
    # The server plans a repeated query once: planning ten joins costs more than them.
    DATABASES["default"]["OPTIONS"] |= {
        "server_side_binding": True,
        "prepare_threshold": 3,
    }
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.whole("DATABASE_POOL", 8, low=1, high=200),
        "timeout": 10,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People and sign-in

AUTH_USER_MODEL = "journal.User"
AUTHENTICATION_BACKENDS = ["journal.domain.people.access.RoleBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"
    },
    {"NAME": "journal.domain.people.access.PasswordPolicy"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "journal.pages.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "journal.pages.accounts.forms.SignInForm",
    "change_password": "journal.pages.accounts.forms.ChangePasswordForm",
    "reset_password": "journal.pages.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "journal.pages.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "journal.pages.accounts.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# The other sessions die with the old password; the one that changed it stays.
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_COOKIE_AGE = 30 * 24 * 3600
ACCOUNT_SESSION_REMEMBER = None  # families may stay signed in, staff never
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {
    # A whole college signs in from one address at half past eight.
    "login": "240/m/ip",
    "login_failed": "5/15m/key,100/15m/ip",
    "login_spread": "20/15m/key",
    "access_code": "10/15m/key,60/15m/ip",
    "reset_password": "20/h/ip,3/h/key",
}
MFA_ADAPTER = "journal.pages.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "journal.pages.accounts.forms.FactorForm",
    "reauthenticate": "journal.pages.accounts.forms.FactorAgainForm",
    "activate_totp": "journal.pages.accounts.forms.ActivateFactorForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_ENGINE = "journal.pages.sessions"
SESSION_COOKIE_AGE = env.whole("SESSION_HOURS", 12, low=1, high=24 * 14) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Staff who do nothing for so long sign in again; 0 switches the lock off.
IDLE_MINUTES = env.whole("IDLE_MINUTES", 60, low=0, high=24 * 60)
PAGES_A_MINUTE = env.whole("PAGES_A_MINUTE", 120, low=10, high=10**6)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Rate limits count in a cache that every worker of one machine shares.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "cache",
        # Past this, a third of the entries is thrown away at random, counters too.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Language and time

LANGUAGE_CODE = "ru"
TIME_ZONE = env.text("TIME_ZONE", "Europe/Moscow")
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# Files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "config.static.ManifestOfModules"
        ),
        # Readable by the web server, whoever collected them.
        "OPTIONS": {
            "file_permissions_mode": 0o644,
            "directory_permissions_mode": 0o755,
        },
    },
    "import_export": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "imports", "file_permissions_mode": 0o600},
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 2**20

# Mail

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.whole("EMAIL_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 5
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.console.EmailBackend"
)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "journal@localhost")

# Transport and headers

if not DEBUG:
    # INSECURE_HTTP serves a trial inside a closed network, without TLS.
    secure = not env.flag("INSECURE_HTTP", False)
    SECURE_SSL_REDIRECT = secure
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = secure
    SECURE_HSTS_SECONDS = 31536000 if secure else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = secure
    if env.flag("BEHIND_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
    },
}
# Unfold's Alpine needs eval, and its widgets inline styles; no inline script is let in.
ADMIN_CSP = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

# Libraries

UNFOLD = {
    "SITE_TITLE": "Электронный журнал",
    "SITE_HEADER": "Электронный журнал",
    "SITE_SYMBOL": "menu_book",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("journal/icon.svg"),
        }
    ],
    "STYLES": [lambda request: static("admin_customizations/skin.css")],
    "SCRIPTS": [lambda request: static("admin_customizations/once.js")],
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        }
    },
}

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_EDIT = False
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.MediaStorage"

# The demo college, its short passwords and its sign-ins exist only beside DEBUG.
DEMO_ALLOWED = DEBUG
MFA_FOR_STAFF = env.flag("MFA_FOR_STAFF", not DEBUG)
