"""What can be seen of a text."""

from __future__ import annotations

import pytest

from jupyter_realtime.core.texts import is_visible

UNSEEN = {
    "nothing": "",
    "whitespace": " \t\n\r\u00a0\u2003\u3000",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "direction": "\u200e\u202e\u2066\u2069",
    "controls": "\x00\x07\x1b\x9f",
    "soft hyphen": "\u00ad",
    "variation selectors": "\ufe0f\U000e0100",
    "tags": "\U000e0041\U000e007f",
    "marks without a letter": "\u0301\u034f",
    "fillers": "\u115f\u3164\uffa0\u2800",
    "no character": "\ue000\uffff\ud800",
}


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_I17_what_can_not_be_seen(text: str) -> None:
    assert not is_visible(text)
    assert is_visible(f"{text}.{text}")


@pytest.mark.parametrize(
    "text", ["a", "?", "é", "e\u0301", "字", "ا", "👍🏽", "क\u094d", "1", "—", "$"]
)
def test_I17_what_can_be_seen(text: str) -> None:
    assert is_visible(text)
