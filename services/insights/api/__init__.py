"""
HTTP in, HTTP out: `create_app` puts the rooms together.

parameters, cursors, places, refusals → callers, bodies → signals, summary, contacts, grouping, corrections, changelog (each with its answers, examples beside) → app
"""

from services.insights.api.app import create_app

__all__ = ["create_app"]
