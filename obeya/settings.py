"""Every setting of Obeya. The environment is read here and nowhere else."""

import os
import secrets
import tempfile
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import django_stubs_ext
import structlog
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from core.working_days import is_region
from obeya.addresses import broker_url, postgres_url, valkey_url

# Lets classes of Django that are generic to the type checker (`ModelAdmin[Unit]`) be written so at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
#: What this installation makes and keeps: engines, keys, refused rows. Never in the repository.
DATA_DIR = Path(os.environ.get("OBEYA_DATA") or BASE_DIR / "data").expanduser().resolve()
#: The organisation's local days; a trajectory may name another zone for its own events.
LOCAL_TIME_ZONE = os.environ.get("OBEYA_TIME_ZONE", "America/Toronto")
PRODUCTION = os.environ.get("OBEYA_ENV", "development") == "production"


def region(text: str) -> str:
    """Return a country or a country and its region whose holidays are known, or stop the start; empty: none."""
    if text and not is_region(text):
        msg = "OBEYA_HOLIDAYS must be a country, or a country and its region, such as CA-QC."
        raise ImproperlyConfigured(msg)
    return text


#: The organisation's holidays, which are no working days; a trajectory may name another region for its own.
HOLIDAYS = region(os.environ.get("OBEYA_HOLIDAYS", "CA-QC"))


def required(name: str) -> str:
    """Return the environment's value, or stop the start with one sentence that names it."""
    value = os.environ.get(name, "")
    if not value:
        msg = f"{name} must be set."
        raise ImproperlyConfigured(msg)
    return value


def kept_secret(name: str) -> str:
    """Return the environment's secret; outside production one is made on first use and kept in the data folder."""
    if os.environ.get(name) or PRODUCTION:
        return required(name)
    kept = DATA_DIR / "keys" / name.lower()
    try:
        if not kept.exists():
            keep_new_secret(kept)
        return kept.read_text()
    except OSError as error:
        msg = f"The data folder {DATA_DIR} cannot be used: {error.strerror}."
        raise ImproperlyConfigured(msg) from error


def keep_new_secret(kept: Path) -> None:
    """Put a new secret in its place, whole; where two processes make one at a time the first wins."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=kept.parent) as made, suppress(FileExistsError):
        made.write(secrets.token_urlsafe(48))
        made.flush()
        kept.hardlink_to(made.name)


def port(text: str) -> int:
    """Read the port that the web process listens on."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 65535):  # noqa: PLR2004 - 16 bits
        msg = f"PORT must be a number from 1 to 65535, not {text!r}."
        raise ImproperlyConfigured(msg)
    return int(text)


def database(url: str) -> dict[str, object]:
    """Read postgresql://user:password@host:port/name?host=/socket/folder into Django's terms."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Tests of one checkout may run beside each other, each in a database of its own.
        "TEST": {"NAME": f"test_{unquote(parts.path.lstrip('/'))}"},
    }


def mail(url: str) -> dict[str, object]:
    """Read smtp://user:password@host:port, or smtps:// for TLS from the first byte; without one, mail is printed."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        msg = "EMAIL_URL must be like smtp://user:password@host:587 or smtps://user:password@host:465."
        raise ImproperlyConfigured(msg)
    is_wrapped = parts.scheme == "smtps"
    user = unquote(parts.username or "")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if is_wrapped else 587),
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": is_wrapped,
        # A password never goes over an open line.
        "EMAIL_USE_TLS": bool(user) and not is_wrapped,
        "EMAIL_TIMEOUT": 10,
    }


