"""What people write, as HTML that runs and loads nothing."""

from __future__ import annotations

import asyncio
import re
import threading
from html.parser import HTMLParser

import pytest

from jupyter_realtime.service.comments import markdown
from jupyter_realtime.service.comments.markdown import MAX_MENTIONS, named_in, rendered
from tests.service.conftest import OpenServices
from tests.service.telling import idle

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61lert(1))",
    "[x](java\tscript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](/files/evil.html)",
    "[x](//evil.example)",
    "[x](?token=1)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '<a data-commandlinker-command="terminal:create-new">x</a>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></mtext><style><img src=x onerror=alert(1)></style></math>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>body{display:none}</style>",
    "<form action=/logout><button>x</button></form>",
    "`<script>alert(1)</script>`",
    "```<img/src=x onerror=alert(1)>\nx\n```",
    '```x" onmouseover="alert(1)\nx\n```',
    '[x](https://a.example "\\" onmouseover=\\"alert(1)")',
    'https://a.example/"onmouseover="alert(1)',
    "@[<img src=x onerror=alert(1)>]",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<details open ontoggle=alert(1)>x</details>",
    "| a |\n|---|\n| <b onclick=alert(1)>x</b> |",
]


class Reader(HTMLParser):
    """Notes the elements and attributes of some HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.mark.parametrize("body", HOSTILE)
def test_I15_nothing_that_is_written_runs_or_loads_anything(body: str) -> None:
    read_ = read(rendered(body, {"<img src=x onerror=alert(1)>"}))
    assert read_.tags <= {
        *("p", "a", "code", "pre", "span", "table", "thead", "tbody", "tr", "th", "td", "br"),
        *("em", "strong", "li", "ol", "ul"),
    }
    for tag, name, value in read_.attributes:
        allowed = {"a": {"href", "title", "target", "rel"}, "code": {"class"}, "span": {"class"}}
        assert name in allowed[tag]
        if name == "href":
            assert value.startswith(("https://a.example", "http://", "mailto:", "https://evil")), (
                value
            )
        if name == "class":
            assert value == "jrt-mention" or value.startswith("language-")


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**a** _b_ ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("a < b && c", "<p>a &lt; b &amp;&amp; c</p>"),
        (
            "```suggestion\nx = 2\n```",
            '<pre><code class="language-suggestion">x = 2\n</code></pre>',
        ),
        (
            "https://example.org/x",
            '<p><a href="https://example.org/x" target="_blank" rel="noopener noreferrer nofollow">'
            "https://example.org/x</a></p>",
        ),
    ],
)
def test_I15_markdown_is_shown_as_people_know_it(body: str, html: str) -> None:
    assert rendered(body) == html


def test_I16_a_mention_is_one_where_it_names_somebody_who_can_see_it() -> None:
    html = rendered("@ana, @ben. and @nobody", {"ana", "ben"})
    span = '<span class="jrt-mention">@{}</span>'
    assert html == f"<p>{span.format('ana')}, {span.format('ben')}. and @nobody</p>"
    assert rendered("@[Ana B]!", {"Ana B"}) == f"<p>{span.format('Ana B')}!</p>"
    assert rendered("@[Ana B](https://a.example)", set()).startswith("<p>@<a ")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@ana and (@ben_x), @ana again", {"ana", "ben_x"}),
        ("@ana@example.org.", {"ana@example.org"}),
        ("mail ana@example.org", set()),
        ("`@property` and\n```\n@dataclass\n```\n    @indented", set()),
        ("`@a` @b", {"b"}),
        ("**@ana**", {"ana"}),
        ("@[Ana B] @[", {"Ana B"}),
        ("https://example.org/@ana", set()),
        ("@", set()),
    ],
)
def test_I16_names_are_found_in_the_text_and_not_in_code(body: str, named: set[str]) -> None:
    assert named_in(body) == named


def test_I16_one_comment_names_so_many() -> None:
    assert len(named_in(" ".join(f"@p{number}" for number in range(200)))) == MAX_MENTIONS


@pytest.mark.parametrize("columns", [10, 1_000])
def test_I15_a_table_is_as_large_as_somebody_has_written_it(columns: int) -> None:
    body = f"{'a|' * columns}\n{'-|' * columns}\nb"
    assert ("<table>" in rendered(body)) and rendered(body).count("<td>") == columns
    # Each row that is begun would be filled up: a million cells of what one comment may hold.
    body += "\nb" * ((10_000 - len(body)) // 2)
    assert "<table>" not in rendered(body)
    assert len(rendered(body)) < 10 * len(body)


def test_the_first_comment_finds_all_patterns_built() -> None:
    re.purge()
    markdown.warm_up()
    # What `re` remembers of the patterns that are given to it as text.
    known = set(re._cache)  # type: ignore[attr-defined]
    assert len(known) > 5
    body = "# a\n\n**b** @c [d](mailto:e@f.org) http://g.org ftp://h.org //i.org j.org k@l.org\n\n"
    rendered(f"{body}|m|\n|-|\n|`n`|\n\n- o\n\n1. p\n\n> ~~q~~\n\n```suggestion\nr\n```")
    named_in(body)
    assert set(re._cache) == known  # type: ignore[attr-defined]


async def test_patterns_are_built_beside_the_loop_when_the_server_opens(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: asyncio.Future[threading.Thread] = asyncio.get_running_loop().create_future()
    tell = asyncio.get_running_loop().call_soon_threadsafe
    monkeypatch.setattr(
        markdown, "warm_up", lambda: tell(built.set_result, threading.current_thread())
    )
    async with open_services(idle) as services:
        services.comments.open()
        assert await asyncio.wait_for(built, 10) is not threading.main_thread()
