"""Entering figures, and locking the periods for which they are in."""

from django.urls import path

from indicators import views

app_name = "indicators"
urlpatterns = [
    path("enter/", views.enter, name="enter"),
    path("enter/figure/", views.figure, name="figure"),
    path("enter/import/", views.send, name="import"),
    path("enter/import/draft/", views.draft, name="draft"),
    path("enter/import/template/", views.template, name="template"),
    path("enter/import/<int:number>/undo/", views.undo, name="undo"),
    path(
        "indicators/<slug:indicator>/<str:unit>/<str:period>/confirmation/",
        views.confirm,
        name="confirm",
    ),
    path("enter/locks/", views.lock, name="lock"),
    path("enter/locks/<int:number>/lift/", views.unlock, name="unlock"),
]