DEBUG = not PRODUCTION and os.environ.get("OBEYA_DEBUG") == "1"
SECRET_KEY = kept_secret("OBEYA_SECRET_KEY")
#: Keys the pseudonyms of people and workers (HMAC-SHA256). It never enters the database.
PSEUDONYM_KEY = kept_secret("OBEYA_PSEUDONYM_KEY")
#: All keys that pseudonyms go through, one after the other: those before it, oldest first, parted by commas, then this one.
PSEUDONYM_KEYS = [*filter(None, os.environ.get("OBEYA_PSEUDONYM_KEYS_BEFORE", "").split(",")), PSEUDONYM_KEY]
#: In production those that OBEYA_HOSTS names, and localhost, by which health checks ask.
ALLOWED_HOSTS = ["localhost", *(required("OBEYA_HOSTS") if PRODUCTION else "127.0.0.1,[::1],testserver").split(",")]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("OBEYA_ORIGINS", "").split(",") if origin]
ROOT_URLCONF = "obeya.urls"
WSGI_APPLICATION = "obeya.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "api",
    "demo",
    "boards",
    "trajectories",
    "indicators",
    "organisation",
    "live",
    "core",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "organisation.language.use_language_of_person",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.nul.RefuseNul",
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
            ],
            "builtins": ["core.templatetags.days"],
        },
    },
]

# --- engines
POSTGRES_IS_EMBEDDED = not PRODUCTION and not os.environ.get("DATABASE_URL")
VALKEY_IS_EMBEDDED = not PRODUCTION and not os.environ.get("REDIS_URL")
DATABASES = {"default": database(postgres_url(DATA_DIR) if POSTGRES_IS_EMBEDDED else required("DATABASE_URL"))}
REDIS_URL = valkey_url(DATA_DIR) if VALKEY_IS_EMBEDDED else required("REDIS_URL")
PORT = port(os.environ.get("PORT") or "8000")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "core.cache.DispensableCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

#: What is too large for memory waits in the data folder, never in a folder that others share.
UPLOADS_DIR = DATA_DIR / "uploads"
#: A definition of a trajectory may name some thousand activities, each with its step and what it does to the clock.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler", "core.uploads.PrivateUploadHandler"]

# --- jobs
CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# What a lost broker would hand out a second time is not finished the first time.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = LOCAL_TIME_ZONE
CELERY_BEAT_SCHEDULER = "core.beat.Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": schedule, "options": {"expires": 60}}
    for name, schedule in {
        "core.tasks.heartbeat": 10,
        "indicators.tasks.drain_rollups": 5,
        "trajectories.tasks.refresh_stale": 30,
        # Waiting times grow by a day at midnight, without any event.
        "trajectories.tasks.refresh_daily": crontab(hour=0, minute=2),
        "live.tasks.prune_changes": crontab(minute=17),
        "trajectories.tasks.forget_uploads": crontab(minute=41),
        "trajectories.tasks.close_lost_imports": 30,
    }.items()
}

# --- people
AUTH_USER_MODEL = "organisation.Person"
AUTHENTICATION_BACKENDS = ["organisation.accounts.KnownPeople"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "organisation.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "organisation.forms.signing_in.SigningIn"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
globals().update(mail(os.environ.get("EMAIL_URL", "")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("OBEYA_MAIL_FROM", "obeya@localhost")

# --- words and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
FORMAT_MODULE_PATH = ["obeya.formats"]
LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = LOCAL_TIME_ZONE

# --- what the browser is told
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.TokenAuthentication",
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "api.authentication.TokenMayUseApi",
        "api.authentication.TokenMayWrite",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.JSONParser"],
    # `?format=` is the exports' own word: json, csv, parquet, arrow.
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.problems.problem_details",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Obeya",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.schema.add_refusals"],
}

# --- logs: JSON for machines in production, lines for a terminal elsewhere; never a name, an address or a pseudonym
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=PRODUCTION),
            ],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([structlog.processors.format_exc_info] if PRODUCTION else []),
                structlog.processors.JSONRenderer()
                if PRODUCTION
                # Plain: a traceback that shows variables would show people.
                else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            ],
        }
    },
    "filters": {
        # 503 is what we say ourselves while something is away, and whoever is away says why.
        "not_away": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["not_away"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Starts and stops are told by whoever starts and stops the processes.
        "uvicorn": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        # A page that is not there, or not theirs, is no event of ours, and its path may name a person.
        "django.request": {"level": "ERROR"},
    },
}
