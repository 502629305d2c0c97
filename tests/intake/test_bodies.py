"""Bodies that are compressed, deep, long or slow: bounded in memory and time, with a clear answer."""

import asyncio
import gzip
import json
import sys
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import pytest

from services.intake.api import door, gate
from services.intake.api.encodings import Gzip, Stream, Zstd
from shared.kafka import KafkaSettings
from tests.intake.conftest import Intake, opened
from tests.intake.test_batch import NDJSON, contacts, lines
from tests.intake.test_contacts import HELLO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.broker
Compress = Callable[[bytes], bytes]
ENCODINGS = pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
MIB = 1024 * 1024


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@ENCODINGS
async def test_a_compressed_body_is_read(intake: Intake, encoding: str, compress: Compress) -> None:
    body = compress(json.dumps(HELLO).encode())

    answer = await intake.http.post("/v1/contacts", content=body, headers={"Content-Encoding": encoding})

    assert answer.status_code == 202


@ENCODINGS
async def test_a_compressed_stream_is_taken_as_it_comes(intake: Intake, encoding: str, compress: Compress) -> None:
    body = compress(lines(contacts(3000)))

    async def slowly() -> AsyncIterator[bytes]:
        for piece in pieces(body, 1000):
            yield piece

    answer = await intake.http.post("/v1/contacts/batch", content=slowly(), headers={**NDJSON, "Content-Encoding": encoding})

    assert (answer.status_code, answer.json()["accepted"]) == (202, 3000)


@pytest.mark.parametrize("path", ["/v1/contacts", "/v1/contacts/batch", "/v1/outcomes"])
@ENCODINGS
async def test_a_bomb_is_refused_before_it_goes_off(intake: Intake, path: str, encoding: str, compress: Compress) -> None:
    bomb = compress(b" " * (256 * MIB))
    tracemalloc.start()
    started = time.process_time()
    answer = await intake.http.post(path, content=bomb, headers={"Content-Encoding": encoding})
    seconds, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert seconds < 2
    assert peak < 24 * MIB
    assert intake.door.shares.held == 0


@ENCODINGS
@pytest.mark.parametrize("cut", [slice(0, -3), slice(5, None), slice(0, 0)], ids=["cut short", "beheaded", "empty"])
async def test_what_is_not_what_it_says_is_refused(intake: Intake, encoding: str, compress: Compress, cut: slice) -> None:
    body = compress(json.dumps(HELLO).encode())[cut]

    answer = await intake.http.post("/v1/contacts", content=body, headers={"Content-Encoding": encoding})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_encoding")


async def test_a_window_over_8_mib_is_refused(intake: Intake) -> None:
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    body = zstd.compress(json.dumps({**HELLO, "subject": "x" * 1000}).encode() * 10_000, options=options)

    answer = await intake.http.post("/v1/contacts/batch", content=body, headers={"Content-Encoding": "zstd"})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_encoding")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "x"])
async def test_another_encoding_is_refused_and_the_known_ones_are_named(intake: Intake, encoding: str) -> None:
    answer = await intake.http.post("/v1/contacts", json=HELLO, headers={"Content-Encoding": encoding})

    assert (answer.status_code, answer.json()["code"]) == (415, "encoding_unknown")
    assert answer.headers["accept-encoding"] == "gzip, zstd"


@pytest.mark.parametrize(("kind", "compress"), [(Gzip, gzip.compress), (Zstd, zstd.compress)])
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_what_comes_out_is_the_same_however_it_is_cut_frame_after_frame(
    kind: type[Gzip | Zstd], compress: Compress, size: int
) -> None:
    said = [bytes(range(256)) * 2000, b"a" * 300_000, b""]
    stream = Stream(kind)

    out = [part for piece in pieces(b"".join(map(compress, said)), size) for part in stream.feed(piece)]

    assert b"".join(out) == b"".join(said)
    assert max(map(len, out)) <= 64 * 1024
    assert stream.is_whole


def test_gzip_that_ends_with_the_last_piece_full_gives_everything() -> None:
    for length in range(64 * 1024 - 3, 64 * 1024 + 4):
        stream = Stream(Gzip)
        assert b"".join(stream.feed(zlib.compress(b"a" * length, wbits=31))) == b"a" * length
        assert stream.is_whole


@pytest.mark.parametrize(("depth", "status"), [(100, 422), (250, 400), (8_000, 400)])
@pytest.mark.parametrize("path", ["/v1/contacts", "/v1/contacts/batch", "/v1/events", "/v1/outcomes"])
async def test_nesting_is_bounded(intake: Intake, path: str, depth: int, status: int) -> None:
    body = b'{"contacts":[' + b"[" * depth + b"]" * depth + b"]}"

    answer = await intake.http.post(path, content=body, headers={"Content-Type": "application/cloudevents+json"})

    assert answer.status_code == status


@pytest.mark.parametrize("headers", [{f"x-{n}": "" for n in range(101)}, {"x-long": "x" * 33_000}], ids=["many", "large"])
async def test_a_head_that_is_too_large_is_refused(intake: Intake, headers: dict[str, str]) -> None:
    assert (gate.MAX_HEADERS, gate.MAX_HEADER_BYTES) == (100, 32 * 1024)

    answer = await intake.http.post("/v1/contacts", json=HELLO, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")


async def test_a_body_that_comes_drop_by_drop_is_given_up(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_SECONDS", 0.3)

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.02)

    answer = await intake.http.post("/v1/contacts", content=drops())

    assert (answer.status_code, answer.json()["code"]) == (408, "too_slow")


async def test_while_too_much_is_going_on_the_next_is_refused_unread_after_a_second_and_operators_get_in(
    kafka: KafkaSettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    release = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        await release.wait()
        yield json.dumps(HELLO).encode()

    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    async with opened(kafka, tmp_path_factory.mktemp("busy"), at_once=2) as intake, asyncio.TaskGroup() as tasks:
        inside = [tasks.create_task(intake.http.post("/v1/contacts", content=slow())) for _ in range(2)]
        await asyncio.sleep(0.1)
        answer = await intake.http.post("/v1/contacts", content=never())
        live = await intake.http.get("/health/live")
        release.set()
        done = [await task for task in inside]
        after = await intake.http.post("/v1/contacts", json=HELLO)

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "overloaded", "1")
    assert live.status_code == 200
    assert {each.status_code for each in [*done, after]} == {202}


async def test_whoever_finds_no_room_waits_for_a_turn(kafka: KafkaSettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    async with opened(kafka, tmp_path_factory.mktemp("queue"), at_once=2) as intake:
        answers = await asyncio.gather(*(intake.http.post("/v1/contacts", json=HELLO) for _ in range(20)))

    assert {each.status_code for each in answers} == {202}
