"""The sample through intake's front door, as an upstream app would send it."""

import asyncio
from collections.abc import Callable, Sequence

import httpx

from deploy.demo.contacts import Complaint

BATCH = 50


class Refused(Exception):
    """Intake did not take what the demo sent."""


async def replay(complaints: Sequence[Complaint], *, intake_url: str, api_key: str, sent: Callable[[int], None]) -> None:
    """Post every complaint and how it ended. `sent` is told how many more were accepted. Raises Refused with intake's answer."""
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx.AsyncClient(base_url=intake_url, headers=headers, timeout=30) as http:
        for start in range(0, len(complaints), BATCH):
            some = complaints[start : start + BATCH]
            await _post(http, "/v1/contacts/batch", {"contacts": [complaint.contact() for complaint in some]})
            outcomes = [outcome for complaint in some if (outcome := complaint.outcome()) is not None]
            await asyncio.gather(*(_post(http, "/v1/outcomes", outcome) for outcome in outcomes))
            sent(len(some))


async def _post(http: httpx.AsyncClient, path: str, body: dict[str, object]) -> None:
    answer = await http.post(path, json=body)
    if answer.status_code != httpx.codes.ACCEPTED or answer.json().get("refused"):
        raise Refused(f"POST {path} was answered {answer.status_code}: {answer.text[:500]}")
