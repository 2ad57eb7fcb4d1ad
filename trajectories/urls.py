"""Trajectories: how they are refreshed, and the events that come by hand."""

from django.urls import path

from trajectories import views

app_name = "trajectories"
urlpatterns = [
    path("trajectories/", views.refreshes_page, name="list"),
    path("trajectories/<slug:code>/refresh/", views.refresh, name="refresh"),
    path("trajectories/<slug:code>/events/", views.events, name="events"),
    path("trajectories/<slug:code>/events/<int:number>/", views.upload, name="upload"),
    path("trajectories/<slug:code>/events/<int:number>/state/", views.upload_state, name="upload-state"),
    path("trajectories/<slug:code>/imports/<int:number>/undo/", views.undo_batch, name="undo-batch"),
    path("trajectories/new/", views.define, name="new"),
    path("trajectories/<slug:code>/definition/", views.definition, name="definition"),
    path("trajectories/<slug:code>/definition.yaml", views.definition_yaml, name="definition-yaml"),
    path("trajectories/<slug:code>/definition/edit/", views.define, name="define"),
    path("trajectories/<slug:code>/definition/restate/", views.restate, name="restate"),
    path("trajectories/<slug:code>/measures/", views.bind, name="bind"),
    path("trajectories/<slug:code>/measures/<slug:indicator>/", views.measure, name="measure"),
]
