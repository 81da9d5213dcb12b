"""Comments as W3C Web Annotations and as Markdown, and annotations read again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from markdown_it import MarkdownIt

from jupyter_realtime.core.anchors import AnchorSource, Cell, first_place, make_anchor
from jupyter_realtime.core.annotations import read_annotations
from jupyter_realtime.core.comment_files import AnnotationFile, CommentFile, MarkdownFile
from jupyter_realtime.core.errors import BadRequest
from jupyter_realtime.core.threads import Comment, Thread
from tests.builders import actor

CELL = Cell("c1", "x = 1\ny = x + 2\n")
RANGE = make_anchor(CELL, 6, 15, cell_index=3)
WHOLE = make_anchor(CELL, None, None, cell_index=3)
IN_FILE = make_anchor(Cell(None, CELL.source), 6, 15)
DOCUMENT = make_anchor(Cell(None, ""), None, None)
AT = "2026-11-23T09:00:00.000Z"


def comment(number: int, body: str, **fields: Any) -> Comment:
    known = {"edited_at": None, "deleted": False, "author": actor("ana")}
    return Comment(
        id=f"c{number}",
        body=body,
        html="",
        created_at=AT,
        reactions=[],
        mentions=[],
        **{**known, **fields},
    )


def thread(source: AnchorSource, *comments: Comment, **fields: Any) -> tuple[Thread, AnchorSource]:
    known = {"state": "open", "issue": None, "path": "eda.ipynb"}
    made = Thread(
        id="t1",
        project="p",
        document="d",
        anchor=first_place(source),
        comments=list(comments),
        resolved=None,
        created_at=AT,
        updated_at=AT,
        **{**known, **fields},
    )
    return made, source


def pieces(file: CommentFile, *threads: tuple[Thread, AnchorSource]) -> bytes:
    """Write a file, a thread at a time."""
    return b"".join([file.begin(), *(file.threads([one]) for one in threads), file.end()])


def written(*threads: tuple[Thread, AnchorSource]) -> Any:
    """As it goes over the wire."""
    return msgspec.json.decode(pieces(AnnotationFile("project:p", "p"), *threads))


def test_I22_a_file_is_the_same_in_whatever_pieces_it_is_written() -> None:
    said = [comment(1, "", deleted=True)], [comment(2, "a")], [], [comment(3, "b"), comment(4, "c")]
    threads = [thread(RANGE, *some, path=path) for some, path in zip(said, "aabb", strict=True)]
    for kind in (AnnotationFile, MarkdownFile):
        whole = kind("project:p", "p")
        at_once = whole.begin() + whole.threads(threads) + whole.end()
        assert pieces(kind("project:p", "p"), *threads) == at_once
    assert [one["id"][-2:] for one in written(*threads)["first"]["items"]] == ["c2", "c3", "c4"]
    assert written()["first"] == {"type": "AnnotationPage", "items": []}


def test_I22_a_thread_is_an_annotation_and_one_for_each_reply() -> None:
    replies = comment(2, "So.", edited_at=AT), comment(3, "", deleted=True)
    data = written(thread(RANGE, comment(1, "Why?"), *replies, issue="f", state="resolved"))
    assert data["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert (data["type"], data["total"], data["first"]["type"]) == (
        "AnnotationCollection", 2, "AnnotationPage",
    )  # fmt: skip
    first, reply = data["first"]["items"]
    assert (first["type"], first["motivation"]) == ("Annotation", "commenting")
    assert first["body"] == {"type": "TextualBody", "value": "Why?", "format": "text/markdown"}
    assert first["creator"] == {"type": "Person", "name": "ana", "nickname": "ana"}
    assert (first["jr:state"], first["jr:issue"]) == ("resolved", "f")
    assert first["target"]["source"] == "eda.ipynb"
    quote, position = first["target"]["selector"]
    assert (quote["jr:cell"], quote["refinedBy"]["exact"]) == ("c1", "y = x + 2")
    assert position["refinedBy"] == {"type": "TextPositionSelector", "start": 6, "end": 15}
    assert (reply["motivation"], reply["target"]) == ("replying", first["id"])
    assert reply["modified"] == AT


@pytest.mark.parametrize("source", [RANGE, WHOLE, IN_FILE, DOCUMENT])
def test_I23_what_is_written_is_read_again(source: AnchorSource) -> None:
    comments = comment(1, "Why?"), comment(2, "So.")
    [read] = read_annotations(written(thread(source, *comments, issue="f", state="resolved")))
    assert read.source == source
    assert [one.body for one in read.comments] == ["Why?", "So."]
    assert {one.creator for one in read.comments} == {"ana"}
    assert (read.path, read.resolved, read.issue) == ("eda.ipynb", True, "f")


@pytest.mark.parametrize(
    ("annotation", "path", "scope", "body"),
    [
        ({"bodyValue": "Hi", "target": "a.py"}, "a.py", "document", "Hi"),
        ({"body": "Hi", "target": {"source": {"id": "a.py"}}}, "a.py", "document", "Hi"),
        ({"body": [{"value": "a"}, "b"], "target": ["a.py"]}, "a.py", "document", "a\n\nb"),
        (
            {
                "body": {"type": "TextualBody", "value": "Hi"},
                "target": {
                    "source": "a.py",
                    "selector": {"type": "TextQuoteSelector", "exact": "x", "prefix": "y = "},
                },
            },
            "a.py",
            "range",
            "Hi",
        ),
    ],
)
def test_I23_what_others_write_is_read(annotation: Any, path: str, scope: str, body: str) -> None:
    [read] = read_annotations([annotation])
    assert (read.path, read.source.scope, read.comments[0].body) == (path, scope, body)


@pytest.mark.parametrize(
    "data",
    [
        7,
        "x",
        [7],
        [{}],
        [{"body": "x"}],
        [{"body": "", "target": "a.py"}],
        [{"body": "\u200b\u2060", "target": "a.py"}],
        [{"body": {"value": 7}, "target": "a.py"}],
        [{"body": "x", "target": 7}],
        [{"body": "x", "target": {"selector": [7]}}],
        [{"body": "x", "target": {"selector": [{"type": "TextPositionSelector"}]}}],
        [
            {
                "body": "x",
                "target": {"selector": {"type": "TextPositionSelector", "start": -1, "end": 2}},
            }
        ],
        [{"id": 7, "body": "x", "target": "a.py"}],
        [{"body": "x", "target": "a.py"}] * 2001,
    ],
)
def test_I23_what_can_not_be_understood_is_refused(data: Any) -> None:
    with pytest.raises(BadRequest):
        read_annotations(data)


def test_I22_nothing_that_people_write_becomes_markup_of_the_page() -> None:
    hostile = "# I am a heading\n\n**Ben** · now\n\n> quoted\n```\nopen fence"
    name = "ana**\n\n# Ben"
    text = pieces(
        MarkdownFile("project:p", "p\n# p"),
        thread(
            make_anchor(Cell("c", "```\n# x\n````\n"), 0, 11, cell_index=0),
            comment(1, hostile, author=msgspec.structs.replace(actor("a"), display_name=name)),
            comment(2, "gone", deleted=True),
            path="a*b*.ipynb",
        ),
    ).decode()
    tokens = MarkdownIt().parse(text)
    outside = [token for token in tokens if token.level == 0]
    headings = [token.tag for token in outside if token.type == "heading_open"]
    assert headings == ["h1", "h2", "h3"]
    assert sum(token.type == "blockquote_open" for token in outside) == 1
    [code] = [token for token in outside if token.type == "fence"]
    assert code.content == "```\n# x\n```\n"
    assert "gone" not in text


@pytest.mark.parametrize("index", [True, -100, 2**62, 1.5, "1", None])
@pytest.mark.parametrize("cell", [5, "c" * 257, None])
def test_I23_what_names_no_cell_is_not_taken_for_one(index: Any, cell: Any) -> None:
    quote = {"type": "TextQuoteSelector", "exact": "x", "prefix": "a", "suffix": ""}
    selector = {"jr:cell": cell, "jr:index": index, "refinedBy": quote}
    target = {"source": "a.ipynb", "selector": selector}
    item = {"body": "Why?", "target": target, "jr:issue": "i" * 257}
    [found] = read_annotations([item])
    assert (found.source.cell_id, found.source.cell_index, found.issue) == (None, None, None)
    assert found.source.quote == "x"


@pytest.mark.parametrize(
    ("start", "end"), [(True, True), (-1, 1), (0, 2**31 + 1), (2, 1), (0, "1")]
)
def test_I23_a_position_is_two_offsets_in_order(start: Any, end: Any) -> None:
    selector = {"type": "TextPositionSelector", "start": start, "end": end}
    with pytest.raises(BadRequest):
        read_annotations([{"body": "x", "target": {"source": "a.py", "selector": selector}}])
