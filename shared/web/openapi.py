"""OpenAPI for routes that read their bodies themselves."""

from collections.abc import Sequence
from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.web.problems import ProblemDocument

VALIDATION: Literal["validation"] = "validation"


def body_of(model: type[BaseModel], *examples: BaseModel, media_type: str = "application/json") -> dict[str, Any]:
    """`openapi_extra` of a route that takes `model` as its body."""
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    if examples:
        content["examples"] = {
            f"example-{number}": {"value": example.model_dump(mode="json", exclude_unset=True)}
            for number, example in enumerate(examples, 1)
        }
    return {"requestBody": {"required": True, "content": {media_type: content}}}


def answer_of(model: type[BaseModel], description: str) -> dict[str, Any]:
    """One entry of a route's `responses`: this status is answered with `model`."""
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}},
    }


def describe_models(app: FastAPI, models: Sequence[type[BaseModel]]) -> None:
    """Let the OpenAPI document of `app` hold `models`, and the document of problems, that routes refer to by name."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        document = written()
        wanted: list[type[BaseModel]] = [*models, ProblemDocument]
        named = [(model, VALIDATION) for model in wanted]
        _, definitions = models_json_schema(named, ref_template="#/components/schemas/{model}")
        document.setdefault("components", {}).setdefault("schemas", {}).update(definitions["$defs"])
        return document

    app.openapi = openapi  # type: ignore[method-assign]
