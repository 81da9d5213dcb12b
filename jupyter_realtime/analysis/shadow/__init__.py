"""The shadow tree: sanitised copies of notebooks and modules, which engines read instead of the project."""
