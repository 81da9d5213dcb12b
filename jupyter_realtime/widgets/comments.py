"""The widget of comments: a document's code with its threads, like a review.

The page asks its own server, as the widgets of notifications do. Neither the code nor a comment is a trait:
who gets the saved notebook does not get what people said about another.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import traitlets as t

from . import bundles
from .notifications import InboxWidget


class CodeComments(InboxWidget):
    """The code of a notebook or a module with its threads: read, answered, resolved and begun, live.

    Parameters
    ----------
    path
        Of the document, from the root of the Jupyter server.

    Examples
    --------
    >>> from jupyter_realtime.widgets import CodeComments
    >>> CodeComments("notebooks/eda.ipynb")
    """

    path = t.Unicode(help="Of the document, from the root of the Jupyter server.").tag(sync=True)

    _esm = bundles.script("code-comments")
    _css = bundles.style("code-comments")

    def __init__(self, path: str | PurePath, **traits: Any) -> None:
        super().__init__(path=PurePath(path).as_posix(), **traits)
