import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Self

from deploy.local.jars import CACHE, jars, java
from deploy.local.kafka import answers, new_cluster_id
from deploy.local.ports import free_ports
from deploy.local.process import Child
from deploy.local.properties import Place, properties
from deploy.local.waiting import until

START_SECONDS = 90.0
STOP_SECONDS = 20.0
FORMAT_SECONDS = 60.0
# Quick to start and modest in memory: the first compiler only, and one thread for the garbage.
JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
LOGGING = [
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
]


class ApacheNode:
    """One of the cluster's servers, broker and controller in one: it can be stopped or killed alone."""

    def __init__(self, place: Place, *, folder: Path) -> None:
        self.place = place
        self.folder = folder
        self._server: Child | None = None

    @property
    def log(self) -> Path:
        return self.folder / "kafka.log"

    @property
    def server(self) -> Child:
        assert self._server is not None, "prepare() comes first"
        return self._server

    async def prepare(self, run: Sequence[str], *, cluster: str, places: Sequence[Place]) -> None:
        """Writes its settings and, the first time, formats its storage. `run` is how a class of Kafka is run."""
        data, file = self.folder / "data", self.folder / "server.properties"
        self.folder.mkdir(parents=True, exist_ok=True)
        file.write_text(properties(self.place, of=places, data=data))
        if not (data / "meta.properties").exists():
            command = [*run, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", f"--config={file}"]
            formatting = Child(command, name="format", folder=self.folder)
            await formatting.start()
            await formatting.finish(within=FORMAT_SECONDS)
        self._server = self._server or Child([*run, "kafka.Kafka", file], name="kafka", folder=self.folder)

    async def start(self) -> None:
        """Returns when it answers; whether it has caught up with the others is for Kafka to know."""
        await self.server.start()
        await until(self._answers, what=f"Apache Kafka (node {self.place.node})", within=START_SECONDS, children=[self.server])

    async def stop(self) -> None:
        if self._server:
            await self._server.stop(within=STOP_SECONDS)

    async def kill(self) -> None:
        if self._server:
            await self._server.kill()

    async def _answers(self) -> None:
        await answers(self.place.broker)


class Apache:
    """
    Genuine Apache Kafka 4 in KRaft mode on free ports of 127.0.0.1: one node, or three with every record on all of them.

    Needs Java 17; its jars are fetched by Maven the first time. About 0.4 GB of memory a node. What it acknowledged survives `kill`
    (not a power cut: Kafka leaves flushing to the operating system). Topics are not created by being used.
    """

    keeps_acknowledged = True

    def __init__(self, folder: Path, *, brokers: int = 1, cache: Path = CACHE) -> None:
        self.folder = folder.resolve()
        self._cache = cache
        ports = free_ports(2 * brokers)
        places = [Place(node + 1, *ports[2 * node : 2 * node + 2]) for node in range(brokers)]
        self.nodes = tuple(ApacheNode(place, folder=self.folder / f"node-{place.node}") for place in places)

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(node.place.broker for node in self.nodes)

    async def start(self) -> None:
        run = [await asyncio.to_thread(java), *JVM, *LOGGING, "-cp", f"{await jars(self._cache)}/*"]
        cluster, places = self._cluster_id(), [node.place for node in self.nodes]
        await _together(node.prepare(run, cluster=cluster, places=places) for node in self.nodes)
        await _together(node.server.start() for node in self.nodes)
        servers = [node.server for node in self.nodes]
        await until(self._answers, what="Apache Kafka", within=START_SECONDS, children=servers)

    async def stop(self) -> None:
        await _together(node.stop() for node in self.nodes)

    async def kill(self) -> None:
        await _together(node.kill() for node in self.nodes)

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.kill()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _cluster_id(self) -> str:
        file = self.folder / "cluster-id"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            file.write_text(new_cluster_id())
        return file.read_text()

    async def _answers(self) -> None:
        # Each is asked: one that has just started knows the others before they answer.
        for node in self.nodes:
            await answers(node.place.broker, brokers=len(self.nodes))


async def _together(steps: Iterable[Coroutine[None, None, None]]) -> None:
    # Not a TaskGroup: it would wrap what one node says into a group of one, and cancel the others half-way through stopping.
    results = await asyncio.gather(*steps, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
