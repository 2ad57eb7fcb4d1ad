"""The gallery of components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boards.drawing.faces import Tally
from boards.drawing.statuses import WORST_FIRST, status_face
from boards.gallery.charts import chart_tiles, companions
from boards.gallery.flows import flow_sizes
from boards.gallery.tiles import causes, example_board, icons, states


def components(request: HttpRequest) -> HttpResponse:
    """Show every part of a wall in every state, from constants; open to everyone, since nothing in it is real."""
    statuses = [Tally(status_face(status), place) for place, status in enumerate(WORST_FIRST, start=1)]
    drawn = {"states": states(), "causes": causes(), "icons": icons(), "board": example_board(), "statuses": statuses}
    drawn |= {"charts": chart_tiles(), "companions": companions(), "flows": flow_sizes()}
    return render(request, "boards/components.html", drawn)
