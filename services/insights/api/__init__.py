"""
HTTP in, HTTP out: `create_app` puts the rooms together.

parameters, days, cursors, places, refusals → callers, bodies → signals, changing, summary, wins, weights, contacts, search, grouping, corrections,
changelog, snoozes, remedies, stream, export with formats/ (each with its answers, examples beside) → app
"""

from services.insights.api.app import create_app

__all__ = ["create_app"]
