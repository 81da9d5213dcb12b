"""Secrets that have no shape of their own, but a name or a place that tells them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ...core.issues import Severity

MIN_PASSWORD_CHARACTERS = 6
MIN_KEY_CHARACTERS = 16
# Bits a character: random keys have more than four, words about three.
MIN_KEY_ENTROPY_BITS = 3.0

# What is searched may be hostile: each pattern begins where a word does, so that its time is linear.
# In code: `DB_PASSWORD = "…"`, `password="…"`, `"password": "…"`, `%env API_KEY=…`.
_GIVEN = re.compile(
    r"""(?<![A-Za-z0-9_.-])(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)['"]?[ \t]*(?::[ \t]*str[ \t]*)?[=:][ \t]*"""
    r"""[rb]?(?P<quote>['"])(?P<value>[^'"\n]{4,200})(?P=quote)"""
)
_ENV = re.compile(r"^\s*%(?:set_)?env\s+(?P<name>\w+)[\s=]+(?P<value>\S{4,200})\s*$", re.MULTILINE)
# RFC 3986 §3.2.1: `scheme://user:password@host`.
_URL = re.compile(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*://[^\s:/@'\"]*:(?P<value>[^\s/@'\"]{3,200})@[\w.-]+",
    re.IGNORECASE,
)
_PASSWORD_NAME = re.compile(r"(?:^|[_.-])(?:password|passwd|pwd|passphrase)$", re.IGNORECASE)
_KEY_NAME = re.compile(
    r"(?:^|[_.-])(?:api_?key|apikey|access_?key|secret_?key|private_?key|auth_?key|client_?secret|secret|token)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"^(?:[<\[{$%].*|.*[>\]}]|x{3,}|\*+|\.+|-+|change.?me|your.*|my.?(?:password|token|key|secret)|"
    r"(?:password|passwd|secret|token|key|example|test|dummy|none|null|todo|placeholder|redacted)\d*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Shape:
    """Something that looks like a secret; `line` counts from 1 in its text."""

    rule: str
    what: str
    severity: Severity
    value: str
    line: int


def shapes_in(text: str, *, is_code: bool) -> Iterator[Shape]:
    """Find secrets by their names, in code, and by their place in an address, everywhere."""
    for match in _URL.finditer(text):
        if not is_placeholder(match["value"]):
            yield _shape(text, match, "password-in-url", "password in an address", "high")
    for match in [*_GIVEN.finditer(text), *_ENV.finditer(text)] if is_code else ():
        name, value = match["name"], match["value"]
        if is_placeholder(value) or " " in value:
            continue
        if _PASSWORD_NAME.search(name) and len(value) >= MIN_PASSWORD_CHARACTERS:
            yield _shape(text, match, "password", "password", "medium")
        elif _KEY_NAME.search(name) and _looks_random(value):
            yield _shape(text, match, "key", "secret key", "medium")


def _shape(text: str, match: re.Match[str], rule: str, what: str, severity: Severity) -> Shape:
    line = text.count("\n", 0, match.start("value")) + 1
    return Shape(rule, what, severity, match["value"], line)


def is_placeholder(value: str) -> bool:
    """Whether a value only stands where a secret would."""
    return _PLACEHOLDER.match(value) is not None or len(set(value)) <= 2


def _looks_random(value: str) -> bool:
    if len(value) < MIN_KEY_CHARACTERS or not any(character.isdigit() for character in value):
        return False
    counts = Counter(value).values()
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
    return entropy >= MIN_KEY_ENTROPY_BITS and not value.startswith(("/", "http", "./"))
