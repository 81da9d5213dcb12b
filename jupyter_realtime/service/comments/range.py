"""What code somebody means, in the text that they have before them."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.anchors import AnchorSource, Cell, make_anchor
from ...core.errors import BadRequest

MAX_CELL_ID_CHARACTERS = 256


@dataclass(frozen=True)
class Range:
    """What code somebody means: a range of a cell or a file, or with None all of it.

    Parameters
    ----------
    source
        The text of the cell, or of the file, as they have it before them.
    """

    cell_id: str | None
    source: str
    start: int | None
    end: int | None
    cell_index: int | None = None

    def taken_down(self, original: str | None = None) -> AnchorSource:
        """Take down what the code is known by.

        Raises
        ------
        BadRequest
        """
        if self.cell_id is not None and not 1 <= len(self.cell_id) <= MAX_CELL_ID_CHARACTERS:
            raise BadRequest(f"A cell_id has 1 to {MAX_CELL_ID_CHARACTERS} characters.")
        if (self.start is None) != (self.end is None):
            raise BadRequest("A range has a start and an end.")
        try:
            return make_anchor(
                Cell(self.cell_id, self.source),
                self.start,
                self.end,
                cell_index=self.cell_index,
                original=original,
            )
        except ValueError as error:
            raise BadRequest(str(error)) from None
