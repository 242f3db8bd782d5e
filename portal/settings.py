"""All settings of the portal. Everything that differs between machines comes from the environment (``.env.example`` lists it), read by ``portal.env``.

A value that means nothing raises ``WrongVariable`` here, at start-up, and never later.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from checks import Options, rpki_tables
from portal import env

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRON = os.environ

DEBUG = env.env_bool(ENVIRON, "DEBUG", default=False)
SITE_NAME = env.env_str(ENVIRON, "SITE_NAME", "Zegel")
SITE_URL, _site_host, _secure = env.env_site(ENVIRON, "SITE_URL", "http://127.0.0.1:8000")
SECRET_KEY = env.env_str(ENVIRON, "SECRET_KEY", "development only, never on a server" if DEBUG else "")
if not SECRET_KEY:
    raise env.WrongVariable(
        "SECRET_KEY is not set. `make run` makes one; on a server set SECRET_KEY or SECRET_KEY_FILE."
    )

ALLOWED_HOSTS = env.env_list(ENVIRON, "ALLOWED_HOSTS", f"{_site_host},localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if _secure else []
CSRF_FAILURE_VIEW = "portal.pages.errors.forbidden"
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LARGEST_REQUEST = 3_000_000  # bytes; the largest is a sheet of domains
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes; the largest form is a pasted list of thousands of domains

INSTALLED_APPS = [
    "portal.pages",
    "portal.scans",
    "portal.tools",
    "portal.accounts",
    "portal.dashboards",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before the headers of pages: they say nothing about a style sheet or a font, and cost half a kilobyte each time.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.lib.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    # Django masks its CSRF tokens and varies the length of what it compresses, so no secret can be guessed from sizes.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.lib.language.LanguageMiddleware",
    "portal.lib.body.LargestRequestMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.lib.outage.OutageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.context.site",
                "portal.accounts.context.account",
            ]
        },
    }
]

# --- Database, broker, cache -------------------------------------------------------------------------------------------------------------------

_database = env.env_database(ENVIRON, "DATABASE_URL")
_sslmode = _database.pop("SSLMODE")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_database,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # A page waits three seconds for a database that is away, and then says so.
        "OPTIONS": {"connect_timeout": 3, **({"sslmode": _sslmode} if _sslmode else {})},
    }
}

REDIS_URL = env.env_redis(ENVIRON, "REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "zegel",
        "TIMEOUT": 600,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
}

# --- Scans -------------------------------------------------------------------------------------------------------------------------------------

try:
    RPKI_SOURCES = Options.from_env(ENVIRON)
except ValueError as error:
    raise env.WrongVariable(f"{error}.") from error
RPKI_DIR = Path(env.env_str(ENVIRON, "RPKI_DIR") or Path(env.env_str(ENVIRON, "VAR_DIR") or BASE_DIR / "var") / "rpki")
SCAN_OPTIONS = rpki_tables.with_copies(RPKI_SOURCES, RPKI_DIR)  # beat has the copies brought up to date
SCAN_DEADLINE = SCAN_OPTIONS.deadline
FRESH_FOR = timedelta(minutes=5)
RETENTION_MEASUREMENT = timedelta(
    days=env.env_int(ENVIRON, "RETENTION_MEASUREMENT_DAYS", default=90, at_least=1, at_most=3650)
)
RETENTION_REPORT = timedelta(days=env.env_int(ENVIRON, "RETENTION_REPORT_DAYS", default=365, at_least=1, at_most=3650))
LIMIT_VISITOR = env.env_rate(ENVIRON, "LIMIT_VISITOR", "30/600")
LIMIT_DOMAIN = env.env_rate(ENVIRON, "LIMIT_DOMAIN", "10/600")
TRUSTED_PROXIES = env.env_networks(ENVIRON, "TRUSTED_PROXIES")
PRACTICE_DOMAINS_FILE = env.env_str(ENVIRON, "PRACTICE_DOMAINS_FILE")

# --- Celery: one task per scan, delivered at least once, claimed exactly once (portal.scans.lifecycle) ------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "zegel-queue:",
    "visibility_timeout": int(SCAN_DEADLINE)
    + 120,  # longer than any scan, so that no message comes back while its scan is measured
    "socket_connect_timeout": 1,
    "socket_timeout": 3,
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_CREATE_MISSING_QUEUES = True
# The engine keeps its own deadline; these only end a task that does not.
CELERY_TASK_SOFT_TIME_LIMIT = int(SCAN_DEADLINE) + 15
CELERY_TASK_TIME_LIMIT = int(SCAN_DEADLINE) + 30
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "reap": {"task": "portal.scans.tasks.reap", "schedule": 10.0, "options": {"expires": 10}},
    "tick": {"task": "portal.dashboards.tasks.tick", "schedule": 10.0, "options": {"expires": 10}},
    "rpki": {
        "task": "portal.scans.tasks.refresh_rpki",
        "schedule": 3600.0,
        "options": {"expires": 3600, "queue": "bulk"},
    },
    "resolver": {"task": "portal.scans.tasks.look_at_resolver", "schedule": 600.0, "options": {"expires": 600}},
    "notices": {"task": "portal.dashboards.tasks.send_notices", "schedule": 10.0, "options": {"expires": 10}},
    "prune": {"task": "portal.scans.tasks.prune", "schedule": 3600.0, "options": {"expires": 3600}},
    "watches": {"task": "portal.tools.tasks.start_watches", "schedule": 300.0, "options": {"expires": 300}},
    "prune-looks": {"task": "portal.tools.tasks.prune", "schedule": 3600.0, "options": {"expires": 3600}},
}
CELERY_TIMEZONE = "UTC"

# --- Language and time --------------------------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = _secure
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# --- Static files ---------------------------------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.env_str(ENVIRON, "STATIC_ROOT") or BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
_hashed = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else _hashed},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
THEME_CSS = env.env_str(ENVIRON, "THEME_CSS")

# --- Safety -------------------------------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # permalinks are secrets: no other site learns them
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.env_bool(ENVIRON, "HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS
# Whether every subdomain speaks https is for the operator to know.
SILENCED_SYSTEM_CHECKS = [] if SECURE_HSTS_INCLUDE_SUBDOMAINS else ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# --- Accounts: django-allauth signs people in; organisations and roles are portal.accounts --------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
SIGN_UP = env.env_choice(ENVIRON, "SIGN_UP", ("open", "closed"))
SIGN_UP_MAIL_DOMAINS = [domain.lower() for domain in env.env_list(ENVIRON, "SIGN_UP_MAIL_DOMAINS")]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "lists"
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "portal.accounts.forms.SignUpForm"}
SOCIALACCOUNT_ADAPTER = "portal.accounts.adapter.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "portal.accounts.forms.ProviderSignUpForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_DISPLAY = "portal.accounts.lifecycle.display_name"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _secure else "http"
# A session ends with the browser, and after a working day at the latest.
ACCOUNT_SESSION_REMEMBER = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LIMIT_INVITATIONS = (30, 3600)  # mails that one person can make us send to strangers, in so many seconds
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # steps of half a minute (RFC 6238 section 5.2)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure  # browsers themselves allow that on localhost only

# An identity provider of the organisation's own, by OpenID Connect discovery.
OIDC_SERVER_URL = env.env_str(ENVIRON, "OIDC_SERVER_URL")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_SERVER_URL:
    _oidc_origin = env.env_origin(ENVIRON, "OIDC_SERVER_URL")
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": env.env_str(ENVIRON, "OIDC_NAME", "OpenID Connect"),
                    "client_id": env.env_str(ENVIRON, "OIDC_CLIENT_ID"),
                    "secret": env.env_str(ENVIRON, "OIDC_CLIENT_SECRET"),
                    "settings": {"server_url": OIDC_SERVER_URL},
                }
            ],
        }
    }
    # The form that starts signing in is answered by a redirect to the provider, and form-action counts for that too.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] = [SELF, _oidc_origin]

# --- Alerts: confirmed by a second measurement; webhooks go to public addresses only -------------------------------------------------------------

ALERT_CONFIRM_AFTER = timedelta(
    minutes=env.env_int(ENVIRON, "ALERT_CONFIRM_MINUTES", default=5, at_least=0, at_most=1440)
)
OUTGOING_ALLOWED_NETWORKS = env.env_networks(ENVIRON, "OUTGOING_ALLOWED_NETWORKS")
OUTGOING_CA_BUNDLE = env.env_str(ENVIRON, "OUTGOING_CA_BUNDLE")
METRICS_TOKEN = env.env_str(ENVIRON, "METRICS_TOKEN")

# --- Mail -----------------------------------------------------------------------------------------------------------------------------------------

_mail = env.env_mail(ENVIRON, "EMAIL_URL")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail else 'console'}.EmailBackend"
EMAIL_TIMEOUT = 10
if _mail:
    EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS, EMAIL_USE_SSL = _mail
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.env_str(ENVIRON, "EMAIL_FROM", f"{SITE_NAME} <noreply@{_site_host}>")
# Without a mail server nobody could confirm anything; manage.py check --deploy says so.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if _mail else "none"
MFA_ALLOW_UNVERIFIED_EMAIL = not _mail

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.env_str(ENVIRON, "LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Strangers ask for hosts and pages that do not exist all day long; that is no event.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
if LOGGING["root"]["level"] not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):  # type: ignore[index]
    raise env.WrongVariable(
        f"LOG_LEVEL is {env.env_str(ENVIRON, 'LOG_LEVEL')!r}; it may be DEBUG, INFO, WARNING, ERROR or CRITICAL."
    )
