"""Modules: decoded as Python would, and written as UTF-8 with the same lines."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass

from .reading import LeftOut
from .syntax import Fault, find_fault

MODULE_BYTES = 2_000_000
_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
# Text codecs, but their time grows with the square of the text.
_SLOW_CODECS = frozenset({"idna", "punycode"})


@dataclass(frozen=True)
class Module:
    """A module's text with `\\n` between lines, and what keeps it from being parsed."""

    text: str
    fault: Fault | None
    kilobytes: float


def read_module(data: bytes) -> Module:
    """Read a module's bytes; raises `LeftOut` for one that nobody should be given."""
    text = _decode(data)
    fault = find_fault(text)
    if fault is not None and fault.too_deep:
        raise LeftOut("too-deep", fault.message, line=fault.line)
    return Module(text, fault, len(data) / 1000)


def unify_newlines(text: str) -> str:
    """End each line as Python does when it reads source."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if encoding in _SLOW_CODECS:
            raise LookupError(f"unknown encoding: {encoding}")
        text = unify_newlines(data.decode(encoding))
        text.encode()
    except SyntaxError as error:
        raise LeftOut("encoding", f"This file can't be decoded: {error.msg}.") from error
    except UnicodeError as error:
        line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise LeftOut("encoding", f"This file is not {encoding} text.", line=line) from error
    except (LookupError, ValueError) as error:
        raise LeftOut("encoding", f"This file can't be decoded: {error}.") from error
    return text if encoding in ("utf-8", "utf-8-sig") else _without_coding(text)


def _without_coding(text: str) -> str:
    """Take out the line that names an encoding: what engines read is UTF-8."""
    lines = text.split("\n")
    return "\n".join(["#" if _CODING.match(line) else line for line in lines[:2]] + lines[2:])
