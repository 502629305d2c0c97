"""Coming in, staying in, and leaving."""

import re
from datetime import timedelta

import httpx
import pytest

from services.insights.login import COOKIE, Sessions
from services.insights.login.tokens import Signer, Token
from shared.credentials import Scope
from tests.insights.api.conftest import SECRET, House
from tests.insights.api.world import an_id

LINK = "http://insights.test"


async def form_token(client: httpx.AsyncClient, path: str = "/login") -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', (await client.get(path)).text)
    assert found is not None
    return found[1]


async def test_a_key_becomes_a_session_that_no_script_can_read(house: House) -> None:
    key, _ = house.make_key()
    async with house.client() as client:
        answer = await client.post("/login", data={"form_token": await form_token(client), "key": f" {key} ", "next": "/"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(COOKIE))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Max-Age=28800" in cookie
        assert "Secure" not in cookie
        assert key not in cookie
        assert (await client.get("/")).status_code == 200


async def test_over_https_the_cookie_travels_over_https_only(house: House) -> None:
    _, credential = house.make_key()
    async with house.client(house.app(is_https=True)) as client:
        answer = await client.get(house.links.address(LINK, tenant="acme", key_id=credential.key_id))
        assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("key", ["", "wrong", "fb_abcd1234_wrong"])
async def test_a_wrong_key_is_told_so_on_the_form(house: House, key: str) -> None:
    async with house.client() as client:
        answer = await client.post("/login", data={"form_token": await form_token(client), "key": key})
        assert answer.status_code == 401
        assert "not known" in answer.text
        assert COOKIE not in client.cookies


async def test_a_key_without_the_scope_does_not_come_in(house: House) -> None:
    key, _ = house.make_key("acme", Scope.CONTACTS_WRITE)
    async with house.client() as client:
        answer = await client.post("/login", data={"form_token": await form_token(client), "key": key})
        assert answer.status_code == 403
        assert "insights:read" in answer.text


async def test_a_login_form_without_its_token_is_refused(house: House) -> None:
    key, _ = house.make_key()
    async with house.client() as client, house.client() as other:
        foreign = await form_token(other)
        own = await form_token(client)
        for token in ("", "nonsense", foreign, own[:-2] + "xx"):
            answer = await client.post("/login", data={"form_token": token, "key": key})
            assert answer.status_code == 403, token
            assert COOKIE not in client.cookies


async def test_a_form_that_was_open_too_long_is_refused(house: House) -> None:
    key, _ = house.make_key()
    async with house.client() as client:
        token = await form_token(client)
        house.watch.now += timedelta(hours=13)
        assert (await client.post("/login", data={"form_token": token, "key": key})).status_code == 403


async def test_a_form_larger_than_any_of_ours_is_refused(house: House) -> None:
    async with house.client() as client:
        assert (await client.post("/login", content=b"key=" + b"x" * 9_000)).status_code == 413
        assert (await client.post("/login", content=b"&".join(b"a=1" for _ in range(999)))).status_code == 400
        assert (await client.post("/login", content=b"\xff\xfe")).status_code == 400


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        (f"/signals/{an_id('s')}", f"/signals/{an_id('s')}"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/logout", "/"),
        ("/signals/../..//evil.example", "/"),
        ("/\nSet-Cookie: a=b", "/"),
    ],
)
async def test_the_login_leads_to_our_own_pages_only(house: House, asked: str, led: str) -> None:
    key, _ = house.make_key()
    async with house.client() as client:
        answer = await client.post("/login", data={"form_token": await form_token(client), "key": key, "next": asked})
        assert answer.headers["location"] == led
        assert (await client.get("/login", params={"next": asked})).headers["location"] == led


async def test_a_session_ends_with_its_time(house: House, browser: httpx.AsyncClient) -> None:
    house.watch.now += timedelta(hours=8, seconds=-1)
    assert (await browser.get("/")).status_code == 200
    house.watch.now += timedelta(seconds=1)
    assert (await browser.get("/")).status_code == 303
    assert (await browser.get("/v1/summary")).status_code == 401


