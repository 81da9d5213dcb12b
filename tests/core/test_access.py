import msgspec
import pytest

from jupyter_realtime.core.access import Verb, check, verbs
from jupyter_realtime.core.actors import SYSTEM_ACTOR, Kind, Principal, Via
from jupyter_realtime.core.errors import BadRequest, Forbidden
from jupyter_realtime.core.events import check_published, check_state
from jupyter_realtime.core.members import Role
from jupyter_realtime.core.rooms import RoomName


def principal(
    kind: Kind = "human",
    via: Via = "local",
    scopes: frozenset[str] | None = None,
    *,
    admin: bool = False,
) -> Principal:
    actor = msgspec.structs.replace(SYSTEM_ACTOR, name="ana", kind=kind, via=via)
    return Principal(actor=actor, scopes=scopes, admin=admin)


ASKERS = {
    "human": principal(),
    "admin": principal(admin=True),
    "program": principal("program"),
    "program by jwt": principal("program", "jwt"),
    "visitor": principal(via="server"),
}
# Who, in which room, may do what as the owner of the project; a lower role takes verbs away (below).
# r read, s state, p publish, u run, m manage, a announce.
ALLOWED = {
    "human": {"project:p": "rspum", "document:d": "rs", "analysis:r": "rspu",
              "user:ana": "r", "user:bo": "", "system": "r"},
    "admin": {"project:p": "rspum", "document:d": "rs", "analysis:r": "rspu",
              "user:ana": "r", "user:bo": "", "system": "rma"},
    "program": {"project:p": "rspu", "document:d": "rs", "analysis:r": "rspu",
                "user:ana": "", "user:bo": "", "system": "r"},
    "program by jwt": {"project:p": "rspu", "document:d": "rs", "analysis:r": "rspu",
                       "user:ana": "", "user:bo": "", "system": "r"},
    "visitor": {"project:p": "rspu", "document:d": "rs", "analysis:r": "rspu",
                "user:ana": "", "user:bo": "", "system": "r"},
}  # fmt: skip
LETTERS = dict(zip("rspuma", Verb, strict=True))
BY_ROLE: dict[Role | None, str] = {None: "", "viewer": "rs", "member": "rspu", "owner": "rspum"}


@pytest.mark.parametrize("role", BY_ROLE)
@pytest.mark.parametrize(
    ("asker", "place"), [(asker, place) for asker, places in ALLOWED.items() for place in places]
)
def test_P3_the_whole_table(asker: str, place: str, role: Role | None) -> None:
    expected = set(ALLOWED[asker][place])
    if place.partition(":")[0] in ("project", "document", "analysis"):
        expected &= set(BY_ROLE[role])
    granted = verbs(ASKERS[asker], room(place), role, starter="ana")
    assert granted == {LETTERS[letter] for letter in expected}


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("starter", ["bo", None])
def test_P1_only_who_started_a_run_publishes_in_its_room(asker: str, starter: str | None) -> None:
    granted = verbs(ASKERS[asker], room("analysis:r"), "owner", starter=starter)
    assert granted == {Verb.READ, Verb.STATE, Verb.RUN}
    assert Verb.PUBLISH in verbs(ASKERS[asker], room("project:p"), "owner", starter=starter)


@pytest.mark.parametrize("asker", ASKERS)
def test_P6_a_jwt_without_scopes_may_nothing_whoever_it_is(asker: str) -> None:
    scoped = msgspec.structs.replace(ASKERS[asker], scopes=frozenset())
    for place in ALLOWED[asker]:
        assert verbs(scoped, room(place), "owner") == frozenset()


def room(name: str) -> RoomName:
    return RoomName.parse(name)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (None, set()),
        ("viewer", {Verb.READ, Verb.STATE}),
        ("member", {Verb.READ, Verb.STATE, Verb.PUBLISH, Verb.RUN}),
        ("owner", {Verb.READ, Verb.STATE, Verb.PUBLISH, Verb.RUN, Verb.MANAGE}),
    ],
)
def test_P3_a_role_gives_its_verbs_in_a_project(role: Role | None, may: set[Verb]) -> None:
    assert verbs(principal(), room("project:p"), role) == may


def test_P2_an_inbox_is_read_by_its_human_only() -> None:
    inbox = room("user:ana")
    assert verbs(principal(), inbox, None) == {Verb.READ}
    assert verbs(principal("program"), inbox, None) == set()
    assert verbs(principal(via="server"), inbox, None) == set()
    assert verbs(principal(), room("user:bo"), None) == set()


def test_P2_a_program_never_manages() -> None:
    assert Verb.MANAGE not in verbs(principal("program"), room("project:p"), "owner")


def test_P3_a_document_is_a_board_only() -> None:
    assert verbs(principal(), room("document:d"), "owner") == {Verb.READ, Verb.STATE}


def test_P6_scopes_narrow_and_never_widen() -> None:
    scoped = principal(scopes=frozenset({"publish:project:p", "read:project:*", "manage:*"}))
    assert verbs(scoped, room("project:p"), "member") == {Verb.READ, Verb.PUBLISH}
    assert verbs(scoped, room("project:q"), "member") == {Verb.READ}


def test_P3_a_refusal_says_what_was_refused() -> None:
    with pytest.raises(Forbidden, match="publish in project:p"):
        check(principal(), Verb.PUBLISH, room("project:p"), "viewer")


@pytest.mark.parametrize("event", ["analysis:issues", "project:update", "analysis:complete"])
def test_P1_the_servers_events_can_not_be_published(event: str) -> None:
    with pytest.raises(Forbidden):
        check_published(event, room("project:p"))


@pytest.mark.parametrize("event", ["", "custom:", "custom:A b", "custom", "x" * 100])
def test_P1_other_names_are_no_events(event: str) -> None:
    with pytest.raises(BadRequest):
        check_published(event, room("project:p"))


def test_P1_people_publish_events_of_their_own_in_projects_and_runs() -> None:
    check_published("custom:metric", room("project:p"))
    check_published("custom:metric", room("analysis:r"))
    with pytest.raises(Forbidden):
        check_published("custom:metric", room("user:ana"))


@pytest.mark.parametrize(
    ("event", "place", "data"),
    [
        ("analysis:progress", "project:p", {}),
        ("system:status", "system", {}),
        ("user:cursor", "project:p", None),
        ("progress:train", "document:d", 1),
    ],
)
def test_P1_states_of_others_and_in_other_places_are_refused(
    event: str, place: str, data: object
) -> None:
    with pytest.raises(Forbidden):
        check_state(event, room(place), data)


def test_P1_a_states_data_has_its_shape() -> None:
    check_state(
        "user:status", room("project:p"), {"status": "away", "document": None, "cell": None}
    )
    check_state("progress:train", room("project:p"), {"anything": [1, 2]})
    with pytest.raises(BadRequest, match="status"):
        check_state("user:status", room("project:p"), {"status": "dancing"})


@pytest.mark.parametrize("name", ["", "project:", "project", "planet:x", "system:x", "user:a\nb"])
def test_M1_room_names_are_checked(name: str) -> None:
    with pytest.raises(BadRequest):
        RoomName.parse(name)
