"""The ports: what the behaviour in `service/` needs from outside, with the guarantees it counts on.

An adapter that passes the contract suite of its port may replace any other. The guarantees stand here
and not on an adapter, because they are what callers may rely upon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from .core.actors import Actor
from .core.issues import (
    Analysis,
    DetectorDescription,
    DetectorState,
    Issue,
    RunState,
    Timing,
)
from .core.log import MAX_PAGE_BYTES, Draft, Page, StoredEvent
from .core.members import Member, MemberKey, Role
from .core.messages import Position
from .core.triage import Baseline, Dismissal, IssueKey


@dataclass(frozen=True)
class Project:
    """Files that belong together; `root` is the absolute folder on the server that holds them.

    Where `enabled` is false an owner has turned everything off for it.
    """

    id: str
    root: str
    name: str
    enabled: bool = True


@dataclass(frozen=True)
class Document:
    """A file of a project; `path` is relative to the project's root, with `/`."""

    id: str
    project: str
    path: str


@dataclass(frozen=True)
class Run:
    """An analysis as it is kept.

    Parameters
    ----------
    outside
        Whether a runner elsewhere reports it, rather than this server running it.
    lease_until_ms
        Until when (Unix milliseconds) whoever runs it has promised to report again.
    """

    analysis: Analysis
    actor: Actor
    outside: bool
    created_ms: int
    lease_until_ms: int


# A record is kept until its token expires; this bounds what one person can make others keep.
MAX_TOKENS_PER_OWNER = 1000


@dataclass(frozen=True)
class TokenRecord:
    """A minted token as it is kept: everything about it but its text.

    Parameters
    ----------
    id
        The token's `jti`.
    scopes
        What it may; None for whatever its owner may in projects (a server's own kernels).
    """

    id: str
    owner: str
    label: str
    scopes: tuple[str, ...] | None
    created_ms: int
    expires_ms: int
    revoked_ms: int | None = None


class Log(Protocol):
    """The logs of all rooms.

    Guarantees
    ----------
    - Within a room `seq` counts 1, 2, 3 … without a hole, in the order of commits.
    - `append` returns after the event is durable, and never before.
    - The same `(principal, room, key)` with the same event and data gives the first position again,
      as long as the event is kept; with others it raises `Conflict`.
    - Of several appends in one commit a failing one fails alone. If the whole commit is lost, all of
      them raise a retryable `Unavailable`.
    - Pruning takes the oldest events first and never the head's position: who missed nothing can
      always resume. With an event goes its idempotency key.
    """

    @property
    def epoch(self) -> str:
        """The epoch of all logs of this store."""
        ...

    async def append(self, draft: Draft) -> Position:
        """Append one event."""
        ...

    def submit(self, draft: Draft) -> asyncio.Future[int]:
        """Append one event; the future has its `seq` when it is durable."""
        ...

    async def position(self, room: str) -> Position:
        """Tell where the head is; `seq` 0 for a room without events."""
        ...

    async def heads(self, rooms: Sequence[str]) -> dict[str, Position]:
        """Tell the heads of several rooms at once; rooms without events are left out."""
        ...

    async def page(
        self, room: str, after: int | None, limit: int, most_bytes: int = MAX_PAGE_BYTES
    ) -> Page:
        """Read events behind `after` (None: the earliest kept) in one transaction.

        Up to `limit` of them, and up to `most_bytes` of their data, but one at least.
        """
        ...

    async def prunable(self, before_ms: int, keep: int, limit: int) -> list[str]:
        """List rooms with events from before a moment, or with more than `keep`."""
        ...

    async def prune(self, room: str, before_ms: int, keep: int, at_most: int) -> int:
        """Forget up to `at_most` of the oldest events that are too old or too many; returns how many."""
        ...


class Projects(Protocol):
    """Projects and their documents. Ids are opaque and are never given twice."""

    async def ensure(self, root: str, name: str) -> Project:
        """Find the project of a folder, or make it."""
        ...

    async def get(self, project: str) -> Project | None:
        """Find a project by its id."""
        ...

    async def within(self, folder: str) -> list[Project]:
        """List the projects whose roots are this folder or below it."""
        ...

    async def enable(self, project: str, enabled: bool) -> None:
        """Turn everything of a project on or off."""
        ...

    async def ensure_document(self, project: str, path: str) -> Document:
        """Find the document at a path, or make it."""
        ...

    async def document(self, document: str) -> Document | None:
        """Find a document by its id."""
        ...


class Members(Protocol):
    """Who has which role in a project; a user or a group has at most one row there."""

    async def of(self, projects: Sequence[str]) -> dict[str, dict[MemberKey, Role]]:
        """Read the rows of several projects in one transaction; the keys are those asked for."""
        ...

    async def put(self, project: str, member: Member, drafts: Sequence[Draft]) -> bool:
        """Keep a role and the events about it, in one commit; False if it was theirs already."""
        ...

    async def remove(self, project: str, key: MemberKey, drafts: Sequence[Draft]) -> bool:
        """Take a row away and keep the events about it; False if there was none."""
        ...


