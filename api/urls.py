from django.urls import path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from api import (
    boards,
    events,
    flows,
    indicators,
    observations,
    rules,
    schema,
    spc,
    tokens,
    trajectories,
    units,
    values,
    what_if,
    why,
)

app_name = "api"
urlpatterns = [
    # No code holds a NUL, and PostgreSQL takes none in a text.
    re_path(r"(?P<rest>.*\0)", schema.no_such_resource),
    # Whoever opens the root of the API in a browser looks for its description.
    path("", RedirectView.as_view(pattern_name="api:docs"), name="root"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", schema.docs, name="docs"),
    path("observations/", observations.observations, name="observations"),
    path("observations/<str:indicator>/<str:unit>/<str:period>/", observations.observation, name="observation"),
    path(
        "observations/<str:indicator>/<str:unit>/<str:period>/confirmation/",
        observations.confirmation,
        name="confirmation",
    ),
    path("spc/", spc.spc, name="spc"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:token>/", tokens.token, name="token"),
    path("trajectories/", trajectories.trajectories, name="trajectories"),
    path("trajectories/<str:code>/", trajectories.trajectory, name="trajectory"),
    path("trajectories/<str:code>/events/", events.events, name="events"),
    path("trajectories/<str:code>/flow/", flows.flow_of, name="flow"),
    path("trajectories/<str:code>/measure/", trajectories.measured, name="measure"),
    path("units/", units.units, name="units"),
    path("units/<str:code>/", units.unit, name="unit"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/<str:code>/", indicators.indicator, name="indicator"),
    path("indicators/<str:code>/rules/", rules.rules, name="rules"),
    path("indicators/<str:code>/rules/what-if/", rules.rules_what_if, name="rules-what-if"),
    path("indicators/<str:code>/what-if/", what_if.what_if_of, name="what-if"),
    path("boards/", boards.boards, name="boards"),
    path("boards/<str:slug>/", boards.board, name="board"),
    path("values/<str:indicator>/<str:unit>/<str:period>/why/", why.why_of, name="why"),
    path("values/", values.value_rows, name="values"),
    re_path("(?P<rest>.*)", schema.no_such_resource),
]
