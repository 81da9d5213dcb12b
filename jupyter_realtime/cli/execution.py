"""One run of detectors in this process, shown on a server if there is one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

from ..analysis.cache import user_cache
from ..analysis.runner import Runner, RunRequest
from ..client.discovery import find_server
from ..client.run_record import RunRecord, new_analysis
from ..client.stream import Announced, announce
from ..core.errors import RealtimeError
from .outputs import compared
from .project import below, project_of
from .recorder import Recorder, Sink

# A run is not worth a longer wait for a server that may not be there.
ANNOUNCE_SECONDS = 2.0
LEAVE_SECONDS = 5.0


class Execution:
    """From the paths on the command line to a finished record.

    Parameters
    ----------
    sink
        What shows the run here.
    cancel
        Ends it when set.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        detectors: Sequence[str] | None,
        sink: Sink,
        cancel: asyncio.Event,
    ) -> None:
        self._paths = paths
        self._detectors = None if detectors is None else list(detectors)
        self._sinks = [sink]
        self._cancel = cancel
        self._root = project_of(paths, Path.cwd())
        self._announced: Announced | None = None
        self.problem: str | None = None
        self.has_history = False
        run_id = f"local-{secrets.token_urlsafe(9)}"
        self.record = RunRecord(new_analysis(run_id, below(self._root, paths)))

    async def show_on_server(self, baseline: str | None = None) -> None:
        """Find a server that shows these files, and announce the run there; go on without if not.

        Parameters
        ----------
        baseline
            The name of a baseline over there that the run is compared with.
        """
        try:
            server = await asyncio.to_thread(find_server, folder=_folder(self._paths[0]))
        except RealtimeError:
            return
        if not all(server.holds(path) for path in self._paths):
            return
        announcing = announce(server, self._paths, self._detectors, self._cancel, baseline)
        try:
            announced = await asyncio.wait_for(announcing, ANNOUNCE_SECONDS)
        except RealtimeError as error:
            self.problem = error.message
        except asyncio.TimeoutError:
            self.problem = f"{server.url} did not answer in time."
        else:
            self._announced, self._root = announced, announced.project.resolve()
            self.record = RunRecord(announced.analysis)
            self._sinks.append(announced.stream)

    async def run(self) -> None:
        """Run the detectors to the end, or until cancelled."""
        request = RunRequest(
            root=self._root,
            paths=below(self._root, self._paths),
            detectors=self._detectors,
            costs={},
        )
        runner = Runner(cache=user_cache())
        try:
            await runner.run(request, Recorder(self.record, self._sinks), self._cancel)
        finally:
            await runner.close()

    @property
    def root(self) -> Path:
        """The project's folder, to which the paths of issues are relative."""
        return self._root

    @property
    def is_on_server(self) -> bool:
        """Whether a server shows this run."""
        return self._announced is not None

    def compare(self, known: frozenset[tuple[str, str]]) -> None:
        """Say of each issue whether a baseline's file has it."""
        self.record.replace_issues(compared(self.record.issues, known))

    def keep_new(self) -> None:
        """Leave out what the baseline has."""
        self.record.replace_issues([i for i in self.record.issues if i.since_baseline == "new"])

    async def leave_server(self) -> str | None:
        """Post what is left to post, and take over what is known of the issues there from earlier runs.

        Returns
        -------
        str | None
            What went wrong over there.
        """
        if self._announced is not None:
            await self._announced.stream.finish(LEAVE_SECONDS)
            self.problem = self._announced.stream.problem
            if self.problem is None:
                await self._learn_standing(self._announced)
            await self._announced.rest.close()
        return self.problem

    async def _learn_standing(self, announced: Announced) -> None:
        """Read who was dismissed, is back again, or known to a baseline; what is fixed was not found."""
        try:
            reading = announced.rest.issues(announced.analysis.id)
            issues = await asyncio.wait_for(reading, LEAVE_SECONDS)
        except RealtimeError as error:
            self.problem = error.message
        except asyncio.TimeoutError:
            self.problem = "the server did not answer in time"
        else:
            self.has_history = True
            self.record.replace_issues([issue for issue in issues if issue.status != "fixed"])


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent
