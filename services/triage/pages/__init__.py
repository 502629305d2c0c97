"""
What a person sees who wants to know how a text is read: one page, with and without JavaScript, with no address outside.

wording, marks (pure) → reading (what the template gets) → examples → templates, screen → routes; static/ what the browser gets
"""

from services.triage.pages.routes import page_routes
from services.triage.pages.screen import STATIC, Screen

__all__ = ["STATIC", "Screen", "page_routes"]
