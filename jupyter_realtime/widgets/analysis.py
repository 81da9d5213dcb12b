"""The widgets of a run, live in a notebook: all of it, its detectors, or its issues.

Theory of operation
-------------------
The page follows the run by itself, over its own connection to the server: so the widget is alive while
the kernel is busy. The kernel follows it too, on a thread, for whoever reads the traits. Where the page
has no connection to a server, its front end sets `mode` to `comm`, and everything it shows comes from here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anywidget
import traitlets as t

from .._version import __version__
from ..client.address import Paths
from ..client.runs import Run
from ..core.errors import RealtimeError
from ..core.issues import FINISHED_STATES
from . import bundles
from .starting import start

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped, import-not-found, unused-ignore]
    from typing_extensions import Self

UPDATE_SECONDS = 0.25
# The whole list goes over the comm each time: the longer it is, the rarer.
ISSUES_SECONDS = 1.0
ISSUES_SECONDS_EACH = 0.001

# What only a page without a connection of its own needs before the end.
_HEAVY = ("issues", "snapshot")


class RunWidget(anywidget.AnyWidget):
    """What the widgets of a run have in common.

    Parameters
    ----------
    paths_or_run
        Files and folders to analyse, relative to the current folder; or a run that was started already;
        or another widget, whose run is shown.
    detectors
        Their names; None: all that apply.

    Attributes
    ----------
    progress : float
        From 0 to 1.
    state : str
        `queued`, `running`, `cancelling`, `cancelled`, `succeeded`, `partial` or `failed`.
    issues : list of dict
        What was found so far, in the order found.
    counts : dict
        How many issues of each severity.
    """

    progress = t.Float(0.0)
    state = t.Unicode("queued")
    counts = t.Dict()
    issues = t.List(t.Dict()).tag(sync=True)

    run_id = t.Unicode("", help="Under which the page finds the run; empty without a server.").tag(
        sync=True
    )
    prefix = t.Unicode("", help="The path of jupyter_realtime on it.").tag(sync=True)
    version = t.Unicode(__version__, help="Of this side; the page compares.").tag(sync=True)
    snapshot = t.Dict(None, allow_none=True, help="The analysis as REST gives it.").tag(sync=True)
    mode = t.Enum(["page", "comm"], "comm", help="Set by the page; see above.").tag(sync=True)

    def __init__(
        self,
        paths_or_run: Paths | Run | RunWidget = ".",
        *,
        detectors: Sequence[str] | None = None,
        **traits: Any,
    ) -> None:
        self._run = _run_of(paths_or_run, detectors)
        self._news = threading.Event()
        self._over = threading.Event()
        self._settled = threading.Event()
        self._issues_due = 0.0
        super().__init__(**_place(self._run), **traits)
        self.on_msg(self._on_message)
        self._run.on_change(self._on_change)
        threading.Thread(target=self._keep_up, name="jupyter_realtime widget", daemon=True).start()

    def wait(self, timeout: float | None = None) -> Self:
        """Wait for the end of the run; see `Run.wait`. The page goes on meanwhile."""
        self._run.wait(timeout)
        self._settled.wait(timeout)
        return self

    def cancel(self) -> None:
        """Ask for the end of the run."""
        self._run.cancel()

    def to_frame(self) -> pandas.DataFrame:
        """Give the issues found so far as a pandas DataFrame."""
        return self._run.to_frame()

    # -- between the run and the page -----------------------------------------------------------------

    def _on_change(self) -> None:
        self._news.set()
        if self._run.is_finished:
            self._over.set()

    def _keep_up(self) -> None:
        """Bring the traits up to date, a few times a second, until the run is over."""
        try:
            while not self._run.is_finished:
                self._news.wait(UPDATE_SECONDS)
                self._news.clear()
                # A state that says "over" comes last, when the traits are complete.
                if self._run.state not in FINISHED_STATES:
                    self._update()
                self._over.wait(UPDATE_SECONDS)
            self._issues_due = 0.0
            self._update()
        finally:
            self._settled.set()

    def _update(self) -> None:
        analysis = self._run.analysis
        self.snapshot = analysis
        self.counts = analysis["counts"]
        now = time.monotonic()
        if now >= self._issues_due:
            issues: list[dict[str, Any]] = list(self._run.issues)
            self._issues_due = now + max(ISSUES_SECONDS, ISSUES_SECONDS_EACH * len(issues))
            self.issues = issues
        self.progress = analysis["progress"]
        self.state = analysis["state"]

    def _should_send_property(self, key: str, value: Any) -> bool:
        # A page with a connection of its own gets all this faster from there. At the end it is sent in
        # any case, so that it is in the saved notebook.
        if key in _HEAVY and self.mode == "page" and not self._run.is_finished:
            return False
        return bool(super()._should_send_property(key, value))

    @t.observe("mode")
    def _on_mode(self, change: Any) -> None:
        if change["new"] == "comm" and self.comm is not None:
            self.send_state(list(_HEAVY))

    def _on_message(self, widget: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict) and content.get("type") == "cancel":
            try:
                self.cancel()
            except RealtimeError as error:
                self.send({"type": "error", "message": error.message})


def _place(run: Run) -> dict[str, str]:
    """Say where the page finds the run."""
    if run.server is None:
        return {}
    return {"run_id": run.id, "prefix": urlsplit(run.server.url).path}


def _run_of(wanted: Paths | Run | RunWidget, detectors: Sequence[str] | None) -> Run:
    if isinstance(wanted, RunWidget):
        return wanted._run
    return wanted if isinstance(wanted, Run) else start(wanted, detectors)


class AnalysisProgress(RunWidget):
    """The progress of an analysis, its detectors, and the issues as they are found.

    Examples
    --------
    >>> from jupyter_realtime.widgets import AnalysisProgress
    >>> analysis = AnalysisProgress("notebooks/")
    >>> analysis
    """

    _esm = bundles.script("analysis-progress")
    _css = bundles.style("analysis-progress")


class DetectorStatus(RunWidget):
    """How each detector of an analysis stands: a lane for each, and nothing else.

    Examples
    --------
    >>> from jupyter_realtime.widgets import DetectorStatus
    >>> DetectorStatus("notebooks/", detectors=["correctness", "types"])
    """

    _esm = bundles.script("detector-status")
    _css = bundles.style("detector-status")


class LiveIssueList(RunWidget):
    """The issues of an analysis as they are found: filtered, searched, opened at their place.

    Examples
    --------
    >>> from jupyter_realtime.widgets import AnalysisProgress, LiveIssueList
    >>> analysis = AnalysisProgress("notebooks/")
    >>> LiveIssueList(analysis)
    """

    _esm = bundles.script("live-issue-list")
    _css = bundles.style("live-issue-list")
