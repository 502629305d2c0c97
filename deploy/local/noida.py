import importlib.util
import json
import os
from pathlib import Path
from typing import Self

from deploy.local.errors import Missing
from deploy.local.kafka import answers, new_cluster_id
from deploy.local.ports import free_ports
from deploy.local.process import Child
from deploy.local.waiting import until

START_SECONDS = 30.0
CUT_OFF_SECONDS = 30.0


class Noida:
    """
    The broker of the wheel `noida-db`: up in milliseconds, no Java. For demos and tests up to about a million records, because it keeps
    everything in memory and, while anything changes, rewrites all of it to one JSON file (twice to four times the bytes) every second.

    * `kill` therefore loses what was acknowledged in the last second or, with 50,000 records, two: topics, records, offsets and
      producer ids fall back together. `stop` loses nothing.
    * Its topics have no ids, and out of the box every noida in the world has the same cluster id: here each folder gets its own.
    """

    keeps_acknowledged = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        (port,) = free_ports(1)
        self.bootstrap_servers = f"127.0.0.1:{port}"
        self._data = self.folder / "data"
        self._program = _program()
        options = ["--only", "kafka", "--kafka-port", str(port), "--host", "127.0.0.1"]
        self._server = Child([self._program, "start", *options, "--data-dir", self._data], name="noida", folder=self.folder)

    @property
    def log(self) -> Path:
        return self._server.log

    async def start(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        self._give_cluster_id()
        await self._server.start()
        await until(self._answers, what="noida-db", within=START_SECONDS, children=[self._server])

    async def stop(self) -> None:
        # On SIGTERM alone it saves first and goes on acknowledging meanwhile: under load hundreds of acknowledged records were lost.
        # This command closes the connections before it saves.
        if self._server.is_running:
            cut_off = Child([self._program, "stop", "kafka", "--data-dir", self._data], name="noida-stop", folder=self.folder)
            await cut_off.start()
            await cut_off.finish(within=CUT_OFF_SECONDS)
        await self._server.stop()

    async def kill(self) -> None:
        await self._server.kill()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self._server.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _give_cluster_id(self) -> None:
        saved = self._data / "kafka.json"
        if saved.exists():
            return
        nothing = {"topics": [], "committed_offsets": [], "offset_metadata": [], "broker_configs": {}, "next_producer_id": 1000}
        broker = {"broker_id": 1, "host": "127.0.0.1", "port": 0, "cluster_id": new_cluster_id()}
        saved.write_text(json.dumps(nothing | broker))

    async def _answers(self) -> None:
        await answers(self.bootstrap_servers)


def _program() -> Path:
    # The script that pip installs runs this program as a child of its own, which a SIGKILL to the script would not reach.
    spec = importlib.util.find_spec("noida_db")
    if spec is None or spec.origin is None:
        raise Missing("noida-db is not installed. Run `pip install noida-db`, or set KAFKA=apache or KAFKA_BOOTSTRAP_SERVERS")
    program = Path(spec.origin).with_name("noida-db")
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program
