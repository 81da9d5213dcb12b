"""`jupyter realtime analyze`: detectors in a process of their own, shown while they run."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.issues import SEVERITIES

if TYPE_CHECKING:
    from ..client.run_record import RunRecord
    from .execution import Execution

HELP = "find issues in notebooks and Python code"
DESCRIPTION = """\
Finds issues in notebooks and Python code, and shows them while it looks.
Nothing of what it looks at is imported or executed.

Where a Jupyter server with jupyter_realtime shows the same files, the run can be followed
(and cancelled) there too.

exit codes:
  0  no issue at or above --fail-on
  1  there is one
  2  it could not be done
  130  it was cancelled
"""

FOUND, TROUBLE, CANCELLED = 1, 2, 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "paths", nargs="*", type=Path, default=[Path()], metavar="PATH",
        help="a file or folder (default: the current folder)",
    )  # fmt: skip
    parser.add_argument(
        "--detectors", type=_names, metavar="NAME,NAME", help="only these (default: all that apply)"
    )
    parser.add_argument(
        "--fail-on", choices=[*SEVERITIES, "never"], default="high", metavar="SEVERITY",
        help="exit with 1 from this severity on: critical, high, medium, low, info, or never "
        "(default: high)",
    )  # fmt: skip
    parser.add_argument(
        "--json", action="store_true", help="print {analysis, issues} as JSON instead of words"
    )
    parser.add_argument(
        "--sarif", type=Path, metavar="FILE", help="write SARIF 2.1.0 (- for standard output)"
    )
    parser.add_argument(
        "--github", action="store_true", help="print annotations for GitHub's workflows"
    )
    parser.add_argument(
        "--baseline", metavar="FILE|NAME",
        help="compare with a file of --write-baseline, or with a baseline that the Jupyter server "
        "has by this name: --fail-on and --only-new count what is new",
    )  # fmt: skip
    parser.add_argument(
        "--write-baseline",
        type=Path,
        metavar="FILE",
        help="write what was found as known from now on",
    )
    parser.add_argument("--only-new", action="store_true", help="leave out what the baseline has")
    parser.add_argument(
        "--no-server", action="store_true", help="don't show the run on a Jupyter server"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="also say what the program itself has to report"
    )
    # For our own processes: every report as a line of JSON; the end of standard input cancels.
    parser.add_argument("--jsonl", action="store_true", help=argparse.SUPPRESS)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("name at least one detector")
    return names


def run(arguments: argparse.Namespace) -> int:
    """Analyse, and return the exit code."""
    _set_up_log(verbose=arguments.verbose)
    if arguments.only_new and arguments.baseline is None:
        return _trouble("--only-new needs --baseline: new since what?")
    if arguments.json and str(arguments.sarif) == "-":
        return _trouble("--json and --sarif - both want standard output: give --sarif a file.")
    missing = [path for path in arguments.paths if not path.exists()]
    if missing:
        return _trouble(f"There is no {str(missing[0])!r} to analyse.")
    if arguments.detectors is not None:
        from ..analysis.registry import describe

        known = {detector.name for detector in describe()}
        unknown = [name for name in arguments.detectors if name not in known]
        if unknown:
            return _trouble(
                f"There is no detector {unknown[0]!r}; there are {', '.join(sorted(known))}."
            )
    import asyncio

    from ..core.errors import RealtimeError
    from .outputs import read_baseline

    baseline, is_file = None, arguments.baseline is not None and Path(arguments.baseline).exists()
    try:
        if is_file:
            baseline = read_baseline(Path(arguments.baseline))
        return asyncio.run(_analyze(arguments, baseline))
    except RealtimeError as error:
        return _trouble(error.message)


def _set_up_log(*, verbose: bool) -> None:
    # What matters to the person is in the lanes and in the last lines; a log would tear the display.
    log = logging.getLogger("jupyter_realtime")
    log.addHandler(logging.StreamHandler() if verbose else logging.NullHandler())
    log.propagate = False


def _trouble(message: str) -> int:
    print(message, file=sys.stderr)
    return TROUBLE


async def _analyze(
    arguments: argparse.Namespace, baseline: frozenset[tuple[str, str]] | None
) -> int:
    import asyncio

    from .execution import Execution
    from .signals import cancel_at_end_of_input, cancelled_by_signals
    from .views import view_of

    paths = [path.resolve() for path in arguments.paths]
    cancel = asyncio.Event()
    if arguments.jsonl:
        cancel_at_end_of_input(cancel)
    with view_of(arguments) as view, cancelled_by_signals(cancel, view.cancelling):
        execution = Execution(paths, arguments.detectors, view.sink, cancel)
        named = arguments.baseline if baseline is None else None
        if not (arguments.no_server or arguments.jsonl):
            await execution.show_on_server(named)
        if named is not None and not execution.is_on_server:
            return _trouble(
                f"There is no file {named!r}, and no Jupyter server that has a baseline of that name: "
                f"{execution.problem or 'none was found that shows these files.'}"
            )
        await execution.run()
    # Before anything is printed: whoever reads that may pause, as `less` does, and the server must not
    # wait for it.
    problem = await execution.leave_server()
    if baseline is not None:
        execution.compare(baseline)
    if arguments.only_new:
        execution.keep_new()
    view.print_result(execution.record)
    _leave_outputs(arguments, execution)
    if problem:
        print(f"The server does not show all of this run: {problem}", file=sys.stderr)
    return _exit_code(execution.record, arguments.fail_on)


def _leave_outputs(arguments: argparse.Namespace, execution: Execution) -> None:
    from . import outputs

    issues = execution.record.issues
    if arguments.sarif is not None:
        outputs.write_sarif(
            arguments.sarif,
            execution.record.analysis,
            issues,
            execution.root,
            has_history=execution.has_history,
        )
    if arguments.github:
        outputs.print_annotations(
            [issue for issue in issues if issue.status != "dismissed"], execution.root
        )
    if arguments.write_baseline is not None:
        outputs.write_baseline(arguments.write_baseline, issues)


def _exit_code(record: RunRecord, fail_on: str) -> int:
    if record.analysis.state == "failed":
        return TROUBLE
    if record.analysis.state == "cancelled":
        return CANCELLED
    if fail_on == "never":
        return 0
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    counted = [
        issue
        for issue in record.issues
        if issue.since_baseline != "known" and issue.status != "dismissed"
    ]
    return FOUND if any(issue.severity in bad for issue in counted) else 0
