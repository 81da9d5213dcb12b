from pathlib import Path

import pytest

from jupyter_realtime.cli.project import below, project_of


@pytest.mark.parametrize("marker", [".git", ".jupyter-realtime.toml"])
def test_the_nearest_marked_folder_is_the_project(marker: str, tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "a" / marker).touch()
    assert project_of([deep], deep) == tmp_path / "a"


def test_without_a_mark_it_is_where_the_person_is(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    assert project_of([tmp_path / "d"], tmp_path) == tmp_path


def test_elsewhere_it_is_the_folder_around_all(tmp_path: Path) -> None:
    (tmp_path / "x.py").touch()
    (tmp_path / "d").mkdir()
    (tmp_path / "here").mkdir()
    assert project_of([tmp_path / "x.py"], tmp_path / "here") == tmp_path
    assert project_of([tmp_path / "x.py", tmp_path / "d"], tmp_path / "here") == tmp_path


def test_paths_are_written_as_the_wire_does(tmp_path: Path) -> None:
    assert below(tmp_path, [tmp_path, tmp_path / "a" / "b.py"]) == ["", "a/b.py"]
