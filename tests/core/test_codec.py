import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.core.codec import decode_client_frame, decode_json, encode, request_id_of
from jupyter_realtime.core.errors import BadRequest
from jupyter_realtime.core.messages import PublishRequest, Since, SubscribeRequest

PUBLISH = '{"type":"publish","id":1,"room":"project:p","event":"custom:x","data":%s}'

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("1e999", "out of range"),
        ("9223372036854775808", "64 bits"),
        ("-9223372036854775809", "64 bits"),
        ('"a\\u0000b"', "U+0000"),
        ('{"a\\u0000":1}', "U+0000"),
        ("[" * 33 + "]" * 33, "32 levels"),
        ("[" * 100_000 + "]" * 100_000, "32 levels"),
    ],
)
def test_M2_data_that_could_break_a_reader_is_refused(data: str, words: str) -> None:
    with pytest.raises(BadRequest, match=re.escape(words)):
        decode_client_frame(PUBLISH % data)


@pytest.mark.parametrize("data", ['"\\ud800"', "NaN", "Infinity", "1e400", "{'a':1}", "nul", ""])
def test_M2_what_is_no_json_is_refused(data: str) -> None:
    with pytest.raises(BadRequest):
        decode_client_frame(PUBLISH % data)


def test_M2_a_body_carries_what_a_frame_carries() -> None:
    for depth, fits in ((32, True), (33, False)):
        nested = "[" * depth + "]" * depth
        for decode, message in ((decode_client_frame, PUBLISH), (decode_json, '{"data":%s}')):
            with contextlib.nullcontext() if fits else pytest.raises(BadRequest):
                decode(message % nested)


def test_M2_bytes_that_are_no_utf8_are_refused() -> None:
    with pytest.raises(BadRequest):
        decode_json(b'{"a":"\xff\xfe"}')


@given(json_values)
def test_M2_all_other_data_comes_out_as_it_went_in(value: object) -> None:
    request = decode_client_frame(PUBLISH % encode(value).decode())
    assert isinstance(request, PublishRequest)
    assert request.data == value
    assert encode(request.data) == encode(value)


@given(st.text() | st.binary())
def test_M2_no_input_raises_anything_but_bad_request(frame: str | bytes) -> None:
    with contextlib.suppress(BadRequest):
        decode_client_frame(frame)
    if isinstance(frame, str):
        assert request_id_of(frame) is None or isinstance(request_id_of(frame), str | int)


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"ping","id":1,"extra":1}',
        '{"type":"fly","id":1}',
        '{"type":"ping"}',
        '{"type":"ping","id":null}',
        '{"type":"ping","id":true}',
        '{"type":"ping","id":1.5}',
        '{"type":"ping","id":99999999999999999999}',
        '{"type":"subscribe","id":1,"room":"project:p","since":{"epoch":"e"}}',
        '{"type":"subscribe","id":1,"room":"project:p","since":"latest"}',
        '{"type":"subscribe","id":1,"room":5}',
        '{"type":"subscribe","id":1,"room":"system","since":{"epoch":"e","seq":-1}}',
        '{"type":"subscribe","id":1,"room":"system","since":{"epoch":"e","seq":99999999999999999999}}',
        "[]",
        "1",
    ],
)
def test_M3_frames_that_are_not_of_the_protocol_are_refused(frame: str) -> None:
    with pytest.raises(BadRequest):
        decode_client_frame(frame)


def test_M1_a_position_is_read_with_and_without_the_events_id() -> None:
    frame = '{"type":"subscribe","id":"a","room":"system","since":{"epoch":"e","seq":4%s}}'
    for extra, event_id in (("", None), (',"id":"x"', "x")):
        request = decode_client_frame(frame % extra)
        assert isinstance(request, SubscribeRequest)
        assert request.since == Since(epoch="e", seq=4, id=event_id)


@pytest.mark.parametrize(
    ("frame", "request_id"),
    [
        ('{"id":7,"type":"nonsense"}', 7),
        ('{"id":"a"}', "a"),
        ('{"id":"' + "a" * 65 + '"}', None),
        ('{"id":true}', None),
        ('{"id":[1]}', None),
        ('{"id":7,"data":' + "[" * 100_000, 7),
        ('{"type":"publish","id":7,"data":NaN}', 7),
        ('{"type":"publish","id":7,"data":"\\ud800"}', 7),
        ('{"type":"publish","id":7,"data":1e999}', 7),
        ('{"type":"ping","id":"a\\"b"} {', 'a"b'),
        ('{"room":"\\"id\\":1","id":7,', 7),
        ('{"id":"a\\u0000"}', None),
        ('{"data":{"id":1},', None),
        ('{"type":"ping","id":1.5,"data":NaN}', None),
        ('{"id":12', None),
        ("not json", None),
        ("[1]", None),
    ],
)
def test_M4_an_unreadable_request_is_answered_with_its_id_if_that_can_be_read(
    frame: str, request_id: object
) -> None:
    assert request_id_of(frame) == request_id
