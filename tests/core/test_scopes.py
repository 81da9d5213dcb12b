import msgspec
import pytest

from jupyter_realtime.core.actors import Kind, Principal, Via
from jupyter_realtime.core.errors import BadRequest
from jupyter_realtime.core.scopes import MAX_SCOPES, check_renewal, parse_scopes, within
from tests.builders import actor


def principal(
    name: str = "ana",
    kind: Kind = "program",
    *,
    via: Via = "jwt",
    scopes: set[str] | None = None,
    admin: bool = False,
) -> Principal:
    who = msgspec.structs.replace(actor(name, kind), via=via)
    named = None if scopes is None else frozenset(scopes)
    return Principal(actor=who, scopes=named, admin=admin)


@pytest.mark.parametrize(
    "scope",
    ["publish:project:p", "read:analysis:*", "read:*", "state:project:a*b", "announce:system"],
)
def test_T2_a_scope_is_a_verb_and_a_room(scope: str) -> None:
    assert parse_scopes([scope, scope]) == {scope}


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "publish",
        "publish:",
        ":project:p",
        "*:project:p",
        "delete:project:p",
        "Publish:project:p",
        "publish:planet:p",
        "publish:proj*",
        "publish:project:",
        "publish:project:?",
        "publish:project:[a-z]",
        "publish:system:x",
        "publish:project:a\nb",
        "publish:project:" + "x" * 300,
    ],
)
def test_T2_what_is_none_is_refused_by_name(scope: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_scopes(["read:system", scope])
    assert repr(scope[:80]) in str(refused.value)


@pytest.mark.parametrize("count", [0, MAX_SCOPES + 1])
def test_T2_there_are_at_least_one_and_not_too_many(count: int) -> None:
    with pytest.raises(BadRequest, match="64"):
        parse_scopes(["read:system"] * count)


@pytest.mark.parametrize(
    ("narrow", "wide", "fits"),
    [
        ({"read:project:p"}, None, True),
        (None, {"read:*"}, False),
        ({"read:project:p"}, {"read:project:*"}, True),
        ({"read:project:a*"}, {"read:project:*"}, True),
        ({"read:project:*"}, {"read:project:a*"}, False),
        ({"read:project:*"}, {"read:project:p"}, False),
        ({"read:project:p", "publish:project:p"}, {"read:*"}, False),
        ({"publish:*"}, {"read:*", "publish:*"}, True),
    ],
)
def test_T8_a_pattern_is_within_another_or_not(
    narrow: set[str] | None, wide: set[str] | None, fits: bool
) -> None:
    assert within(narrow, wide) is fits


@pytest.mark.parametrize(
    "after",
    [
        principal("bo"),
        principal(kind="human"),
        principal(scopes=None),
        principal(scopes={"read:*"}),
        principal(scopes={"read:project:p"}, via="server"),
        principal(scopes={"read:project:p"}, admin=True),
    ],
)
def test_T8_a_renewal_is_nobody_elses_and_not_more(after: Principal) -> None:
    with pytest.raises(BadRequest):
        check_renewal(principal(scopes={"read:project:*"}), after)


def test_T8_a_renewal_may_be_the_same_or_less() -> None:
    before = principal(scopes={"read:project:*"})
    check_renewal(before, before)
    check_renewal(before, principal(scopes={"read:project:p"}))
    check_renewal(principal(via="local"), principal(scopes={"read:*"}))
