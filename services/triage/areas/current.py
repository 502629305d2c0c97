"""The taxonomy as of now: its folder is looked at every few seconds, and a new version is taken up without a restart."""

import asyncio
from pathlib import Path

import structlog

from services.triage.areas.areas import Areas
from services.triage.areas.artefact import DESCRIPTION, described, load
from services.triage.metrics import Metrics
from shared.errors import Rejected
from shared.tasks import Lifetime

log = structlog.get_logger(__name__)

POLL_SECONDS = 2.0

Look = tuple[object, ...]


class Current:
    """
    `areas` is the taxonomy that counts, None where a triage has none. Whoever works on a batch keeps the one it began with.

    A folder that turns broken changes nothing: the taxonomy before goes on, and what is wrong is logged once.
    """

    def __init__(self, folder: Path | None = None, areas: Areas | None = None) -> None:
        self.areas = areas
        self._folder = folder
        self._looked_like = None if folder is None else _look(folder)

    @classmethod
    def load(cls, folder: Path | None) -> "Current":
        """Raises Rejected, naming the file that is missing, changed or broken."""
        return cls(folder, None if folder is None else load(folder))

    async def keep(self, lifetime: Lifetime, metrics: Metrics, *, every: float = POLL_SECONDS) -> None:
        """Take new versions up until it is time to stop. Files are read in a thread: nobody waits for a disk."""
        while self._folder is not None and not lifetime.stopping.is_set():
            await lifetime.pause(every)
            if (found := await asyncio.to_thread(self._changed, self._folder)) is not None:
                self._take_up(found, metrics)

    def _changed(self, folder: Path) -> Areas | Rejected | None:
        look = _look(folder)
        if look == self._looked_like:
            return None
        try:
            found: Areas | Rejected = load(folder)
        except Rejected as error:
            found = error
        if _look(folder) != look:
            # It is being written right now; the next look will see it whole.
            return None
        self._looked_like = look
        return found

    def _take_up(self, found: Areas | Rejected, metrics: Metrics) -> None:
        if isinstance(found, Rejected):
            metrics.taxonomies.labels("refused").inc()
            log.error("triage.taxonomy_refused", reason=str(found), kept=None if self.areas is None else self.areas.version)
            return
        before = self.areas
        self.areas = found
        metrics.taxonomies.labels("taken_up").inc()
        version = None if before is None else before.version
        log.info("triage.taxonomy_taken_up", name=found.name, version=found.version, before=version)


def _look(folder: Path) -> Look:
    """What changes when the folder does: the description, and when the files it names were written."""
    try:
        text = (folder / DESCRIPTION).read_bytes()
        named = described(folder)
    except (OSError, Rejected) as error:
        return (str(error), _stamp(folder / DESCRIPTION))
    return (text, _stamp(folder / named.ngrams.file), _stamp(folder / named.weights.file))


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
