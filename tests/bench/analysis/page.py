"""`docs/benchmarks-analysis.md`, made from the results."""

from __future__ import annotations

from ..budget import Line
from ..page import table
from .suite import Results

HEAD = """# Benchmarks: analysis

Made by `make bench` on {date}; another machine has other figures, and about the same ratios. The project is
jupyter_server's source and {notebooks} notebooks of seaborn's documentation, {files} files; all twelve
detectors look at it, and find {issues} issues. Of several turns the quickest counts, because a busy machine
only ever adds; of progress, every moment of every turn.

## Budget
"""
RUNS = """*Cold* is a new process without any result of before. *Own findings* are those of the detectors
that look at files one by one; the others look at the whole project. On the very first run on a machine,
which took {first_ever:.1f} s, kingfisher compiles its rules and keeps them in the user's cache folder.

## Progress

Every file is edited, as when somebody checks out another branch, in a process that has run before: the run
takes {rewritten:.1f} s. At {progress_true:.0%} of the moments at which progress was shown it was within
5 % of the share of time that was over; 95 % of the moments were within {progress_error_p95:.1%}. The
remaining time was off by {eta_error:.1%} of the run on average.

## Beside others

The same engines by hand, one after another (nine of them; those that read no notebooks run through nbQA
on the notebooks), and as hooks of pre-commit. Neither looks for secrets, hidden state or leaks, tells
what is new, or shows anything before the end.
"""


def page(results: Results) -> str:
    """Write the page."""
    ours, others = results.ours, results.others
    rows = [
        ["everything, without caches", ours.cold, others.one_by_one, others.pre_commit],
        ["everything again", ours.unchanged, others.one_by_one_again, others.pre_commit_again],
        ["one module edited", ours.edited_all, None, others.pre_commit_edited],
        ["first issue shown", ours.first_issue, None, None],
    ]
    head = HEAD.format(
        date=results.date, notebooks=results.notebooks, files=ours.files, issues=ours.issues
    )
    budget = [
        [one.what, one.budget, one.found, "✓" if one.is_met else "✗"] for one in lines(results)
    ]
    return "\n".join(
        [
            head,
            *table(["", "budget", "measured", ""], budget),
            RUNS.format(
                first_ever=ours.first_ever,
                rewritten=ours.rewritten,
                progress_true=ours.progress_true,
                progress_error_p95=ours.progress_error_p95,
                eta_error=ours.eta_error,
            ),
            *table(
                ["seconds", "jupyter_realtime", "one after another", "pre-commit with nbQA"],
                [
                    [str(words), *(_seconds(figure) for figure in figures)]
                    for words, *figures in rows
                ],
            ),
            "## Measured on\n",
            *table(["", ""], results.machine.items()),
        ]
    )


def lines(results: Results) -> list[Line]:
    """Compare with the budget."""
    ours = results.ours
    most = [
        ("cold", 6.0, ours.cold),
        ("first issue", 1.0, ours.first_issue),
        ("nothing has changed", 0.2, ours.unchanged),
        ("one file edited: own findings", 0.3, ours.edited_own),
        ("one file edited: all", 1.5, ours.edited_all),
        ("slowest of the cancels at random moments", 0.5, ours.slowest_cancel),
    ]
    return [
        *(Line(what, f"≤ {s:g} s", f"{found:.2f} s", found <= s) for what, s, found in most),
        Line(
            "moments of a warm run with progress within 5 %",
            "≥ 95 %",
            f"{ours.progress_true:.1%}",
            ours.progress_true >= 0.95,
        ),
        Line(
            "error of the remaining time", "≤ 20 %", f"{ours.eta_error:.1%}", ours.eta_error <= 0.2
        ),
    ]


def _seconds(figure: object) -> str:
    return f"{figure:.2f}" if isinstance(figure, float) else ""
