import asyncio
from collections.abc import Awaitable, Callable, Sequence

from deploy.local.errors import Unhealthy
from deploy.local.process import Child

PAUSE_SECONDS = 0.05


class NotYet(Exception):
    """It does not answer, for the reason given; it may soon."""


async def until(answers: Callable[[], Awaitable[None]], *, what: str, within: float, children: Sequence[Child] = ()) -> None:
    """
    Wait until `answers`, called again and again, does not raise NotYet: at most `within` seconds.

    Raises Exited as soon as one of the children ends, and Unhealthy with the last reason when time is up; both say where the log is.
    """
    reason = "no answer at all"
    try:
        async with asyncio.timeout(within):
            while True:
                try:
                    return await answers()
                except NotYet as not_yet:
                    reason = str(not_yet)
                _all_running(children)
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError as error:
        words = "\n".join(child.last_words() for child in children)
        raise Unhealthy(f"{what} did not answer within {within:g} s: {reason}. {words}") from error


def _all_running(children: Sequence[Child]) -> None:
    for child in children:
        if not child.is_running:
            raise child.exited()


async def is_listening(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
