"""Where every address leads."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("organisation.urls")),
    path("admin/", admin.site.urls),
    path("account/", include("allauth.account.urls")),
    path("api/v1/", include("api.urls")),
    path("", include("core.urls")),
    path("", include("indicators.urls")),
    path("", include("boards.urls")),
]
