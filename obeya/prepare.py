"""What stands between an empty database and the first page: `python -m obeya.prepare`, run by every start."""

import os
import sys
from importlib import import_module

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from core.heartbeats import forget_signs
from core.tasks import heartbeat

#: Where the data folder says who may sign in to the demo, for the start to print.
SIGN_INS = "sign-ins.txt"


def main() -> None:
    """Bring tables and translations up to date, and load the demo where there is no organisation yet."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("compile_translations", verbosity=0)
    # The region may have been set otherwise since the last start.
    import_module("organisation.operations").mark_days_off(region=settings.HOLIDAYS)
    if not settings.PRODUCTION and not apps.get_model("organisation", "Unit").objects.exists():
        sys.stdout.write("This is the first start: loading the demo, which takes a minute or two …\n")
        sys.stdout.flush()
        call_command("load_demo")
    (settings.DATA_DIR / SIGN_INS).write_text(demo_sign_ins())
    # The worker answers this first of all, so that readiness need not wait for the clock.
    forget_signs()
    heartbeat.delay()


def demo_sign_ins() -> str:
    """Return the lines that say who may sign in to the demo; none where it was not loaded."""
    people = apps.get_model("organisation", "Person").objects.filter(email__endswith="@example.org")
    addresses = list(people.order_by("pk").values_list("email", flat=True))
    return "\n  ".join(["Sign in with the password obeya-demo as", *addresses]) if addresses else ""


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")
    django.setup()
    main()
