"""
What people see: server-rendered, without JavaScript, with no address outside.

wording, charts, gauge (pure) → overview, signal, contact (what a template gets) → templates, screen → routes, entrance, troubles.
"""
