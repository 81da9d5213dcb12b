"""What our own rules mean, and what the engines' that have only one."""

from __future__ import annotations

# By rule; what stands here is shown beside a finding, so it is short, and `code` stands in backticks.
TEXTS: dict[str, str] = {
    # -- files and notebooks
    "syntax": (
        "Python can't read this, so nothing in this cell or file was checked by any detector."
    ),
    "too-deep": "This is nested so deeply that the engines would crash on it; it was left out.",
    "unreadable": "The file could not be read, so nothing in it was checked.",
    "encoding": (
        "The text is not in the encoding that the file says it has, or not in UTF-8. Save it as"
        " UTF-8."
    ),
    "too-large": (
        "The file is so large that it was left out. Large data does not belong into source files."
    ),
    "too-many-files": (
        "A project of this many files is not looked at as a whole; analyse a folder of it."
    ),
    "outside": "A link leads out of the project. What lies outside is never read.",
    "not-python": "A notebook of another language's kernel: the detectors know Python only.",
    "conflict-markers": (
        "Lines like `<<<<<<<` are left from a merge that was not finished, so the notebook "
        "can't be opened. `nbdime` merges notebooks cell by cell."
    ),
    "notebook-format": (
        "This is no notebook that Jupyter could open: its JSON is broken, or has another shape."
    ),
    "invalid": (
        "The notebook breaks the schema of its format. Jupyter may still open it, but other "
        "tools refuse it or lose what they don't understand. Saving it in Jupyter mends most of"
        " this."
    ),
    "duplicate-id": (
        "Two cells have one id, as after a copy in an editor that doesn't know better. Comments"
        " and outputs then find the wrong cell. Saving in Jupyter gives one of them a new id."
    ),
    "large-output": (
        "Outputs of this size make a notebook slow to open and to compare, and stay in its "
        "history. Clear the output, or write it to a file."
    ),
    "error-output": (
        "The notebook was saved while this cell had failed: who opens it can't tell whether it "
        "ever worked. A cell that is meant to fail says so with the tag `raises-exception`."
    ),
    "tool-error": (
        "The engine itself failed on this file. What it would have found in it is not known."
    ),
    # -- hidden-state
    "hidden-state/undefined": (
        "No cell above defines this name. If the cell has run, the name came from a cell that "
        "was changed or deleted since: after a restart it fails with `NameError`."
    ),
    "hidden-state/used-before-defined": (
        "The name is defined, but further down. From top to bottom the notebook fails here; it "
        "ran only because cells were run in another order."
    ),
    "hidden-state/out-of-order": (
        "The execution counts fall from one cell to a later one, so what is shown was not made "
        "from top to bottom. Restart and run all to be sure that it still comes out."
    ),
    "hidden-state/duplicate-count": (
        "Two cells say the same execution count: one of them is a copy, or from another "
        "session, and its output is not what this code has printed here."
    ),
    # -- data-science
    "preprocessing-before-split": (
        "What was fitted here has seen the rows that the model is tested on, so the score is "
        "better than it will be on new data. Split first, then fit on the training part, or put"
        " the step into a `Pipeline`."
    ),
    "oversampling-before-split": (
        "Oversampled before the split, copies of one row end up in training and in testing: the"
        " model is asked what it has learned by heart. Oversample the training part only."
    ),
    "fit-on-test": (
        "A step or model is fitted on the test data, which then can't judge it any more."
    ),
    "overlap": (
        "The same rows are in training and in testing, so the score says little about new data."
    ),
    "target-in-features": (
        "The column that is to be predicted, or one made of it, is among the features. The "
        "model then has only to copy it."
    ),
    "chosen-by-test": (
        "The best of several models or settings is chosen by the test set, which flatters the "
        "winner. Choose by cross-validation or by a third part, and look at the test set once."
    ),
    "shuffled-time": (
        "Rows that remember earlier ones are split by chance, so the model knows the future of "
        "what it predicts. Split by time, for example with `TimeSeriesSplit`."
    ),
    "unpickling": (
        "Loading a pickle runs whatever code was put into it. Load only what you have made, or "
        "use a format of data: Parquet, JSON, `skops`."
    ),
    "absolute-path": (
        "This path exists on one machine. A path relative to the project works on all."
    ),
    "unseeded-split": (
        "Without a `random_state` each run splits differently, and so do the figures that come "
        "out. A fixed seed makes them repeatable."
    ),
    "nan-comparison": "Nothing equals NaN, not even NaN: this is always false. Use `isna()`.",
    "chained-assignment": (
        "An assignment to a selection of a selection may go to a copy and be lost. Use one "
        "`.loc[rows, column]`."
    ),
    "inplace-result": "With `inplace=True` a method gives None, and that is what is kept here.",
    # -- secrets
    "password-in-url": (
        "An address with a password in it: whoever reads the file can log in. Read it from the "
        "environment."
    ),
    "password": (
        "A password stands in the code, and stays in its history. Read it from the environment,"
        " and change it."
    ),
    "key": (
        "This looks like a key. Read it from the environment or a secret store, and have it "
        "replaced."
    ),
    # -- dependencies
    "DEP001": (
        "It is imported, but no requirement of the project names it: where somebody else "
        "installs the project, it is missing."
    ),
    "DEP002": "It is required, but nothing imports it: everybody installs it for nothing.",
    "DEP003": (
        "It is imported, but comes only along with another package, which may drop it any day."
    ),
    "DEP004": (
        "The package imports what only its developers' tools require: it is missing where it is"
        " installed."
    ),
    "unpinned": (
        "Any release will do, it says; the next one may change what comes out. Give it a range."
    ),
    "unpinned-install": "An install in a cell takes whatever is newest that day. Name a version.",
    # -- code
    "import-cycle": (
        "These modules import each other in a circle. Whether that works depends on which comes"
        " first. Move what they share into a module of its own, or import it where it is used."
    ),
    "cognitive-complexity": (
        "How hard a function is to follow: each branch, loop and jump counts, the more the "
        "deeper it is nested. Taking out a piece with a name of its own helps most."
    ),
    "duplicate-code": (
        "The same piece of code stands in two places: who mends one has to know of the other."
    ),
    "unreachable": (
        "Nothing leads here: the code behind a `return`, `raise` or `continue` never runs."
    ),
    "unused-argument": "The function takes this argument and never looks at it.",
}
