"""What came last at an endpoint is its tenant's to know."""

from services.intake.webhooks.endpoints import Endpoint
from services.intake.webhooks.seen import Seen, Sights
from tests.intake.webhooks.gallery import NOW


def endpoint(tenant: str) -> Endpoint:
    return Endpoint.model_validate({"sender": "zendesk", "endpoint": "main", "tenant": tenant, "secrets": ["correct-horse"]})


def test_an_address_that_changed_hands_tells_its_new_tenant_nothing_of_the_old() -> None:
    sights = Sights()
    sights.note(endpoint("acme"), Seen(at=NOW, why="of acme"), "ignored")

    assert sights.of(endpoint("other")).counts == {}
    assert sights.of(endpoint("acme")).counts == {"ignored": 1}
