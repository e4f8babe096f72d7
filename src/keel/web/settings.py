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

SECRET_KEY, *SECRET_KEY_FALLBACKS = environment.secret_keys(FOLDER)
ALLOWED_HOSTS = environment.hosts()
FACTOR_KEY = environment.factor_key(FOLDER)
DATABASES = {"default": environment.database(FOLDER)}
if DATABASES["default"]["ENGINE"] == environment.SQLITE:
    sqlite.install()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "keel.web.urls"
WSGI_APPLICATION = "keel.web.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "keel.web.accounts",
    "keel.web.staff",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "keel.web.check",
    "keel.web.clinic",
    "keel.web.course",
    "keel.web.directory",
    "keel.web.evidence",
    "keel.web.learn",
    "keel.web.live",
    "keel.web.measures",
    "keel.web.offline",
    "keel.web.outbox",
    "keel.web.pages",
    "keel.web.picture",
    "keel.web.questionnaires",
    "keel.web.rems",
    "keel.web.research",
    "keel.web.therapy",
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
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "keel.web.accounts.access.control",
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
                "django.contrib.messages.context_processors.messages",
                "keel.web.pages.context.knowledge",
                "keel.web.directory.context.help_strip",
                "keel.web.language.languages.context",
                "keel.web.accounts.context.lock",
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
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "clinic:home"
LOGOUT_REDIRECT_URL = "account_login"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # what was stored before; rewritten at the next log-in
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "keel.web.accounts.breached.NotBreached", "OPTIONS": {"file": environment.breached_file()}},
]
ACCOUNT_ADAPTER = "keel.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; the password makes the log-in ask for one
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_CHANGE_EMAIL = False
# Wrong passwords: an address 10 a minute and 60 an hour, an account 5 in five minutes and 50 a day, all processes
# together. A log-in that works does not count.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,60/h/ip,5/5m/key,50/d/key"}
ACCOUNT_FORMS = {
    "login": "keel.web.accounts.forms.LogInForm",
    "reauthenticate": "keel.web.accounts.forms.ReauthenticateForm",
    "change_password": "keel.web.accounts.forms.ChangePasswordForm",
    "reset_password": "keel.web.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "keel.web.accounts.forms.ResetPasswordKeyForm",
}
MFA_ADAPTER = "keel.web.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey is two factors because it knows its person
MFA_TOTP_ISSUER = "Keel"
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds either way: clocks of phones and servers differ
MFA_FORMS = {
    "authenticate": "keel.web.accounts.forms.SecondFactorForm",
    "reauthenticate": "keel.web.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "keel.web.accounts.forms.ActivateAppForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
AUDIT_HEAD = environment.audit_head()
BACKUPS = environment.backups(FOLDER)
LOCK_MINUTES = environment.lock_minutes()
globals().update(environment.mail(FOLDER))
TEXTS = environment.texts()
# Counts of tries, shared by all processes. Nothing of the public pages comes in here.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "keel_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
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
