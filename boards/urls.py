"""Boards and the figures on them."""

from django.urls import path

from boards import views

app_name = "boards"
urlpatterns = [
    path("", views.home, name="home"),
    path("boards/new/", views.new_board, name="new"),
    path("boards/<slug:slug>/", views.board, name="board"),
    path("boards/<slug:slug>/edit/", views.arrange, name="arrange"),
    path("boards/<slug:slug>/edit/about/", views.describe, name="describe"),
    path("boards/<slug:slug>/edit/down/", views.take_board, name="take-board-down"),
    path("boards/<slug:slug>/edit/tiles/<int:number>/move/", views.move_tile, name="move-tile"),
    path("boards/<slug:slug>/edit/tiles/<int:number>/down/", views.take_down, name="take-tile-down"),
    path("boards/<slug:slug>/columns/", views.columns, name="columns"),
    path("boards/<slug:slug>/tiles/<int:number>/", views.tile, name="tile"),
    path("boards/<slug:slug>/tiles/<int:number>/why/", views.tile_why, name="why"),
    path("boards/<slug:slug>/tiles/<int:number>/entry/", views.entry, name="entry"),
    path("indicators/<slug:indicator>/", views.definition, name="definition"),
    path("indicators/<slug:indicator>/restatement/", views.restatement, name="restatement"),
    path("indicators/<slug:indicator>/rules/", views.rules, name="rules"),
    path("indicators/<slug:indicator>/rules/<int:number>/end/", views.end_rule, name="end-rule"),
    path("indicators/<slug:indicator>/<str:unit>/", views.sheet, name="sheet"),
    path("indicators/<slug:indicator>/<str:unit>/target/", views.targets, name="targets"),
    path("indicators/<slug:indicator>/<str:unit>/target/<int:number>/end/", views.end_target, name="end-target"),
    path("indicators/<slug:indicator>/<str:unit>/marks/", views.mark, name="mark"),
    path("indicators/<slug:indicator>/<str:unit>/marks/<int:number>/undo/", views.unmark, name="unmark"),
    path("indicators/<slug:indicator>/<str:unit>/chart.svg", views.chart_svg, name="chart-svg"),
    path("indicators/<slug:indicator>/<str:unit>/chart.png", views.chart_png, name="chart-png"),
    path("indicators/<slug:indicator>/<str:unit>/chart.csv", views.chart_csv, name="chart-csv"),
    path("indicators/<slug:indicator>/<str:unit>/left-out/", views.leave_out, name="leave-out"),
    path("indicators/<slug:indicator>/<str:unit>/left-out/<int:number>/end/", views.take_in, name="take-in"),
    path("trajectories/<slug:code>/", views.trajectory, name="trajectory"),
    path("components/", views.components, name="components"),
]
