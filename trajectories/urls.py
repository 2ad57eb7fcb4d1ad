"""Trajectories: how they are refreshed, and the events that come by hand."""

from django.urls import path

from trajectories import views

app_name = "trajectories"
urlpatterns = [
    path("trajectories/", views.refreshes_page, name="list"),
    path("trajectories/<slug:code>/refresh/", views.refresh, name="refresh"),
    path("trajectories/new/", views.define, name="new"),
    path("trajectories/<slug:code>/definition/", views.definition, name="definition"),
    path("trajectories/<slug:code>/definition.yaml", views.definition_yaml, name="definition-yaml"),
    path("trajectories/<slug:code>/definition/edit/", views.define, name="define"),
    path("trajectories/<slug:code>/measures/", views.bind, name="bind"),
    path("trajectories/<slug:code>/measures/<slug:indicator>/", views.measure, name="measure"),
]
