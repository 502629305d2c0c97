from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A node's number and its two ports on 127.0.0.1."""

    node: int
    port: int
    controller_port: int

    @property
    def broker(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def controller(self) -> str:
        return f"127.0.0.1:{self.controller_port}"


def properties(place: Place, *, of: Sequence[Place], data: Path) -> str:
    """The `server.properties` of one node of a cluster: every record on three nodes where there are three, acknowledged by two."""
    copies = min(3, len(of))
    acknowledged_by = max(1, copies - 1)
    voters = ",".join(f"{other.node}@{other.controller}" for other in of)
    return f"""\
process.roles=broker,controller
node.id={place.node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners=BROKER://{place.broker},CONTROLLER://{place.controller}
advertised.listeners=BROKER://{place.broker}
inter.broker.listener.name=BROKER
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}

# Topics are made from the contract's table, as in production, never by a misspelt name.
auto.create.topics.enable=false
default.replication.factor={copies}
min.insync.replicas={acknowledged_by}
offsets.topic.replication.factor={copies}
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={acknowledged_by}
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={acknowledged_by}

# One machine: few partitions to open, small buffers, no waiting for further members of a group.
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4
share.coordinator.state.topic.num.partitions=4
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
group.initial.rebalance.delay.ms=0

# A killed node may come back at once: the controller refuses it for as long as it believes that the old one lives.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
"""
