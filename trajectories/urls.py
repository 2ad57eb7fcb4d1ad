"""Trajectories: how they are refreshed, and the events that come by hand."""

from django.urls import path

from trajectories import views

app_name = "trajectories"
urlpatterns = [
    path("trajectories/", views.refreshes_page, name="list"),
    path("trajectories/<slug:code>/refresh/", views.refresh, name="refresh"),
]
