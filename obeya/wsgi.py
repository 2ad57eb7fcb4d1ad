"""Django's own door. `obeya.asgi` puts it behind one process with the live stream."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")
application = get_wsgi_application()