async def test_a_session_ends_when_its_key_is_revoked(house: House, browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/")).status_code == 200
    house.revoke_all()
    assert (await browser.get("/")).status_code == 303


async def test_a_session_ends_when_its_key_expires(house: House) -> None:
    _, credential = house.make_key(days=0.1)
    async with house.client() as client:
        await client.get(house.links.address(LINK, tenant="acme", key_id=credential.key_id))
        assert (await client.get("/")).status_code == 200
        house.watch.now += timedelta(hours=3)
        assert (await client.get("/")).status_code == 303


async def test_a_session_of_another_tenant_than_its_key_is_none(house: House) -> None:
    _, credential = house.make_key("acme")
    async with house.client() as client:
        client.cookies.set(COOKIE, house.sessions.start(tenant="globex", key_id=credential.key_id))
        assert (await client.get("/")).status_code == 303


async def test_a_cookie_that_we_did_not_sign_is_none(house: House) -> None:
    _, credential = house.make_key()
    other = Sessions([b"another secret of more than thirty-two bytes"], lifetime=timedelta(hours=8), clock=house.watch)
    good = house.sessions.start(tenant="acme", key_id=credential.key_id)
    for cookie in (
        "",
        "x",
        good[:-3],
        good + "x",
        other.start(tenant="acme", key_id=credential.key_id),
        house.sessions.form_token("session:x"),
    ):
        async with house.client() as client:
            client.cookies.set(COOKIE, cookie)
            assert (await client.get("/")).status_code == 303


async def test_a_rotated_secret_keeps_sessions_open(house: House) -> None:
    new = b"the new secret of more than thirty-two bytes"
    rotated = Sessions([SECRET, new], lifetime=timedelta(hours=8), clock=house.watch)
    cookie = house.sessions.start(tenant="acme", key_id="abcd")
    assert rotated.read(cookie) is not None
    assert house.sessions.read(rotated.start(tenant="acme", key_id="abcd")) is None


async def test_leaving_needs_the_form_of_this_very_session(house: House, browser: httpx.AsyncClient) -> None:
    _, credential = house.make_key()
    async with house.client() as other:
        await other.get(house.links.address(LINK, tenant="acme", key_id=credential.key_id))
        foreign = await form_token(other, "/")
    own = await form_token(browser, "/")
    for token in ("", "nonsense", foreign):
        assert (await browser.post("/logout", data={"form_token": token})).status_code == 403
    assert (await browser.get("/")).status_code == 200

    left = await browser.post("/logout", data={"form_token": own})

    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert (await browser.get("/")).status_code == 303


async def test_a_link_logs_in_for_a_short_while(house: House) -> None:
    _, credential = house.make_key("globex")
    link = house.links.address(LINK, tenant="globex", key_id=credential.key_id)
    async with house.client() as client:
        answer = await client.get(link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "globex" in (await client.get("/")).text
    house.watch.now += timedelta(minutes=15)
    async with house.client() as late:
        answer = await late.get(link)
        assert answer.status_code == 403
        assert "no longer opens" in answer.text
        assert COOKIE not in late.cookies


async def test_a_link_that_was_changed_opens_nothing(house: House) -> None:
    _, credential = house.make_key()
    link = house.links.address(LINK, tenant="acme", key_id=credential.key_id)
    elsewhere = house.links.address(LINK, tenant="globex", key_id=credential.key_id)
    session = house.sessions.start(tenant="acme", key_id=credential.key_id)
    for changed in (link[:-2], link + "x", "/login/link", "/login/link?token=", f"/login/link?token={session}", elsewhere):
        async with house.client() as client:
            assert (await client.get(changed)).status_code == 403
            assert COOKIE not in client.cookies


async def test_a_link_ends_with_its_key(house: House) -> None:
    _, credential = house.make_key()
    link = house.links.address(LINK, tenant="acme", key_id=credential.key_id)
    house.revoke_all()
    async with house.client() as client:
        assert (await client.get(link)).status_code == 403


def test_a_short_secret_is_refused(house: House) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sessions([b"short"], lifetime=timedelta(hours=1), clock=house.watch)
    with pytest.raises(ValueError, match="32 bytes"):
        Sessions([], lifetime=timedelta(hours=1), clock=house.watch)


def test_a_token_is_good_for_one_purpose_only(house: House) -> None:
    one, other = (Signer([SECRET], purpose=purpose, clock=house.watch) for purpose in ("one", "other"))
    signed = one.sign(Token(expires_at=house.watch.now + timedelta(hours=1)))
    assert one.read(signed, Token) is not None
    assert other.read(signed, Token) is None
