"""What a figure still asks on its tile: a note beyond the threshold, a check of a doubted one, and until when it is due."""

import datetime as dt
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from boards.drawing.tiles import Hanging, tile_face
from boards.models import Board
from indicators.models import Confirmation, Indicator, Observation
from indicators.operations.doubts.rules import RuleGiven, set_rules
from indicators.queries import Wanted, series
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 15, 9, tzinfo=dt.UTC)
HANGING = Hanging(key="1", address="", place="", owner="", owner_name="", can_enter=False)


def last_month() -> str:
    return (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")


def posted(of: Indicator, team: Unit, **fields: str) -> str:
    board = Board.objects.first() or build.board(team, of, slug="wall")
    client = Client(headers={"accept-language": "en"})
    client.force_login(build.person_with(RoleName.LEAD, team))
    tile = board.zones.get().tiles.get()
    answer = client.post(f"/boards/{board.slug}/tiles/{tile.pk}/entry/", {"period": last_month(), **fields})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_doubted_figure_is_kept_and_the_tile_asks_for_a_note() -> None:
    team, of = build.unit("team"), build.indicator("referrals")
    set_rules(indicator=of, given=[RuleGiven(kind="range", high=Decimal(50))], by=None, now=NOW)

    asked = posted(of, team, figure="51")
    told = posted(of, team, figure="51", note="two schools at once")

    assert "Saved. Expected: at most 50" in asked
    assert "Is it right? What have you checked?" in asked
    assert "Is it right?" not in told
    assert Confirmation.objects.get().note == "two schools at once"


def test_the_tile_says_that_a_note_is_owed_until_it_is_given() -> None:
    team, of = build.unit("team"), build.indicator("waiting", direction="down", note_when_beyond=True)
    build.target(of, team, target=Decimal(10), threshold=Decimal(20))

    asked = posted(of, team, figure="30")
    owed = _note_of(of, team)
    posted(of, team, figure="30", note="the new school")

    assert "Note owed: why beyond the threshold?" in asked
    assert (owed, _note_of(of, team)) == ("note owed", "")


def test_saving_the_same_figure_again_takes_no_note_away() -> None:
    team, of = build.unit("team"), build.indicator("waiting")
    build.observation(of, team, last_month(), 4, note="counted twice")

    posted(of, team, figure="4")

    assert Observation.objects.get().note == "counted twice"


@pytest.mark.parametrize(
    ("today", "status", "beside"),
    [
        # October ends on a Saturday: five working days later it is Friday 6 November, and grace runs to Monday.
        (dt.date(2026, 11, 5), "pending", "due tomorrow"),
        (dt.date(2026, 11, 6), "pending", "due today"),
        (dt.date(2026, 11, 9), "pending", "grace to 9 Nov"),
        (dt.date(2026, 11, 10), "late", "due 6 Nov, 4 days late"),
    ],
)
def test_a_report_is_due_on_a_working_day_and_late_after_the_grace(today: dt.date, status: str, beside: str) -> None:
    team = build.unit("team")
    of = build.indicator("waiting", due_days=5, due_in_working_days=True, grace_days=3)
    build.reporter(of, team)

    [drawn] = series([Wanted(of.pk, team.pk, "month")], today=today)

    assert (drawn.status, drawn.due_on) == (status, dt.date(2026, 11, 6))
    assert tile_face(drawn, HANGING, today=today).beside == beside


def _note_of(of: Indicator, team: Unit) -> str:
    [drawn] = series([Wanted(of.pk, team.pk, "month")], today=timezone.localdate())
    return tile_face(drawn, HANGING, today=timezone.localdate()).note
