"""
Who is asking, and how a person comes in: by a key, by a link, or by a trusted proxy's word.

tokens (what is signed) → sessions (the cookie and the forms) → links (a way in without typing) → doors (who is asking).
"""

from services.insights.login.doors import COOKIE, SCOPE, Door, Viewer
from services.insights.login.links import Links, Visitor
from services.insights.login.proxy import TrustedProxy
from services.insights.login.sessions import Session, Sessions

__all__ = ["COOKIE", "SCOPE", "Door", "Links", "Session", "Sessions", "TrustedProxy", "Viewer", "Visitor"]
