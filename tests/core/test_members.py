import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import BadRequest
from jupyter_realtime.core.members import Grant, Member, NamedMember, Role, Roster, role_of
from tests.builders import actor, principal

GRANT = Grant(owner="olga")


def in_groups(name: str, *groups: str) -> Principal:
    return Principal(actor=actor(name), groups=frozenset(groups))


@pytest.mark.parametrize(
    ("roster", "who", "role"),
    [
        ({}, principal("ana"), "member"),
        ({}, principal("olga"), "owner"),
        ({("user", "ana"): "viewer"}, principal("ana"), "viewer"),
        ({("user", "ana"): "owner"}, principal("ana"), "owner"),
        ({("user", "ana"): "viewer"}, principal("bo"), "member"),
        ({("user", "olga"): "viewer"}, principal("olga"), "owner"),
        ({("user", "olga"): "viewer"}, principal("olga", "program"), "owner"),
        ({("group", "a"): "viewer", ("group", "b"): "owner"}, in_groups("ana", "a", "b"), "owner"),
        ({("group", "a"): "viewer"}, in_groups("ana", "a", "b"), "viewer"),
        ({("user", "ana"): "viewer", ("group", "a"): "owner"}, in_groups("ana", "a"), "viewer"),
        ({("group", "ana"): "owner"}, principal("ana"), "member"),
        ({("user", "a"): "owner"}, in_groups("ana", "a"), "member"),
    ],
)
def test_P9_a_row_counts_instead_of_the_grant(roster: Roster, who: Principal, role: Role) -> None:
    assert role_of(who, roster, GRANT) == role


def test_P9_where_nothing_is_granted_only_rows_count() -> None:
    closed = Grant(owner="olga", others=None)
    assert role_of(principal("ana"), {}, closed) is None
    assert role_of(principal("ana"), {("user", "ana"): "viewer"}, closed) == "viewer"


def test_P9_a_visitor_with_the_owners_name_is_not_the_owner() -> None:
    visitor = Principal(actor=msgspec.structs.replace(actor("olga"), via="server"))
    assert role_of(visitor, {}, GRANT) == "member"


@pytest.mark.parametrize(
    "fields",
    [{}, {"user": "ana", "group": "a"}, {"user": ""}, {"group": "a\nb"}, {"user": "x" * 256}],
)
def test_P10_a_member_is_one_user_or_one_group(fields: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        _ = NamedMember(**fields).key


def test_P10_the_wire_names_a_user_or_a_group() -> None:
    assert msgspec.to_builtins(Member.of(("user", "ana"), "viewer")) == {
        "user": "ana",
        "role": "viewer",
    }
    assert msgspec.to_builtins(Member.of(("group", "a"), "owner")) == {
        "group": "a",
        "role": "owner",
    }
