"""Who may see what: the tenant comes from a credential, and from nothing else."""

from datetime import timedelta
from ipaddress import ip_network

import pytest

from services.insights.login import COOKIE, TrustedProxy
from services.insights.store.connection import Pool, open_pool
from shared.credentials import Scope
from tests.insights.api.conftest import NOW, House
from tests.insights.api.world import Contact, Signal, an_id, write

API = [
    "/v1/signals",
    f"/v1/signals/{an_id('s')}",
    f"/v1/signals/{an_id('s')}/contacts",
    f"/v1/signals/{an_id('s')}/series",
    f"/v1/signals/{an_id('s')}/loops",
    "/v1/repeats",
    "/v1/exposure",
    "/v1/summary",
    "/v1/priority",
    "/v1/wins",
    "/v1/same-answers",
    "/v1/export",
    "/v1/search?q=refund",
    f"/v1/contacts/{an_id('c')}",
]
PAGES = ["/", f"/signals/{an_id('s')}", f"/contacts/{an_id('c')}"]
PROXY = TrustedProxy(header="X-Forwarded-User", networks=(ip_network("10.0.0.0/30"),), tenants={"ann": "acme", "bob": "globex"})


@pytest.mark.parametrize("path", API)
@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Bearer fb_abcd1234_wrong", "Basic YTpi", "Bearer"])
async def test_without_a_key_nothing_is_told(house: House, path: str, authorization: str | None) -> None:
    async with house.client() as client:
        answer = await client.get(path, headers={"Authorization": authorization} if authorization else {})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert "www-authenticate" in answer.headers
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", API)
async def test_a_key_without_the_scope_is_refused(house: House, path: str) -> None:
    key, _ = house.make_key("acme", Scope.CONTACTS_WRITE, Scope.INSIGHTS_WRITE)
    async with house.client() as client:
        answer = await client.get(path, headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_a_key_that_has_expired_opens_nothing(house: House) -> None:
    key, _ = house.make_key("acme", days=1)
    async with house.client() as client:
        client.headers["Authorization"] = f"Bearer {key}"
        assert (await client.get("/v1/summary")).status_code == 200
        house.watch.now += timedelta(days=1)
        assert (await client.get("/v1/summary")).status_code == 401


async def test_a_session_opens_the_api_too_but_hides_no_wrong_key(house: House) -> None:
    _, credential = house.make_key()
    async with house.client() as client:
        client.cookies.set(COOKIE, house.sessions.start(tenant="acme", key_id=credential.key_id))
        assert (await client.get("/v1/summary")).status_code == 200
        assert (await client.get("/v1/summary", headers={"Authorization": "Bearer wrong"})).status_code == 401


@pytest.mark.parametrize("path", PAGES)
async def test_a_stranger_is_led_to_the_login_and_back(house: House, path: str) -> None:
    async with house.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == ("/login" if path == "/" else f"/login?next={path.replace('/', '%2F')}")


async def test_each_tenant_sees_its_own(house: House, pool: Pool) -> None:
    ours, theirs = Signal("Ours"), Signal("Theirs", tenant="globex")
    contacts = [
        Contact(f"{s.title}{n}", "Words.", NOW - timedelta(days=1), tenant=s.tenant, signal=s)
        for s in (ours, theirs)
        for n in range(3)
    ]
    async with pool.acquire() as connection:
        await write(connection, [ours, theirs], contacts)
    key, _ = house.make_key("globex")
    async with house.client() as client:
        client.headers["Authorization"] = f"Bearer {key}"
        assert [signal["title"] for signal in (await client.get("/v1/signals")).json()["signals"]] == ["Theirs"]
        assert (await client.get("/v1/summary")).json()["contacts"] == 3
        assert (await client.get(f"/v1/contacts/{contacts[0].contact_id}")).status_code == 404
        assert (await client.get(f"/v1/contacts/{contacts[-1].contact_id}")).status_code == 200


async def test_a_trusted_proxy_says_who_is_there(house: House) -> None:
    async with house.client(house.app(proxy=PROXY), address="10.0.0.2") as client:
        page = await client.get("/", headers={"X-Forwarded-User": "ann"})
        assert page.status_code == 200
        assert "acme" in page.text
        assert "Log out" not in page.text
        assert (await client.get("/v1/summary", headers={"X-Forwarded-User": "bob"})).status_code == 200


@pytest.mark.parametrize(
    ("address", "users"),
    [
        ("10.0.0.9", ["ann"]),  # not the proxy
        ("198.51.100.7", ["ann"]),
        ("10.0.0.2", ["eve"]),  # not in the map
        ("10.0.0.2", [""]),
        ("10.0.0.2", []),
        ("10.0.0.2", ["ann", "ann"]),  # the proxy let the client's own header through
    ],
)
async def test_nobody_else_is_believed(house: House, address: str, users: list[str]) -> None:
    async with house.client(house.app(proxy=PROXY), address=address) as client:
        headers = [("X-Forwarded-User", user) for user in users] + [("X-Forwarded-For", "10.0.0.2")]
        assert (await client.get("/v1/summary", headers=headers)).status_code == 401
        assert (await client.get("/", headers=headers)).status_code == 303


async def test_without_the_setting_the_header_means_nothing(house: House) -> None:
    async with house.client(address="10.0.0.2") as client:
        assert (await client.get("/v1/summary", headers={"X-Forwarded-User": "ann"})).status_code == 401


async def test_every_answer_tells_the_browser_to_be_careful(house: House) -> None:
    async with house.client() as client:
        for path in ("/login", "/", "/v1/summary", "/nothing"):
            answer = await client.get(path)
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert "script-src 'self'; connect-src 'self'" in answer.headers["content-security-policy"]
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("path", "kind"), [("/v1/summary", "application/problem+json"), ("/", "text/html; charset=utf-8")])
async def test_a_database_that_is_away_is_said_to_be_away(house: House, path: str, kind: str) -> None:
    _, credential = house.make_key()
    async with open_pool("postgresql://nobody@127.0.0.1:1/nothing", max_size=1) as away:
        house.pool = away
        async with house.client() as client:
            client.cookies.set(COOKIE, house.sessions.start(tenant="acme", key_id=credential.key_id))
            answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (503, kind)


async def test_the_description_of_the_api_names_every_route(house: House) -> None:
    async with house.client() as client:
        described = (await client.get("/openapi.json")).json()
    assert set(described["paths"]) >= {"/v1/signals", "/v1/signals/{signal_id}", "/v1/summary", "/v1/contacts/{contact_id}"}
    assert "HTTPBearer" in described["components"]["securitySchemes"]
    assert described["components"]["schemas"]["SignalsAnswer"]["examples"]
