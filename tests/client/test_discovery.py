"""Which server a program belongs to, and which files about servers are believed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.client.address import Server
from jupyter_realtime.client.discovery import ServerNotFound, find_server
from jupyter_realtime.core.errors import BadRequest

HERE = os.getpid()


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    folder = tmp_path / "runtime"
    folder.mkdir()
    return folder


def info(root: Path, **changed: Any) -> dict[str, Any]:
    return {
        "pid": HERE,
        "url": "http://127.0.0.1:8888/",
        "hostname": "127.0.0.1",
        "port": 8888,
        "base_url": "/",
        "token": "secret",
        "root_dir": str(root),
        "sock": "",
        **changed,
    }


def write(runtime: Path, body: Any, pid: int = HERE, mode: int = 0o600) -> Path:
    path = runtime / f"jpserver-{pid}.json"
    path.write_text(body if isinstance(body, str) else json.dumps(body))
    path.chmod(mode)
    return path


def find(runtime: Path, folder: Path, **environment: str) -> Server:
    return find_server(folder=folder, environment=environment, runtime_folder=runtime)


# -- the order -----------------------------------------------------------------------------------


def test_the_environment_comes_first(runtime: Path, tmp_path: Path) -> None:
    write(runtime, info(tmp_path))
    server = find(
        runtime,
        tmp_path,
        JPY_PARENT_PID=str(HERE),
        JUPYTER_REALTIME_URL="http://127.0.0.1:1/realtime",
        JUPYTER_REALTIME_TOKEN="jwt",
        JUPYTER_REALTIME_ROOT="/srv",
    )
    assert (server.url, server.token, server.root) == (
        "http://127.0.0.1:1/realtime/",
        "jwt",
        Path("/srv"),
    )


def test_then_the_server_that_started_this_kernel(runtime: Path, tmp_path: Path) -> None:
    write(runtime, info(tmp_path / "elsewhere", url="http://127.0.0.1:8888/base/"))
    server = find(runtime, tmp_path, JPY_PARENT_PID=str(HERE))
    assert (server.url, server.token) == ("http://127.0.0.1:8888/base/realtime/", "secret")


def test_then_the_one_server_that_shows_this_folder(runtime: Path, tmp_path: Path) -> None:
    write(runtime, info(tmp_path))
    write(runtime, info(tmp_path / "elsewhere", pid=os.getppid()), os.getppid())
    assert find(runtime, tmp_path / "deep" / "inside").root == tmp_path


def test_a_folder_is_found_through_a_link(runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write(runtime, info(tmp_path / "link"))
    assert find(runtime, tmp_path / "real").root == tmp_path / "link"


def test_of_several_the_one_that_answers_is_taken(runtime: Path, tmp_path: Path) -> None:
    write(runtime, info(tmp_path))
    write(runtime, info(tmp_path, pid=os.getppid(), url="http://127.0.0.1:9/"), os.getppid())
    server = find_server(
        folder=tmp_path,
        environment={},
        runtime_folder=runtime,
        answers=lambda server: ":9/" in server.url,
    )
    assert server.url == "http://127.0.0.1:9/realtime/"


def test_several_that_fit_are_listed(runtime: Path, tmp_path: Path) -> None:
    write(runtime, info(tmp_path))
    write(runtime, info(tmp_path, pid=os.getppid(), url="http://127.0.0.1:9/"), os.getppid())
    with pytest.raises(ServerNotFound) as error:
        find_server(
            folder=tmp_path, environment={}, runtime_folder=runtime, answers=lambda server: True
        )
    assert "http://127.0.0.1:8888/realtime/" in error.value.message
    assert "http://127.0.0.1:9/realtime/" in error.value.message
    assert "JUPYTER_REALTIME_URL" in error.value.message
    assert "secret" not in error.value.message


def test_none_that_fits_lists_those_that_run(runtime: Path, tmp_path: Path) -> None:
    write(runtime, info(tmp_path / "elsewhere"))
    with pytest.raises(ServerNotFound, match=r"shows .*/elsewhere"):
        find(runtime, tmp_path)


def test_none_at_all_says_what_to_do(runtime: Path, tmp_path: Path) -> None:
    with pytest.raises(ServerNotFound, match="Start JupyterLab in"):
        find(runtime, tmp_path)
    with pytest.raises(ServerNotFound):
        find(runtime / "missing", tmp_path)


def test_the_token_of_the_environment_goes_only_to_its_own_server(runtime: Path) -> None:
    environment = {
        "JUPYTER_REALTIME_URL": "http://127.0.0.1:1/realtime/",
        "JUPYTER_REALTIME_TOKEN": "jwt",
    }
    other = find_server("http://evil.example/realtime/", environment=environment)
    same = find_server("http://127.0.0.1:1/realtime", environment=environment)
    assert (other.token, same.token) == (None, "jwt")


# -- files that are not believed -------------------------------------------------------------------


def trusted(runtime: Path, folder: Path) -> bool:
    try:
        find(runtime, folder)
    except ServerNotFound:
        return False
    return True


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "[" * 100_000,
        '{"pid": 1}',
        '{"pid": "one", "url": "http://127.0.0.1:1/", "root_dir": "/"}',
        b"\xff\xfe".decode("latin-1"),
        "x" * 100_000,
    ],
)
def test_a_file_of_another_shape_is_no_server(body: str, runtime: Path, tmp_path: Path) -> None:
    write(runtime, body)
    assert not trusted(runtime, tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "file:///etc/passwd"},
        {"url": "http://"},
        {"url": "http://user:password@127.0.0.1/"},
        {"url": "http://127.0.0.1:99999/"},
        {"url": "http://127.0.0.1/\r\nX: 1"},
        {"url": "http://[::1/"},
        {"token": "a\r\nX-Evil: 1"},
        {"token": "\N{SNOWMAN}"},
        {"sock": "/run/server.sock"},
        {"pid": HERE + 1},
        {"root_dir": "relative"},
    ],
)
def test_a_file_that_says_something_impossible_is_no_server(
    changed: dict[str, Any], runtime: Path, tmp_path: Path
) -> None:
    write(runtime, info(tmp_path, **changed))
    assert not trusted(runtime, tmp_path)


def test_a_dead_process_is_no_server(runtime: Path, tmp_path: Path) -> None:
    pid = 2**22 + 1  # beyond what Linux gives out
    write(runtime, info(tmp_path, pid=pid), pid)
    assert not trusted(runtime, tmp_path)


@pytest.mark.parametrize("bit", [stat.S_IWGRP, stat.S_IWOTH])
def test_a_file_that_others_can_write_is_not_believed(
    bit: int, runtime: Path, tmp_path: Path
) -> None:
    write(runtime, info(tmp_path), mode=0o600 | bit)
    assert not trusted(runtime, tmp_path)


def test_a_file_of_another_user_is_not_believed(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(runtime, info(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert not trusted(runtime, tmp_path)


def test_a_link_is_not_followed(runtime: Path, tmp_path: Path) -> None:
    real = write(tmp_path, info(tmp_path))
    (runtime / real.name).symlink_to(real)
    assert not trusted(runtime, tmp_path)


def test_a_pipe_is_not_waited_for(runtime: Path, tmp_path: Path) -> None:
    os.mkfifo(runtime / f"jpserver-{HERE}.json")
    assert not trusted(runtime, tmp_path)


@pytest.mark.parametrize("pid", ["", "x", "-1", "0", "99999999999999", "²"])
def test_a_strange_parent_is_no_parent(pid: str, runtime: Path, tmp_path: Path) -> None:
    with pytest.raises(ServerNotFound):
        find(runtime, tmp_path, JPY_PARENT_PID=pid)


def test_a_server_that_listens_everywhere_is_reached_on_this_machine(
    runtime: Path, tmp_path: Path
) -> None:
    write(runtime, info(tmp_path, hostname="0.0.0.0", url="http://0.0.0.0:8888/b/", base_url="/b/"))
    assert find(runtime, tmp_path).url == "http://127.0.0.1:8888/b/realtime/"


# -- paths -------------------------------------------------------------------------------------------


def at(root: Path | None) -> Server:
    return Server.at("http://127.0.0.1:1/realtime/", None, root and str(root), "in a test")


def test_a_path_is_translated_from_this_folder_to_the_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    server = at(tmp_path)
    assert server.server_paths("a.ipynb") == ["notebooks/a.ipynb"]
    assert server.server_paths([tmp_path, "..", Path("sub/../b.py")]) == [
        ".",
        ".",
        "notebooks/b.py",
    ]


def test_a_path_outside_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="outside of"):
        at(tmp_path / "root").server_paths(tmp_path)
    with pytest.raises(BadRequest, match="outside of"):
        at(tmp_path / "root").server_paths(str(tmp_path / "root-and-more"))


def test_without_a_known_root_relative_paths_are_the_servers() -> None:
    assert at(None).server_paths("notebooks/") == ["notebooks"]
    with pytest.raises(BadRequest, match="relative to that folder"):
        at(None).server_paths("/srv/notebooks")


def test_a_token_is_never_shown(tmp_path: Path) -> None:
    assert "secret" not in repr(Server.at("http://127.0.0.1:1/", "secret", None, "in a test"))


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://127.0.0.1:1/", False),
        ("http://[::1]:1/", False),
        ("http://localhost:1/", False),
        ("https://hub.example.org/services/realtime/", True),
        ("http://10.0.0.1/", True),
    ],
)
def test_a_proxy_is_only_for_other_machines(url: str, may: bool) -> None:
    assert Server.at(url, None, None, "in a test").may_use_proxy is may


def test_the_socket_has_the_scheme_of_the_page() -> None:
    assert Server.at("https://a/b", None, None, "").socket_url == "wss://a/b/ws"
