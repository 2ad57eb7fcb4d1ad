"""Addresses that concern the person who asks."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import path

from organisation import views

urlpatterns = [
    # The administration site's own sign-in knows no limit of attempts: send people to ours.
    path("admin/login/", secure_admin_login(admin.site.login)),
    path("language/", views.switch_language, name="set_language"),
]
