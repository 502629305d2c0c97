"""
PostgreSQL and Kafka on one machine: no Docker, and no Java unless asked for.

    async with infrastructure(folder) as running:
        running.bootstrap_servers, running.database_url

    infrastructure.py   both of them, or those that already exist elsewhere
    postgres.py         PostgreSQL 18 with pgvector, from a wheel
    kafka.py            what every broker can do here: start, stop, be killed, keep its address
    noida.py            a broker from a wheel, in memory: demos and tests
    apache.py           genuine Apache Kafka 4, one broker or three; jars.py fetches it
    process.py          a child process that never outlives its parent; leash.py is why
    account.py          as root: whose PostgreSQL is, and where it may live; programs.py its programs
    ports.py, waiting.py, errors.py

It stands alone: nothing of services/ or shared/ is imported.
"""

from deploy.local.errors import LocalError
from deploy.local.infrastructure import Kafka, Running, claimed, from_environment, infrastructure, kafka_named_in, new_broker
from deploy.local.kafka import Broker
from deploy.local.postgres import Postgres
from deploy.local.process import Child

__all__ = [
    "Broker",
    "Child",
    "Kafka",
    "LocalError",
    "Postgres",
    "Running",
    "claimed",
    "from_environment",
    "infrastructure",
    "kafka_named_in",
    "new_broker",
]
