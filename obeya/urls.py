"""Where every address leads."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from core.nowhere import nowhere

admin.site.site_header = admin.site.site_title = _("Obeya: administration")

urlpatterns = [
    path("api/v1/", include("api.urls")),
    # No code holds a NUL, and PostgreSQL takes none in a text.
    re_path(r"\0", nowhere),
    path("", include("organisation.urls")),
    path("admin/", admin.site.urls),
    # Pages that are not ours (the administration's, the API's) name no icon, so browsers ask for this one.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}icon.svg")),
    path("account/", include("allauth.account.urls")),
    path("", include("core.urls")),
    path("", include("indicators.urls")),
    path("", include("trajectories.urls")),
    path("", include("boards.urls")),
]
