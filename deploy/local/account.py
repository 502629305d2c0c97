"""As root: PostgreSQL refuses to be root, so it needs an account of its own, and a place which that account can reach."""

import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import LocalError, Missing

NAME = "failbetter"


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def account() -> Account | None:
    """None for an ordinary user. For root, the account `failbetter`, made where it is missing: no password, no shell, no home."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        _add()
        entry = pwd.getpwnam(NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def reachable(folder: Path, *, by: Account | None) -> Path:
    """
    `folder`, or where the account cannot get there (a repository under /root) a folder in the system's temporary one.

    Always the same one for the same folder. A private home is never opened for others.
    """
    if by is None or is_open(folder):
        return folder
    elsewhere = Path(tempfile.gettempdir()) / f"failbetter-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    elsewhere.mkdir(mode=0o711, exist_ok=True)
    owner = elsewhere.lstat()
    # Anybody may write to the temporary folder: what somebody else put there first must not be run or trusted by root.
    if owner.st_uid not in (os.geteuid(), by.uid) or not stat.S_ISDIR(owner.st_mode):
        raise LocalError(f"{elsewhere} belongs to somebody else. Remove it, or set TMPDIR to another folder")
    return elsewhere


def is_open(path: Path) -> bool:
    """Whether everybody may pass through the parents of `path` (those that exist) and, where it exists, itself."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents) if place.exists())


def _add() -> None:
    try:
        subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
            check=True,
            capture_output=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Missing(
            f"PostgreSQL does not run as root, and the account {NAME!r} could not be made for it ({error}). "
            "Run as an ordinary user, or make that account"
        ) from error
