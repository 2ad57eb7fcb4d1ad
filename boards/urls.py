"""Boards and the figures on them."""

from django.urls import path

from boards import views

app_name = "boards"
urlpatterns = [
    path("", views.home, name="home"),
    path("boards/<slug:slug>/", views.board, name="board"),
    path("boards/<slug:slug>/columns/", views.columns, name="columns"),
    path("boards/<slug:slug>/tiles/<int:number>/", views.tile, name="tile"),
    path("boards/<slug:slug>/tiles/<int:number>/why/", views.tile_why, name="why"),
    path("boards/<slug:slug>/tiles/<int:number>/entry/", views.entry, name="entry"),
    path("indicators/<slug:indicator>/<str:unit>/", views.sheet, name="sheet"),
    path("trajectories/<slug:code>/", views.trajectory, name="trajectory"),
    path("components/", views.components, name="components"),
]
