"""A mail before it is a mail."""

from datetime import datetime, timezone

import msgspec

from jupyter_realtime.core.letters import by_line, sections_of, subject_of, told_of, wall
from jupyter_realtime.core.notifications import Notification
from tests.builders import actor
from tests.delivery.letters import letter, told

NOTIFICATION = Notification(
    id="n",
    seq=1,
    type="info",
    category="mention",
    title="Ben\nmentioned you",
    message="x" * 1000,
    action_url=None,
    project="p",
    thread=None,
    actors=[actor("ben")],
    count=1,
    read=False,
    seen=False,
    archived=False,
    snoozed_until=None,
    created_at="2026-11-23T09:30:00.000Z",
    updated_at="2026-11-23T09:30:00.000Z",
    reason="",
)


def test_D8_a_letter_quotes_a_line_and_a_piece_of_the_message() -> None:
    what = told_of(NOTIFICATION, rule="r", url="u", project="bikeshare", zone="Asia/Kathmandu")
    assert what.title == "Ben mentioned you"
    assert len(what.message) == 400
    assert what.message.endswith("x…")
    assert what.when == "Mon 23 Nov, 15:15"


def test_D8_a_letter_says_who_did_it() -> None:
    names = [actor(name) for name in ("Ben", "Cem", "Dee")]
    lines = [
        by_line(msgspec.structs.replace(NOTIFICATION, actors=names[:count])) for count in range(4)
    ]
    assert lines == ["", "Ben", "Ben and Cem", "Ben and 2 others"]


def test_D8_a_subject_says_what_it_is_or_how_much() -> None:
    one = told("Ben replied")
    assert subject_of([one], 0) == "Ben replied"
    assert len(subject_of([told("x" * 200)], 0)) == 120
    assert subject_of([one, one, told(category="issues")], 0) == "Jupyter: 2 replies, 1 finding"
    assert subject_of([one], 7) == "Jupyter: 1 reply, 7 more"


def test_D8_people_come_first() -> None:
    some = [told(category=category) for category in ("system", "issues", "mention", "system")]
    sections = sections_of(some)
    assert [(section.title, len(section.told)) for section in sections] == [
        ("Mentions", 1),
        ("Issues found", 1),
        ("Messages", 2),
    ]


def test_D8_times_are_those_of_the_readers_wall() -> None:
    moment = datetime(2026, 7, 1, 22, 5, tzinfo=timezone.utc)
    assert wall(moment, "Europe/Berlin") == "Thu 2 Jul, 00:05"
    assert wall(moment, "UTC") == "Wed 1 Jul, 22:05"


def test_D8_a_letter_leads_to_the_one_thing_that_it_tells_else_into_jupyter() -> None:
    one = told(url="https://jupyter.example.org/lab/tree/a.ipynb")
    nowhere = told(url="https://jupyter.example.org/")
    into_jupyter = ("Open Jupyter", "https://jupyter.example.org/")
    assert letter(one).button == ("Open", one.url)
    assert letter(one, more=1).button == into_jupyter
    assert letter(one, told("Another", category="issues")).button == into_jupyter
    assert letter(nowhere).button == into_jupyter
