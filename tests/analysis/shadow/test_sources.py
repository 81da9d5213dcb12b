"""Modules in any encoding, and code that would break a parser."""

import os
import warnings
from pathlib import Path

import pytest

from jupyter_realtime.analysis.shadow.reading import LeftOut, read_regular
from jupyter_realtime.analysis.shadow.sources import MODULE_BYTES, Module, read_module
from jupyter_realtime.analysis.shadow.syntax import find_fault, parses


def read(folder: Path, content: bytes) -> Module:
    path = folder / "x.py"
    path.write_bytes(content)
    return read_module(read_regular(path, MODULE_BYTES))


def reason(folder: Path, content: bytes) -> LeftOut:
    with pytest.raises(LeftOut) as caught:
        read(folder, content)
    return caught.value


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"x = 1\r\ny = 2\rz = 3\n", "x = 1\ny = 2\nz = 3\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("# coding: latin-1\nx = 'é'\n".encode("latin-1"), "#\nx = 'é'\n"),
        ("#!/bin/sh\n# -*- coding: cp1252 -*-\nx = '€'".encode("cp1252"), "#!/bin/sh\n#\nx = '€'"),
        ("# coding: utf-8\nx = 'é'\n".encode(), "# coding: utf-8\nx = 'é'\n"),
        (b"", ""),
    ],
)
def test_modules_become_utf_8_with_the_same_lines(
    tmp_path: Path, content: bytes, text: str
) -> None:
    module = read(tmp_path, content)
    assert (module.text, module.fault) == (text, None)


@pytest.mark.parametrize(
    "content",
    [
        b"x = '\xff'\n",
        b"# coding: no-such-thing\n",
        b"# coding: rot13\n",
        b"# coding: zlib\n",
        b"# coding: punycode\n",
        b"# coding: utf-7\nx = '+2AA-'\n",
        b"\xef\xbb\xbf# coding: latin-1\n",
        "x = 1".encode("utf-16"),
    ],
)
def test_what_can_not_be_decoded_is_left_out(tmp_path: Path, content: bytes) -> None:
    assert reason(tmp_path, content).rule == "encoding"


def test_a_wrong_byte_is_told_with_its_line(tmp_path: Path) -> None:
    assert reason(tmp_path, b"x = 1\ny = '\xff'\n").line == 2


def test_a_module_that_does_not_parse_is_kept_with_its_fault(tmp_path: Path) -> None:
    module = read(tmp_path, b"x = 1\ndef broken(:\n")
    assert module.fault is not None
    assert (module.fault.line, module.fault.too_deep) == (2, False)


@pytest.mark.parametrize("content", [b"x = '\0'", b"x = " + b"9" * 5000, b"x = \\"])
def test_odd_faults_are_faults_too(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content).fault is not None


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "-" * 40_000 + "1",
        "x = " + "-" * 19_000 + "1",
        "(" * 19_000,
        "[" * 150 + "-" * 15_000 + "oops oops",
        " + ".join(["x"] * 4000),
        "x = (1\n" + "+ 1\n" * 20_000 + ")",
        "not " * 4000 + "x",
        "a" + ".b" * 4000,
        "lambda: " * 2000 + "1",
        "if a:\n  pass\n" + "elif b:\n  pass\n" * 1000,
        "def f():\n    if x:\n        return " + "~" * 500 + "1",
    ],
)
def test_what_nests_too_deep_is_left_out(tmp_path: Path, code: str) -> None:
    assert reason(tmp_path, code.encode()).rule == "too-deep"


@pytest.mark.parametrize(
    "code",
    [
        "x = [" + "-1, " * 4000 + "]",
        "x = (\n" + "    'text'\n" * 5000 + ")",
        " + ".join(["x"] * 100),
        "f(" * 90 + ")" * 90,
        "x = {\n" + "    'a': (1, [2, -3]),\n" * 5000 + "}",
    ],
)
def test_what_is_only_long_is_analysed(code: str) -> None:
    assert parses(code)


def test_large_modules_are_left_out(tmp_path: Path) -> None:
    assert reason(tmp_path, b"x = 1\n" * 400_000).rule == "too-large"


def test_a_pipe_or_a_link_in_a_modules_place_is_not_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    for name, rule in {
        "pipe.py": "not-a-file",
        "link.py": "unreadable",
        "gone": "unreadable",
    }.items():
        with pytest.raises(LeftOut) as caught:
            read_regular(tmp_path / name, MODULE_BYTES)
        assert caught.value.rule == rule


def test_what_strangers_wrote_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert find_fault("x = '\\d' is 'y'\nassert (x, 'y')") is None
