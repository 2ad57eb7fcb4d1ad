"""Where every address leads."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

admin.site.site_header = admin.site.site_title = _("Obeya: administration")

urlpatterns = [
    path("", include("organisation.urls")),
    path("admin/", admin.site.urls),
    path("account/", include("allauth.account.urls")),
    path("api/v1/", include("api.urls")),
    path("", include("core.urls")),
    path("", include("indicators.urls")),
    path("", include("boards.urls")),
]
