"""Entering figures."""

from django.urls import path

from indicators import views

app_name = "indicators"
urlpatterns = [
    path("enter/", views.enter, name="enter"),
    path("enter/figure/", views.figure, name="figure"),
]
