"""`python -m bench.baselines.fastapi_echo`: a contact in, the same contact out, as FastAPI's own tutorial writes it."""

from fastapi import FastAPI
from pydantic import BaseModel, Field

from bench.baselines.server import serve_baseline
from shared.events import Channel


class Customer(BaseModel):
    """Who wrote."""

    id: str = Field(min_length=1, max_length=200)
    plan: str | None = Field(default=None, max_length=200)
    annual_value: float | None = Field(default=None, ge=0)
    locale: str | None = Field(default=None, max_length=35)


class Contact(BaseModel):
    """What intake takes, by the same fields."""

    text: str = Field(min_length=1, max_length=20_000)
    channel: Channel
    source: str | None = Field(default=None, max_length=200)
    external_id: str | None = Field(default=None, max_length=200)
    thread_id: str | None = Field(default=None, max_length=200)
    subject: str | None = Field(default=None, max_length=1000)
    customer: Customer | None = None
    product: str | None = Field(default=None, max_length=200)
    product_version: str | None = Field(default=None, max_length=200)
    attributes: dict[str, str] = Field(default_factory=dict, max_length=32)


def create_app() -> FastAPI:
    """One route, a model in and a model out."""
    app = FastAPI()

    @app.get("/health/ready")
    async def ready() -> str:
        return "ready"

    @app.post("/v1/contacts")
    async def echo(contact: Contact) -> Contact:
        return contact

    return app


if __name__ == "__main__":
    serve_baseline(create_app())
