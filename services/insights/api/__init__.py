"""
HTTP in, HTTP out: `create_app` puts the rooms together.

cursors, parameters, answers → signals, summary, contacts → app
"""

from services.insights.api.app import create_app

__all__ = ["create_app"]
