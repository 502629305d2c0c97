import asyncio
import secrets
from typing import Protocol, Self

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.local.waiting import NotYet, is_listening


class Broker(Protocol):
    """Something that speaks Kafka's protocol on this machine. Its addresses and its data outlive `stop` and `kill`."""

    @property
    def bootstrap_servers(self) -> str: ...

    @property
    def keeps_acknowledged(self) -> bool:
        """Whether what it acknowledged is there after `kill`. After `stop` it always is."""
        ...

    async def start(self) -> None:
        """Returns when it answers clients, with every topic, record and offset it had."""
        ...

    async def stop(self) -> None:
        """Gracefully, within a bound. Nothing that was acknowledged is lost, also under load."""
        ...

    async def kill(self) -> None:
        """By SIGKILL, without a warning."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...


async def answers(bootstrap_servers: str, *, brokers: int = 1) -> None:
    """Raises NotYet unless a client that asks there for metadata is told of so many brokers."""
    # aiokafka reports every refused connection as an error: it is asked only once somebody listens.
    addresses = (address.strip().rpartition(":") for address in bootstrap_servers.split(","))
    if not any([await is_listening(host, int(port)) for host, _, port in addresses]):
        raise NotYet(f"nobody listens at {bootstrap_servers}")
    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers, client_id="failbetter-local", request_timeout_ms=5_000)
    try:
        async with asyncio.timeout(10):
            await client.bootstrap()
        if (known := len(client.cluster.brokers())) < brokers:
            raise NotYet(f"{known} of {brokers} brokers are up")
    except (KafkaError, OSError, TimeoutError) as error:
        raise NotYet(f"{type(error).__name__}: {error}") from error
    finally:
        await client.close()


def new_cluster_id() -> str:
    """Sixteen random bytes as Kafka writes them; not starting with a dash, which a command line would take for an option."""
    return secrets.token_urlsafe(16).replace("-", "_")
