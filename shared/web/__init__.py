"""
Plumbing of HTTP, no domain word in here.

problems (RFC 9457), openapi, routes → refusals, context (request id, trace, metrics, log of refusals) → body → health → assets, guard (for browsers) → connections, server
"""

from shared.web.assets import Assets, asset_routes
from shared.web.body import bounded, read_body
from shared.web.context import RequestContext, answer_with, call_by, request_id, traceparent
from shared.web.guard import Guard
from shared.web.health import Check, health_routes
from shared.web.openapi import answer_of, body_of, describe_models
from shared.web.problems import InvalidParam, Problem, install_problems, invalid, problem_responses
from shared.web.routes import PlainRoute, Straight
from shared.web.server import serve

__all__ = [
    "Assets",
    "Check",
    "Guard",
    "InvalidParam",
    "PlainRoute",
    "Problem",
    "RequestContext",
    "Straight",
    "answer_of",
    "answer_with",
    "asset_routes",
    "body_of",
    "bounded",
    "call_by",
    "describe_models",
    "health_routes",
    "install_problems",
    "invalid",
    "problem_responses",
    "read_body",
    "request_id",
    "serve",
    "traceparent",
]
