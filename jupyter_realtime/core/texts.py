"""What can be seen of a text: pure."""

from __future__ import annotations

import unicodedata

# Spaces of all kinds, controls, formats, and what is no character.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
# Marks need a letter that they stand at.
_MARKS = frozenset({"Me", "Mn"})
# Drawn as nothing, whatever their category says: fillers of Hangul, and a Braille cell without dots.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def is_visible(text: str) -> bool:
    """Whether there is anything to see in a text."""
    return any(map(_is_visible, text))


def _is_visible(character: str) -> bool:
    if character in _BLANK:
        return False
    category = unicodedata.category(character)
    return category not in _UNSEEN_CATEGORIES and category not in _MARKS
