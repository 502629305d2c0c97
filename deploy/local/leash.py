"""
`python -I -S leash.py PARENT SIGNAL UID:GID command…` becomes the command, and is sent SIGNAL when its parent dies.

A script of its own, because what must happen between fork and exec is not safe in a parent that has threads. Linux keeps the promise
even when the parent is killed by SIGKILL; elsewhere there is no such call, and the next start in the same folder clears up.
UID:GID is `-` or the account to become, which has to come first: changing accounts takes the leash off again.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal: int, account: str, command: list[str]) -> None:
    if account != "-":
        uid, gid = (int(number) for number in account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    # The parent may have died before the leash was on.
    if os.getppid() == parent:
        os.execvp(command[0], command)  # noqa: S606 -- becoming the command is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
