"""The gallery of components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boards.faces import Tally
from boards.gallery import causes, example_board, icons, states
from boards.gallery_charts import chart_tiles, companions
from boards.gallery_flows import flow_sizes
from boards.statuses import WORST_FIRST, status_face


def components(request: HttpRequest) -> HttpResponse:
    """Show every part of a wall in every state, from constants; open to everyone, since nothing in it is real."""
    statuses = [Tally(status_face(status), place) for place, status in enumerate(WORST_FIRST, start=1)]
    drawn = {"states": states(), "causes": causes(), "icons": icons(), "board": example_board(), "statuses": statuses}
    drawn |= {"charts": chart_tiles(), "companions": companions(), "flows": flow_sizes()}
    return render(request, "boards/components.html", drawn)
