import asyncio
from collections.abc import Awaitable, Callable, Sequence

from deploy.local.errors import Unhealthy
from deploy.local.process import Child

PAUSE_SECONDS = 0.05


async def until(answers: Callable[[], Awaitable[bool]], *, what: str, within: float, children: Sequence[Child] = ()) -> None:
    """
    Wait until `answers`, asked again and again, is true: at most `within` seconds.

    Raises Exited as soon as one of the children ends, and Unhealthy when time is up; both say where the log is.
    """
    try:
        async with asyncio.timeout(within):
            while not await answers():
                for child in children:
                    if not child.is_running:
                        raise child.exited()
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError as error:
        words = "\n".join(child.last_words() for child in children)
        raise Unhealthy(f"{what} did not answer within {within:g} s. {words}") from error


async def is_listening(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
