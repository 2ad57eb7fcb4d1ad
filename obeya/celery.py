"""The Celery application: where jobs are found and how they are carried."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")

app = Celery("obeya")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add("core.worker:SignOfLife")
