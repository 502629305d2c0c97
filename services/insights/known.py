"""The signals that are known, kept in memory from batch to batch and brought up to date inside each transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from services.insights.rules.merging import Merged, root_of
from services.insights.rules.nearest import Assigned, Matrix, nearest
from services.insights.store import signals
from services.insights.store.connection import Connection
from services.insights.store.signals import Centroid, Realm
from services.insights.store.vectors import as_matrix


@dataclass(frozen=True, slots=True)
class _Grasp:
    """The signals of one realm as of `version`, ordered by id, with their centroids as rows, and which of them were merged."""

    version: int
    ids: tuple[UUID, ...]
    centroids: Matrix
    merged: Merged


class KnownSignals:
    """
    Finds the nearest signal. What it remembers is only a copy: `refresh` asks, within the transaction that holds the
    tenant's lock, whether anything changed, so every replica decides by the same signals.
    """

    def __init__(self, *, threshold: float) -> None:
        self._threshold = threshold
        self._grasp: dict[Realm, _Grasp] = {}

    async def refresh(self, connection: Connection, realms: Sequence[Realm]) -> None:
        """Know what is committed of the signals of these realms."""
        current = await signals.versions(connection, realms)
        for realm in realms:
            known = self._grasp.get(realm)
            if realm not in current:
                self._grasp.pop(realm, None)
            elif known is None or known.version != current[realm]:
                # A version that went back means another database: then everything is read again.
                since = known.version if known is not None and known.version < current[realm] else 0
                self._learn(realm, known if since else None, await signals.since(connection, realm, since))

    def assign(self, realm: Realm, vectors: Matrix) -> list[Assigned | None]:
        """The signal of each row of unit vectors, None where it has to wait for one. What is near one that was merged counts for the other."""
        known = self._grasp.get(realm)
        if known is None or known.centroids.shape[1] != vectors.shape[1]:
            return [None] * len(vectors)
        found = nearest(vectors, known.centroids, known.ids, threshold=self._threshold)
        return [near and Assigned(root_of(near.signal_id, known.merged), near.similarity, near.signal_id) for near in found]

    def _learn(self, realm: Realm, known: _Grasp | None, changed: Sequence[Centroid]) -> None:
        rows = {} if known is None else dict(zip(known.ids, known.centroids, strict=True))
        for signal, row in zip(changed, as_matrix([signal.centroid for signal in changed]), strict=True):
            rows[signal.signal_id] = row
        merged = {} if known is None else dict(known.merged)
        for signal in changed:
            merged.pop(signal.signal_id, None)
            if signal.merged_into is not None:
                merged[signal.signal_id] = signal.merged_into
            if signal.is_retired:
                del rows[signal.signal_id]
        if not rows:
            self._grasp.pop(realm, None)
            return
        ids = tuple(sorted(rows))
        self._grasp[realm] = _Grasp(changed[-1].version, ids, np.stack([rows[signal_id] for signal_id in ids]), merged)
