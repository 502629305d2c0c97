"""Who signed what: published vectors, every bit that can flip, time, rotation."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.intake.webhooks.signatures import (
    MAX_SIGNATURES,
    SCHEMES,
    Algorithm,
    Forged,
    Scheme,
    is_secret_of,
    read_claim,
    verify,
)
from tests.intake.webhooks.gallery import NOW, signature

BODY = json.dumps({"type": "ticket.created", "text": "Grüße, it burns"}, ensure_ascii=False).encode()
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WHPK = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
SIGNED = [name for name, rows in SCHEMES.items() if rows[0].algorithm in {Algorithm.SHA1, Algorithm.SHA256}]
TIMED = [name for name in SIGNED if SCHEMES[name][0].timestamp_header]


def secret_of(name: str) -> str:
    return WHSEC if SCHEMES[name][0].key == "whsec" else "it's a secret: gr\u00fc\u00dfe"


def delivered(name: str, *, at: datetime = NOW, body: bytes = BODY) -> dict[str, str]:
    return signature(SCHEMES[name][0], secret_of(name), body, at=at, delivery={})


def is_good(rows: tuple[Scheme, ...], headers: dict[str, str], body: bytes, *secrets: str, now: datetime = NOW) -> bool:
    try:
        verify(rows, read_claim(rows, headers, now=now), body, secrets)
    except Forged:
        return False
    return True


def flips(value: bytes) -> Iterator[bytes]:
    for place in range(len(value)):
        for bit in range(8):
            yield value[:place] + bytes([value[place] ^ (1 << bit)]) + value[place + 1 :]


VECTORS = [
    # The spec's own, recomputed: standard-webhooks/standard-webhooks, spec and tests.
    (
        "standard",
        WHSEC,
        b'{"test": 2432232314}',
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
    ),
    # HMAC-SHA1 and HMAC-SHA256 of this text under the key "key" are the examples of Wikipedia's article on HMAC.
    (
        "intercom",
        "key",
        b"The quick brown fox jumps over the lazy dog",
        {"x-hub-signature": "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"},
    ),
    (
        "github",
        "key",
        b"The quick brown fox jumps over the lazy dog",
        {"x-hub-signature-256": "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"},
    ),
    # GitHub's documented example: docs.github.com, validating webhook deliveries.
    (
        "github",
        "It's a Secret to Everybody",
        b"Hello, World!",
        {"x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
    ),
    # RFC 7617: the user "failbetter", the password "open sesame".
    ("freshdesk", "open sesame", b"{}", {"authorization": "Basic ZmFpbGJldHRlcjpvcGVuIHNlc2FtZQ=="}),
    ("token", "open sesame", b"{}", {"x-webhook-token": "open sesame"}),
]


@pytest.mark.parametrize(
    ("name", "secret", "body", "headers"), VECTORS, ids=[f"{name}: {body[:9]!r}" for name, _, body, _ in VECTORS]
)
def test_a_published_signature_is_good(name: str, secret: str, body: bytes, headers: dict[str, str]) -> None:
    now = datetime.fromtimestamp(1614265330, UTC)

    assert is_good(SCHEMES[name], headers, body, secret, now=now)
    assert not is_good(SCHEMES[name], headers, body, secret + "x", now=now)


@pytest.mark.parametrize(
    ("name", "signed"),
    [
        ("zendesk", b"2026-11-20T12:00:00+00:00" + BODY),
        ("zendesk-body-first", BODY + b"2026-11-20T12:00:00+00:00"),
        ("intercom", BODY),
        ("chatwoot", b"1795176000." + BODY),
        ("zammad", BODY),
        ("helpscout", BODY),
        ("typeform", BODY),
        ("formbricks", b"msg_1.1795176000." + BODY),
        ("standard", b"msg_1.1795176000." + BODY),
        ("github", BODY),
        ("quackback", b"1795176000." + BODY),
    ],
)
def test_each_sender_signs_what_its_documentation_says(name: str, signed: bytes) -> None:
    """Computed here without the table: key, bytes, digest, spelling, header."""
    row, secret = SCHEMES[name][0], secret_of(name)
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret == WHSEC else secret.encode()
    digest = hmac.new(key, signed, hashlib.sha1 if row.algorithm is Algorithm.SHA1 else hashlib.sha256).digest()
    written = {
        "zendesk": base64.b64encode(digest),
        "zendesk-body-first": base64.b64encode(digest),
        "intercom": b"sha1=" + digest.hex().encode(),
        "chatwoot": b"sha256=" + digest.hex().encode(),
        "zammad": b"sha1=" + digest.hex().encode(),
        "helpscout": base64.b64encode(digest),
        "typeform": b"sha256=" + base64.b64encode(digest),
        "formbricks": b"v1," + base64.b64encode(digest),
        "standard": b"v1," + base64.b64encode(digest),
        "github": b"sha256=" + digest.hex().encode(),
        "quackback": b"sha256=" + digest.hex().encode(),
    }

    assert delivered(name)[row.header] == written[name].decode()
    assert is_good(SCHEMES[name], delivered(name), BODY, secret)


def test_zendesks_two_orders_are_told_apart() -> None:
    secret = secret_of("zendesk")

    assert not is_good(SCHEMES["zendesk-body-first"], delivered("zendesk"), BODY, secret)
    assert not is_good(SCHEMES["zendesk"], delivered("zendesk-body-first"), BODY, secret)


@pytest.mark.parametrize("name", SIGNED)
def test_every_flipped_bit_of_the_body_is_refused(name: str) -> None:
    headers, secret = delivered(name), secret_of(name)

    assert not [body for body in flips(BODY) if is_good(SCHEMES[name], headers, body, secret)]


@pytest.mark.parametrize("name", [*SIGNED, "freshdesk", "token"])
def test_every_flipped_bit_of_the_signature_is_refused(name: str) -> None:
    headers, secret = delivered(name), secret_of(name)
    header = SCHEMES[name][0].header

    forged = [{**headers, header: flipped.decode("latin-1")} for flipped in flips(headers[header].encode("utf-8"))]
    assert not [each for each in forged if is_good(SCHEMES[name], each, BODY, secret)]


@pytest.mark.parametrize("name", TIMED)
def test_every_flipped_bit_of_the_timestamp_is_refused(name: str) -> None:
    headers, secret = delivered(name), secret_of(name)
    header = SCHEMES[name][0].timestamp_header or ""

    forged = [{**headers, header: flipped.decode("latin-1")} for flipped in flips(headers[header].encode())]
    assert not [each for each in forged if is_good(SCHEMES[name], each, BODY, secret)]


def test_every_flipped_bit_of_a_signed_id_is_refused() -> None:
    headers = delivered("standard")

    forged = [{**headers, "webhook-id": flipped.decode("latin-1")} for flipped in flips(headers["webhook-id"].encode())]
    assert not [each for each in forged if is_good(SCHEMES["standard"], each, BODY, WHSEC)]


def test_every_flipped_bit_of_what_ed25519_signed_is_refused() -> None:
    headers = by_public_key(BODY)
    assert is_good(SCHEMES["standard"], headers, BODY, WHPK)

    for header in ("webhook-signature", "webhook-timestamp", "webhook-id"):
        forged = [{**headers, header: flipped.decode("latin-1")} for flipped in flips(headers[header].encode())]
        assert not [each for each in forged if is_good(SCHEMES["standard"], each, BODY, WHPK)]
    assert not [body for body in flips(BODY) if is_good(SCHEMES["standard"], headers, body, WHPK)]


@pytest.mark.parametrize("name", SIGNED)
def test_json_that_was_read_and_written_again_is_refused(name: str) -> None:
    again = json.dumps(json.loads(BODY), separators=(",", ":")).encode()

    assert json.loads(again) == json.loads(BODY)
    assert not is_good(SCHEMES[name], delivered(name), again, secret_of(name))


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(("seconds", "good"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_signed_time_is_good_for_300_seconds(name: str, seconds: int, *, good: bool) -> None:
    headers = delivered(name, at=NOW + timedelta(seconds=seconds))

    assert is_good(SCHEMES[name], headers, BODY, secret_of(name)) is good


@pytest.mark.parametrize(
    "said", ["", "soon", "-1", "1e9", "\uff11795176000", "99999999999999", "2026-11-20T12:00:00", " 1795176000"]
)
@pytest.mark.parametrize("name", ["standard", "zendesk"])
def test_a_time_that_cannot_be_read_is_refused(name: str, said: str) -> None:
    header = SCHEMES[name][0].timestamp_header or ""

    assert not is_good(SCHEMES[name], {**delivered(name), header: said}, BODY, secret_of(name))


@pytest.mark.parametrize("name", SCHEMES)
def test_a_delivery_without_a_signature_is_refused_by_the_header_that_lacks(name: str) -> None:
    with pytest.raises(Forged, match=SCHEMES[name][0].header) as refused:
        read_claim(SCHEMES[name], {}, now=NOW)

    assert refused.value.code == "signature_missing"


@pytest.mark.parametrize("name", [*SIGNED, "freshdesk", "token"])
def test_while_secrets_change_both_are_good_and_a_retired_one_is_not(name: str) -> None:
    old, new = secret_of(name), WHSEC[:-4] + "AAAA"
    headers = delivered(name)

    assert is_good(SCHEMES[name], headers, BODY, new, old)
    assert not is_good(SCHEMES[name], headers, BODY, new)
    assert not is_good(SCHEMES[name], headers, BODY)


def test_a_sender_that_changes_its_secret_signs_with_both_in_one_header() -> None:
    old, new = WHSEC, WHSEC[:-4] + "AAAA"
    [row, _] = SCHEMES["standard"]
    one, other = (signature(row, secret, BODY, at=NOW, delivery={}) for secret in (old, new))
    both = {**one, "webhook-signature": f"v2,whatever {other['webhook-signature']} {one['webhook-signature']}"}

    assert is_good(SCHEMES["standard"], both, BODY, old)
    assert is_good(SCHEMES["standard"], both, BODY, new)


def test_secrets_may_change_from_a_shared_one_to_a_key_pair() -> None:
    assert is_good(SCHEMES["standard"], delivered("standard"), BODY, WHSEC, WHPK)
    assert is_good(SCHEMES["standard"], by_public_key(BODY), BODY, WHSEC, WHPK)


def test_a_public_key_is_no_secret_to_sign_with() -> None:
    """Whoever knows the public key may not sign with it as if it were shared."""
    key = base64.b64decode(WHPK.removeprefix("whpk_"))
    digest = hmac.new(key, b"msg_1.1795176000." + BODY, hashlib.sha256).digest()
    headers = {**delivered("standard"), "webhook-signature": "v1," + base64.b64encode(digest).decode()}

    assert not is_good(SCHEMES["standard"], headers, BODY, WHPK)


def test_many_signatures_in_one_header_are_not_tried() -> None:
    headers = delivered("standard")
    many = {**headers, "webhook-signature": " ".join([headers["webhook-signature"]] * (MAX_SIGNATURES + 1))}

    assert not is_good(SCHEMES["standard"], many, BODY, WHSEC)


@pytest.mark.parametrize(
    ("name", "secret", "fits"),
    [
        ("standard", WHSEC, True),
        ("standard", WHPK, True),
        ("standard", "whsec_c2hvcnQ=", False),
        ("standard", "whpk_c2hvcnQ=", False),
        ("standard", WHSEC.removeprefix("whsec_"), False),
        ("standard", "whsec_!", False),
        ("typeform", "anything", True),
    ],
)
def test_a_secret_is_written_as_its_scheme_asks(name: str, secret: str, *, fits: bool) -> None:
    assert is_secret_of(SCHEMES[name], secret) is fits


def by_public_key(body: bytes) -> dict[str, str]:
    raw = PRIVATE.sign(b"msg_1.1795176000." + body)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1795176000",
        "webhook-signature": "v1a," + base64.b64encode(raw).decode(),
    }


def test_the_clock_of_these_tests_is_where_it_says() -> None:
    assert int(NOW.timestamp()) == 1795176000
