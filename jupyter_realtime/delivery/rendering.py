"""A letter as HTML and as text. Nothing is loaded from elsewhere: styles are inline, pictures are none."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..core.letters import Confirmation, Letter

# The line beside a notification, and the word that says what the colour says.
_COLORS: Mapping[str, str] = {
    "info": "#1565c0",
    "success": "#2e7d32",
    "warning": "#8a5000",
    "error": "#c62828",
}


def _environment(*, is_html: bool) -> Environment:
    return Environment(
        loader=PackageLoader("jupyter_realtime.delivery", "letters"),
        autoescape=is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_HTML, _TEXT = _environment(is_html=True), _environment(is_html=False)


def as_html(letter: Letter | Confirmation) -> str:
    """Write it as HTML; whatever people have written stands there as text."""
    return _HTML.get_template(f"{_name(letter)}.html.j2").render(letter=letter, colors=_COLORS)


def as_text(letter: Letter | Confirmation) -> str:
    """Write it as text."""
    return _TEXT.get_template(f"{_name(letter)}.txt.j2").render(letter=letter)


def _name(letter: Letter | Confirmation) -> str:
    return "notifications" if isinstance(letter, Letter) else "confirmation"
