"""The files a page needs: served from here, under a name that changes with them, so that browsers may keep them for ever."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response

from shared.web.problems import Problem

_HOUSE: Final = Path(__file__).with_name("static")
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, whole."""

    media_type: str
    body: bytes


class Assets:
    """Every file of the house and of a service's own folder, read once. All stand under one hash: the sheet names its fonts beside it."""

    def __init__(self, folder: Path) -> None:
        files = [path for place in (_HOUSE, folder) for path in sorted(place.iterdir()) if path.suffix in _TYPES]
        self._files = {path.name: Asset(_TYPES[path.suffix], path.read_bytes()) for path in files}
        content = hashlib.sha256(b"".join(name.encode() + asset.body for name, asset in self._files.items()))
        self._hash = content.hexdigest()[:16]

    def address(self, name: str) -> str:
        """Where the file is found, as long as nothing changes."""
        assert name in self._files
        return f"/static/{self._hash}/{name}"

    def find(self, content_hash: str, name: str) -> Asset | None:
        return self._files.get(name) if content_hash == self._hash else None


def asset_routes(assets: Assets) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/static/{content_hash}/{name}")
    async def asset(content_hash: str, name: str) -> Response:
        found = assets.find(content_hash, name)
        if found is None:
            raise Problem(404, "not_found", "There is no such file.")
        return Response(found.body, media_type=found.media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"})

    return routes
