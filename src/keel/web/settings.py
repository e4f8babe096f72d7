"""Django's settings. What depends on the machine comes from the environment (`environment.py`); the rest is fixed.

Importing this module puts the right SQLite in place before Django looks for one.
"""

from pathlib import Path

from csp.constants import NONE, SELF

from keel.knowledge.catalogues import LOCALE
from keel.web import brands, environment, sqlite
from keel.web.errors import WebError
from keel.web.language import languages

FOLDER = environment.folder()
HTTPS = environment.is_on("KEEL_HTTPS")
DEBUG = environment.is_on("KEEL_DEBUG")
if DEBUG and HTTPS:
    raise WebError("KEEL_DEBUG shows what people typed to anyone who meets an error; it is refused with KEEL_HTTPS.")

SECRET_KEY = environment.secret_key(FOLDER)
ALLOWED_HOSTS = environment.hosts()
DATABASES = {"default": environment.database(FOLDER)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    sqlite.install()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "keel.web.urls"
WSGI_APPLICATION = "keel.web.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "keel.web.accounts",
    "keel.web.check",
    "keel.web.clinic",
    "keel.web.directory",
    "keel.web.evidence",
    "keel.web.learn",
    "keel.web.offline",
    "keel.web.pages",
    "keel.web.picture",
    "keel.web.questionnaires",
    "keel.web.research",
    "keel.web.tools",
]
MIDDLEWARE = [
    "keel.web.guards.log_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "keel.web.guards.add_headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "keel.web.guards.refuse_large_bodies",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "keel.web.pages.context.knowledge",
                "keel.web.directory.context.help_strip",
                "keel.web.language.languages.context",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "keel.web.directory.templatetags.keel_links",
                "keel.web.language.quantities",
                "keel.web.language.sentences",
                "keel.web.picture.templatetags.keel_evidence",
                "keel.web.picture.templatetags.keel_findings",
                "keel.web.picture.templatetags.keel_interactions",
                "keel.web.picture.templatetags.keel_scores",
            ],
        },
    }
]

# People. Public pages have no session; the session cookie belongs to the clinic and ends with the browser.
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:log_in"
LOGIN_REDIRECT_URL = "clinic:home"
LOGOUT_REDIRECT_URL = "pages:home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_AGE = None  # ends with the browser
CSRF_FAILURE_VIEW = "keel.web.pages.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS and host not in environment.THIS_MACHINE]

# The page may run and load what comes from here, and nothing else.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0  # two years
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
# Not no-referrer: browsers then send "Origin: null" with a form, and the CSRF check refuses it.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# What is sent stays in memory: no temporary file may hold what a person uploaded.
LARGEST_BODY_BYTES = 4_000_000  # of any route; most take much less (routes.py)
DATA_UPLOAD_MAX_MEMORY_SIZE = LARGEST_BODY_BYTES
FILE_UPLOAD_MAX_MEMORY_SIZE = LARGEST_BODY_BYTES
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# The check on other sites and on shared screens.
BRANDS = brands.read(environment.brands_file())
KIOSK_SECONDS = environment.kiosk_seconds()

LANGUAGE_CODE = languages.FIRST
LANGUAGES = languages.offered()
LOCALE_PATHS = [LOCALE]
FORMAT_MODULE_PATH = "keel.web.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = FOLDER / "static"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "keel.web.storage.HashedFiles"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"private": {"()": "keel.web.guards.PrivateFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "private"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "keel": {"level": "INFO"},
        # These name paths and hosts that somebody typed; our own line names the route instead.
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
    },
}
