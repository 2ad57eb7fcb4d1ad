from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView

from api import indicators, schema, units, values

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", schema.docs, name="docs"),
    path("units/", units.units, name="units"),
    path("units/<str:code>/", units.unit, name="unit"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/<str:code>/", indicators.indicator, name="indicator"),
    path("values/", values.value_rows, name="values"),
    re_path("(?P<rest>.*)", schema.no_such_resource),
]
