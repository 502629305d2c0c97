"""What insights made of the contacts, asked over its HTTP like anybody would."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

ENOUGH_SIGNALS = 8
ENOUGH_CUSTOMERS = 3
SHOWN = 12
POLL_SECONDS = 0.5

Json = dict[str, Any]


class NotFound(Exception):
    """The signals did not come, or not in time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A signal as the table shows it."""

    title: str
    customers: int
    kind: str
    trend: str
    quote: str


class Insights:
    """A reader of the insights service."""

    def __init__(self, url: str, api_key: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {api_key}"}, timeout=30)

    async def close(self) -> None:
        await self._http.aclose()

    async def counted(self, since: datetime, *, until_all: int, within: float) -> AsyncIterator[int]:
        """How many contacts are counted, again and again until all are. Raises NotFound when that takes too long."""
        try:
            async with asyncio.timeout(within):
                while True:
                    summary = await self._get("/v1/summary", since=since.isoformat())
                    yield summary["contacts"]
                    if summary["contacts"] >= until_all:
                        return
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise NotFound(f"not every contact was counted within {within:g} s") from None

    async def findings(self, *, settled_after: float, within: float) -> Sequence[Finding]:
        """
        The top signals, once there are enough and none was added for `settled_after` seconds.

        Raises NotFound when that takes longer than `within` seconds.
        """
        seen, since = -1, time.monotonic()
        try:
            async with asyncio.timeout(within):
                while True:
                    signals = await self._get("/v1/signals", limit=str(SHOWN))
                    if signals["total"] != seen:
                        seen, since = signals["total"], time.monotonic()
                    elif seen >= ENOUGH_SIGNALS and time.monotonic() - since > settled_after:
                        return [_finding(signal) for signal in signals["signals"]]
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise NotFound(f"{max(seen, 0)} signals after {within:g} s, and at least {ENOUGH_SIGNALS} are expected") from None

    async def _get(self, path: str, **query: str) -> Json:
        answer = await self._http.get(path, params=query)
        if answer.status_code != httpx.codes.OK:
            raise NotFound(f"GET {path} was answered {answer.status_code}: {answer.text[:300]}")
        body: Json = answer.json()
        return body


def _finding(signal: Json) -> Finding:
    if signal["customers"] < ENOUGH_CUSTOMERS or not signal["quotes"]:
        raise NotFound(f"signal {signal['signal_id']} has {signal['customers']} customers and {len(signal['quotes'])} quotes")
    return Finding(
        title=signal["title"],
        customers=signal["customers"],
        kind=signal["kind"],
        trend=signal["trend"],
        quote=signal["quotes"][0]["words"],
    )