class Analyses(Protocol):
    """Runs and what they found."""

    async def save(
        self,
        run: Run,
        *,
        issues: Sequence[Issue] = (),
        timing: Timing | None = None,
        drafts: Sequence[Draft] = (),
        report_key: str | None = None,
    ) -> bool:
        """Keep a run's new standing, its new issues, how they stand, and the events, in one commit.

        Returns
        -------
        bool
            False if `report_key` was kept already: then nothing was changed.
        """
        ...

    async def get(self, run: str) -> Run | None:
        """Find a run."""
        ...

    async def recent(
        self, projects: Sequence[str], before: tuple[int, str] | None, limit: int
    ) -> list[Run]:
        """List runs, the newest first, behind a `(created_ms, id)`."""
        ...

    async def issues(self, run: str, after: int, limit: int) -> list[tuple[int, Issue]]:
        """List a run's issues in the order found, each with its ordinal, behind an ordinal."""
        ...

    async def expired(self, now_ms: int) -> list[Run]:
        """List the unfinished runs whose lease is over."""
        ...

    async def costs(self, project: str) -> dict[str, float]:
        """Past seconds a kilobyte, by detector."""
        ...


class Triage(Protocol):
    """What is known of a project's issues from run to run, and what people decide about them.

    Guarantees
    ----------
    - A decision and the event about it are one commit.
    - `Analyses.save` notes how the issues that it keeps stand, in its own commit.
    """

    async def standing(self, project: str) -> dict[IssueKey, bool]:
        """Tell which issues are known, and whether each is still open."""
        ...

    async def last_seen(self, project: str, keys: Sequence[IssueKey]) -> list[Issue]:
        """Give known issues as they were found last."""
        ...

    async def dismiss(
        self,
        project: str,
        fingerprint: str,
        path: str,
        reason: str,
        actor: Actor,
        now_ms: int,
        told: Draft,
    ) -> Dismissal:
        """Keep a dismissal; `NotFound` for an issue that no run has found."""
        ...

    async def restore(self, project: str, fingerprint: str, path: str | None, told: Draft) -> bool:
        """Take a dismissal back, with None in all files; False, and nothing told, if there is none."""
        ...

    async def dismissed(self, project: str) -> list[tuple[str, str]]:
        """Give fingerprint and path of all that is dismissed."""
        ...

    async def dismissals(self, project: str, after: tuple[str, str], limit: int) -> list[Dismissal]:
        """List dismissals behind a fingerprint and path."""
        ...

    async def keep_baseline(self, project: str, new: Baseline, told: Draft) -> Baseline:
        """Keep what a run has found under a name, in place of what had it; gives it with its count."""
        ...

    async def drop_baseline(self, project: str, name: str, told: Draft) -> bool:
        """Forget a baseline; False, and nothing told, if there is none."""
        ...

    async def baselines(self, project: str, after: str, limit: int) -> list[Baseline]:
        """List baselines behind a name."""
        ...

    async def baseline_issues(self, project: str, name: str) -> list[tuple[str, str]] | None:
        """Give fingerprint and path of a baseline's issues; None if there is no such baseline."""
        ...


class Credentials(Protocol):
    """Tokens and tickets, without what would let a reader of the database use them.

    Guarantees
    ----------
    - Every change is durable before the call returns.
    - Of several who redeem one ticket at the same time, on any server, one gets it.
    - What has expired is removed along the way; a revoked token stays until it would have expired.
    """

    async def mint(self, record: TokenRecord) -> None:
        """Keep a new token's record; `LimitReached` for an owner with `MAX_TOKENS_PER_OWNER`."""
        ...

    async def tokens(
        self, owner: str, before: tuple[int, str] | None, limit: int
    ) -> list[TokenRecord]:
        """List an owner's tokens, the newest first, behind a `(created_ms, id)`."""
        ...

    async def revoke(self, token_id: str, owner: str | None, now_ms: int) -> bool:
        """Revoke a token of an owner (None: of anybody); False if there is no such token."""
        ...

    async def revoked(self, now_ms: int) -> frozenset[str]:
        """Read the ids that were revoked and have not expired."""
        ...

    async def add_ticket(self, digest: str, principal: str, expires_ms: int, now_ms: int) -> None:
        """Keep a ticket by its digest."""
        ...

    async def redeem(self, digest: str, now_ms: int) -> str | None:
        """Take a ticket away and give its principal; None if there is none, or it has expired."""
        ...


# Where a walk through a person's data stands; only the store that gave it can read it.
Place = tuple[int, tuple[Any, ...] | None]


@dataclass(frozen=True)
class PersonalPage:
    """A piece of what is stored about a person: rows of one section, and where the next piece begins."""

    section: str
    items: Sequence[Mapping[str, Any]]
    following: Place | None


@dataclass(frozen=True)
class ErasedStep:
    """A piece that was erased: how many rows of a section, how many stay, and where to go on."""

    section: str
    erased: int
    kept: int
    following: Place | None


