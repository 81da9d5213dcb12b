"""What people write, as HTML that is safe to show, and whom they mention in it.

Rules
-----
1. CommonMark with tables, strike-through and bare links. HTML is text, images are not loaded, links lead to
   the web or to a mailbox and nowhere else; nothing of it runs, here or in a page.
2. `@name` mentions a person, `@[any name]` one whose name has other characters. In code, in a link's
   address and within a word it is text.

Two independent hands see to rule 1: the parser lets no HTML through, and what it makes is cleaned (nh3) as
if it did.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, MutableMapping
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MAX_MENTIONS = 50
MENTION_CLASS = "jrt-mention"
# Of a name that is written without brackets; a full stop behind it ends a sentence.
_NAME = re.compile(r"@(?:\[([^\[\]\n]{1,100})\]|(\w[\w.+@-]{0,99}))")
_WITHIN_A_WORD = re.compile(r"[\w@.+/-]$")
# How many rendered texts are remembered, and how long each is: HTML may be fifteen times as long.
_REMEMBERED, _REMEMBERED_CHARACTERS = 2048, 2_000
# Rows times columns: a few characters more would make a table of a million cells that nobody has written.
_MAX_CELLS = 4_000

_TAGS = {
    *("a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
    *(
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ),
}
_ATTRIBUTES = {
    "a": {"href", "title", "target"},
    "code": {"class"},
    "span": {"class"},
    "ol": {"start"},
}
_CLASSES = re.compile(rf"language-[\w+#.-]{{1,40}}|{MENTION_CLASS}")


def rendered(body: str, people: Collection[str] = ()) -> str:
    """Make HTML of a text; a mention is one where it names one of these people."""
    make = _remembered if len(body) <= _REMEMBERED_CHARACTERS else _rendered
    return make(body, frozenset(people))


def _rendered(body: str, people: frozenset[str]) -> str:
    html: str = _PARSER.render(body, {"people": people})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
    ).strip()


_remembered = functools.lru_cache(maxsize=_REMEMBERED)(_rendered)


def named_in(body: str) -> set[str]:
    """Find whom a text would mention, if they are people who can see it: as many as may be told at once."""
    env: dict[str, Any] = {"people": None, "named": {}}
    _PARSER.parse(body, env)
    return set(list(env["named"])[:MAX_MENTIONS])


def warm_up() -> None:
    """Use what is built when it is used first: patterns, most of all those that find links in text."""
    links = "[a](https://x.org) http://x.org https://x.org ftp://x.org //x.org mailto:a@x.org x.org a@x.org"
    _rendered(
        f"> **@a** `b` ~~c~~ {links}\n\n|a|\n|-|\n|b|\n\n# c\n- d\n1. e\n\n```f\n```\n", frozenset()
    )


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return value if _CLASSES.fullmatch(value) else None
    return value


def _mention(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "@":
        return False
    found = _NAME.match(state.src, state.pos, state.posMax)
    if found is None or _WITHIN_A_WORD.search(state.src[max(0, state.pos - 1) : state.pos]):
        return False
    name = found[1] or found[2].rstrip(".+@-")
    people = state.env.get("people")
    if people is None:
        state.env["named"][name] = True
    elif name not in people:
        return False
    length = len(found[0]) if found[1] else len(name) + 1
    if not silent:
        token = state.push("mention", "span", 0)
        token.content = f"@{name}"
    state.pos += length
    return True


def _show_mention(
    _renderer: RendererHTML,
    tokens: list[Token],
    index: int,
    _options: Any,
    _env: MutableMapping[str, Any],
) -> str:
    return f'<span class="{MENTION_CLASS}">{escape(tokens[index].content)}</span>'


def _open_link(
    renderer: RendererHTML,
    tokens: list[Token],
    index: int,
    options: Any,
    env: MutableMapping[str, Any],
) -> str:
    tokens[index].attrSet("target", "_blank")
    return renderer.renderToken(tokens, index, options, env)


def _small_table(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """A table that isn't larger than anybody reads; a row that is shorter than the first is filled up."""
    if first + 1 >= end:
        return False
    ruler = state.src[state.bMarks[first + 1] : state.eMarks[first + 1]]
    if (ruler.count("|") + 1) * (end - first) > _MAX_CELLS:
        return False
    return table(state, first, end, silent)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    parser.enable(["table", "strikethrough", "linkify"]).disable(
        ["image", "html_block", "html_inline"]
    )
    parser.block.ruler.at("table", _small_table, {"alt": ["paragraph", "reference"]})
    # Before linkify and emphasis: an underscore in a name is part of it.
    parser.inline.ruler.before("emphasis", "mention", _mention)
    parser.add_render_rule("mention", _show_mention)
    parser.add_render_rule("link_open", _open_link)
    return parser


_PARSER = _parser()
