"""A run of this process, shown on a server while it goes on.

Rules
-----
1. The run never waits for the server and never fails because of it.
2. Reports go in order, each once: a list whose answer was lost is posted again with the same key.
3. Between two lists there is a pause, in which progress conflates.
4. The server hears something every two seconds, and so does the run: the answer says whether somebody
   over there has cancelled it.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..core.errors import Internal, RealtimeError
from ..core.issues import FINISHED_STATES, Analysis, RunState
from ..core.reports import Finished, Issues, Progress, Report
from .address import Server
from .backoff import Backoff
from .rest import Rest, as_shape
from .run_record import RunRecord

PAUSE_SECONDS = 0.2
KEEP_ALIVE_SECONDS = 2.0
MAX_REPORTS_A_LIST = 50
# A body has at most 1 MiB there; an issue is rarely above 2 KiB.
MAX_ISSUES_A_REPORT = 100
MAX_ISSUES_A_LIST = 200


class Answer(msgspec.Struct, frozen=True):
    """What the server says to a list of reports."""

    state: RunState


class Project(msgspec.Struct, frozen=True):
    """What we need of a project; `root` is relative to the server's root."""

    id: str
    root: str


class Stream:
    """Posts a run's reports to a server.

    Parameters
    ----------
    run
        The id under which the server knows the run.
    cancel
        Is set when somebody cancels the run over there.
    """

    def __init__(self, rest: Rest, run: str, cancel: asyncio.Event) -> None:
        self.problem: str | None = None
        self._rest = rest
        self._run = run
        self._cancel = cancel
        self._waiting: deque[Report] = deque()
        self._latest = Progress(progress=0.0, eta_seconds=None, lanes=[])
        self._news = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._post_all())

    def tell(self, report: Report, run: RunRecord) -> None:
        """Take a report."""
        analysis = run.analysis
        self._latest = Progress(
            progress=analysis.progress, eta_seconds=analysis.eta_seconds, lanes=analysis.detectors
        )
        if isinstance(report, Progress):
            # All lanes: then the last one says everything that those before it said.
            if self._waiting and isinstance(self._waiting[-1], Progress):
                self._waiting.pop()
            self._waiting.append(self._latest)
        else:
            self._waiting.extend(_in_pieces(report))
        self._news.set()

    async def finish(self, seconds: float) -> None:
        """Wait until everything is posted, for a while; then let go."""
        await asyncio.wait([self._task], timeout=seconds)
        if not self._task.done():
            self.problem = self.problem or "the server did not answer in time"
            self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _post_all(self) -> None:
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), KEEP_ALIVE_SECONDS)
            self._news.clear()
            reports = self._next_list() or [self._latest]
            if not await self._post(reports) or isinstance(reports[-1], Finished):
                return
            await asyncio.sleep(0 if self._waiting else PAUSE_SECONDS)

    def _next_list(self) -> list[Report]:
        reports: list[Report] = []
        issues = 0
        while self._waiting and len(reports) < MAX_REPORTS_A_LIST and issues < MAX_ISSUES_A_LIST:
            report = self._waiting.popleft()
            issues += len(report.issues) if isinstance(report, Issues) else 0
            reports.append(report)
        if self._waiting:
            self._news.set()
        return reports

    async def _post(self, reports: list[Report]) -> bool:
        """Post a list until it is answered; False if there is no use in going on."""
        body = msgspec.to_builtins(reports)
        key = uuid.uuid4().hex
        backoff = Backoff(random.random)
        while True:
            answer = await self._try_post(body, key)
            if not isinstance(answer, RealtimeError):
                return self._obey(answer.state)
            if not answer.retryable:
                self.problem = answer.message
                return False
            await asyncio.sleep(backoff.next(answer.retry_after))

    async def _try_post(self, body: object, key: str) -> Answer | RealtimeError:
        try:
            answer = await self._rest.post(f"analyses/{self._run}/reports", body, key=key)
            return as_shape(answer, Answer)
        except RealtimeError as error:
            return error

    def _obey(self, state: RunState) -> bool:
        if state in ("cancelling", "cancelled"):
            self._cancel.set()
        return state not in FINISHED_STATES


def _in_pieces(report: Report) -> list[Report]:
    if not isinstance(report, Issues):
        return [report]
    pieces = range(0, len(report.issues), MAX_ISSUES_A_REPORT)
    return [
        Issues(detector=report.detector, issues=report.issues[at : at + MAX_ISSUES_A_REPORT])
        for at in pieces
    ]


@dataclass(frozen=True)
class Announced:
    """A run that a server knows of, and the folder of the project that it belongs to there."""

    analysis: Analysis
    project: Path
    rest: Rest
    stream: Stream


async def announce(
    server: Server,
    paths: Sequence[Path],
    detectors: list[str] | None,
    cancel: asyncio.Event,
    baseline: str | None = None,
) -> Announced:
    """Tell a server that we begin a run, compared with one of its baselines if that is wanted."""
    rest = Rest(server)
    try:
        analysis = await _register(rest, server, paths, detectors, baseline)
        project = await _project_folder(rest, server, analysis.project)
    except BaseException:
        await rest.close()
        raise
    return Announced(analysis, project, rest, Stream(rest, analysis.id, cancel))


async def _register(
    rest: Rest,
    server: Server,
    paths: Sequence[Path],
    detectors: list[str] | None,
    baseline: str | None,
) -> Analysis:
    body: dict[str, object] = {"paths": server.server_paths(paths), "external": True}
    if baseline is not None:
        body["baseline"] = baseline
    if detectors is not None:
        body["detectors"] = detectors
    return as_shape(await rest.post("analyses", body), Analysis)


async def _project_folder(rest: Rest, server: Server, wanted: str) -> Path:
    if server.root is None:
        raise Internal("It does not say which folder it shows.")
    async for item in rest.items("projects"):
        project = as_shape(item, Project)
        if project.id == wanted:
            return server.root / project.root
    raise Internal(f"It lists no project {wanted}.")