class People(Protocol):
    """What is stored about a person, whatever the table.

    Guarantees
    ----------
    - A walk from None until `following` is None comes by every row that was there when it began. The
      sections come one after another, always in the same order.
    - A step takes bounded memory, and holds up other writes for less than 0.1 s.
    - What a step has erased is gone for good when it returns. Positions in logs stay.
    - A walk that was interrupted may begin anew.
    """

    async def find(self, person: str, place: Place | None) -> PersonalPage:
        """Find a piece: never a secret, and of events also those that say which role they have."""
        ...

    async def erase(
        self, person: str, place: Place | None, keep: Collection[Role], now_ms: int
    ) -> ErasedStep:
        """Erase a piece.

        Events stay without their name; their inbox, keys, tickets and roles go, but not the roles in
        `keep`; their tokens are revoked.
        """
        ...


class TokenSigner(Protocol):
    """Turns a record into the token that its owner gets."""

    def sign(self, record: TokenRecord) -> str:
        """Sign; the text is never kept."""
        ...


class Store(Protocol):
    """The truth: everything that must survive."""

    @property
    def log(self) -> Log:
        """The logs of all rooms."""
        ...

    @property
    def projects(self) -> Projects:
        """Projects and their documents."""
        ...

    @property
    def members(self) -> Members:
        """Who has which role in a project."""
        ...

    @property
    def analyses(self) -> Analyses:
        """Runs and what they found."""
        ...

    @property
    def triage(self) -> Triage:
        """What is known of issues, and decided about them."""
        ...

    @property
    def credentials(self) -> Credentials:
        """Tokens and tickets."""
        ...

    @property
    def people(self) -> People:
        """What is stored about a person."""
        ...

    def on_commit(self, listener: Callable[[Sequence[StoredEvent]], None]) -> None:
        """Have each committed batch told, in commit order, before those who appended are answered."""
        ...

    def on_growth(self, listener: Callable[[], None]) -> None:
        """Have it told, within half a second, when another server may have changed something."""
        ...

    def on_outage(self, listener: Callable[[], None]) -> None:
        """Have it told when something could not be written."""
        ...

    async def scrub(self) -> None:
        """Have what was erased vanish from the database's files too, as far as others let us now."""
        ...

    async def probe(self) -> None:
        """Write something without a meaning, and read.

        Raises
        ------
        Unavailable
            If either fails.
        """
        ...

    @property
    def is_replaced(self) -> bool:
        """Whether the truth lies elsewhere now: the store has to be closed, and opened again.

        Nothing is acknowledged any more when this is so.
        """
        ...

    @property
    def weakness(self) -> str | None:
        """What makes it work worse than it should, for people; None if nothing does."""
        ...

    async def close(self) -> None:
        """Finish what was begun, and let go of files and threads."""
        ...


class RunReporter(Protocol):
    """Where the runner tells what happens in one run: in this process, or over the client's REST.

    Guarantees
    ----------
    - Calls for one run are made one after another; each returns when the report is durable
      (`progress` alone may return earlier, and may be conflated).
    - A call may raise `core.errors.RealtimeError`. A retryable one has already been retried: the
      runner then stops the run and leaves nothing behind.
    """

    async def started(self, detectors: Sequence[DetectorState]) -> None:
        """The run has begun, with these lanes."""
        ...

    async def issues(self, detector: str, issues: Sequence[Issue]) -> None:
        """`detector` has found these (at most 500 a call)."""
        ...

    async def progress(
        self, progress: float, eta_seconds: float | None, lanes: Sequence[DetectorState]
    ) -> None:
        """How far the run is (0..1) and those lanes that have moved since the last call."""
        ...

    async def detector_complete(
        self,
        lane: DetectorState,
        timing: Timing | None,
        unfinished: Sequence[str] = (),
        excluded: Sequence[str] = (),
    ) -> None:
        """One detector is done, failed, cancelled, or does not apply.

        `timing` feeds later ETAs. `unfinished` are the files that it could not look at, `excluded` the
        patterns of those that it was not to: nothing is called fixed there.
        """
        ...

    async def finished(self, state: RunState, error: str | None) -> None:
        """The run is over: `succeeded`, `partial`, `failed` or `cancelled`."""
        ...


class AnalysisEngine(Protocol):
    """What runs detectors.

    Guarantees
    ----------
    - `run` calls `reporter.finished` exactly once, whatever happens.
    - When it returns, no process, file or task of the run is left; after `cancel` is set that takes
      at most half a second.
    - It never imports or executes the code that it looks at.
    """

    def describe(self) -> list[DetectorDescription]:
        """List the detectors, those that can't run here too."""
        ...

    async def run(
        self,
        root: Path,
        paths: Sequence[str],
        detectors: Sequence[str] | None,
        costs: Mapping[str, float],
        reporter: RunReporter,
        cancel: asyncio.Event,
    ) -> None:
        """Run detectors (None: all that apply) over paths below `root`."""
        ...

    def sarif(
        self,
        root: Path,
        analysis: Analysis,
        issues: Sequence[Issue],
        reasons: Mapping[tuple[str, str], str],
    ) -> dict[str, Any]:
        """Write a run as a SARIF 2.1.0 log; it reads files, so call it on a thread.

        `reasons` says why issues were dismissed, by fingerprint and path.
        """
        ...

    async def close(self) -> None:
        """End what waits for work."""
        ...
