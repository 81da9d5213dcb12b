"""Which file systems are shared over a network: SQLite's write-ahead log does not work on them.

WAL needs memory that all processes share, which two machines do not have; and NFS locks are not always
what they promise. Linux tells the kind of each mount; a Windows share begins with two backslashes. Where
it can't be known a disk is taken for a local one.
"""

from __future__ import annotations

from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

NETWORK_KINDS = frozenset(
    (
        "9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs",
        "fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs",
        "pvfs2", "smb3", "smbfs", "virtiofs",
    )
)  # fmt: skip


def is_on_network(path: Path, mounts: Path = MOUNTS) -> bool:
    """Tell whether a file, or the folder where it will be, lies on a network file system."""
    resolved = path.resolve()
    if str(resolved).startswith("\\\\"):
        return True
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return False
    return _kind_of(resolved, lines) in NETWORK_KINDS


def _kind_of(path: Path, mount_lines: list[str]) -> str | None:
    """Find the kind of the innermost mount; of two on one folder the later covers the earlier."""
    found, depth = None, 0
    for line in mount_lines:
        before, _, after = line.partition(" - ")
        folder = Path(_unescaped(before.split(" ")[4]))
        if path.is_relative_to(folder) and len(folder.parts) >= depth:
            found, depth = after.split(" ")[0], len(folder.parts)
    return found


def _unescaped(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
