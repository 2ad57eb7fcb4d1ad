"""A service trajectory on its own page."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from boards.flows import flow_face
from boards.queries import boards_for
from boards.views.asking import clock
from trajectories.models import Trajectory


@login_required
@require_GET
def trajectory(request: HttpRequest, code: str) -> HttpResponse:
    """Show where people stand, at each of my units that has a wall for this trajectory."""
    _, today = clock()
    shown = get_object_or_404(Trajectory, code=code)
    boards = [board for board in boards_for(request.user, today=today) if board.trajectory_id == shown.pk]
    if not boards:
        raise Http404
    flows = [(board, flow_face(shown, board.unit)) for board in boards]
    return render(request, "boards/trajectory.html", {"trajectory": shown, "flows": flows})
