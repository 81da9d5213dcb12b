"""A thousand threads in one notebook: whoever types in it does not notice, and the panel shows them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser.busy import type_in
from tests.browser.team import Team, team_server
from tests.browser.test_comments import cell, open_notebook, show_comments
from tests.browser.test_notified_team import ask
from tests.jupyter import Jupyter

THREADS = 1000
CELLS = 40
LINES = 25
NAME = "discussed.ipynb"
# As a page of theirs: several requests at a time, as fast as they are answered.
BEGIN = """async wishes => {
    const xsrf = decodeURIComponent(document.cookie.match(/_xsrf=([^;]+)/)[1]);
    const begin = async wish => {
        const answer = await fetch('/realtime/api/v1/threads', {
            method: 'POST',
            headers: { 'X-XSRFToken': xsrf, 'Content-Type': 'application/json' },
            body: JSON.stringify(wish),
        });
        if (answer.status !== 201) throw new Error(await answer.text());
    };
    const some = async () => {
        for (let wish = wishes.pop(); wish; wish = wishes.pop()) await begin(wish);
    };
    await Promise.all([some(), some(), some(), some()]);
}"""

DRAWN = """() => window.jupyterapp.shell.currentWidget.content.widgets.every(
    cell => !cell.isPlaceholder()
)"""


def source(number: int) -> str:
    return "\n".join(f"value_{number}_{line} = {line} * {number}" for line in range(LINES))


@pytest.fixture
def jupyter(tmp_path: Path) -> Iterator[Jupyter]:
    """A server on which a page may write as fast as it can."""
    project = tmp_path / "project"
    project.mkdir()
    cells = [nbformat.v4.new_code_cell(source(number), id=f"c{number}") for number in range(CELLS)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, project / NAME)
    with team_server(tmp_path, "--RealtimeConfig.requests_per_second=10000") as server:
        yield server


def discuss(page: Page) -> None:
    """Begin a thread at each line."""
    document = ask(page, "PUT", "documents", {"path": NAME})[1]["id"]
    wishes: list[dict[str, Any]] = []
    for number in range(CELLS):
        text, start = source(number), 0
        for line in text.split("\n"):
            place = {"cell_id": f"c{number}", "cell_index": number, "source": text}
            span = {"start": start, "end": start + len(line)}
            wishes.append({"document": document, **place, **span, "body": f"Why {line}?"})
            start += len(line) + 1
    page.evaluate(BEGIN, wishes)


def type_at_the_end(page: Page, index: int) -> None:
    """Put the cursor behind a line of a cell."""
    cell(page, index).locator(".cm-line").nth(5).click()
    page.keyboard.press("End")


def test_Z11_a_thousand_threads_do_not_slow_down_who_types(team: Team, jupyter: Jupyter) -> None:
    ana, ben = team.open_lab("ana"), team.open_lab("ben")
    open_notebook(ana, NAME)
    panel = show_comments(ana, jupyter)
    # JupyterLab draws a long notebook bit by bit, and that is no matter of ours.
    ana.wait_for_function(DRAWN)
    type_at_the_end(ana, 4)
    alone = type_in(ana)
    discuss(ben)
    ben.close()
    count = ana.locator(".jp-NotebookPanel:visible [data-jrt-open-threads]")
    expect(count).to_have_attribute("data-jrt-open-threads", str(THREADS))
    expect(cell(ana, 3).locator(".jrt-comment-mark")).to_have_count(LINES)
    type_at_the_end(ana, 3)
    typing = type_in(ana)
    print(f"{THREADS} threads: {typing}; alone {alone}")
    typing.check(alone)
    # What is typed behind a thread's code is none of it, and the panel leads to the last one.
    expect(cell(ana, 3).locator(".jrt-comment-mark")).to_have_count(LINES)
    rows = panel.locator("[data-jrt-row]")
    assert rows.count() < 100
    rows.first.focus()
    ana.keyboard.press("End")
    expect(rows.last).to_be_focused()
    expect(rows.last).to_contain_text(f"value_{CELLS - 1}_{LINES - 1}")
