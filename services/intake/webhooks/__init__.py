"""
Webhooks: a delivery → its endpoint (tenant, secrets) → its signature → its sender's adapter → a contact, an outcome or neither.

Reading order: signatures (the table, the check) → endpoints (the mounted file) → payload, markup, delivery (what an adapter is given
and gives) → senders (one adapter each) → seen (what came last). HTTP is in api/webhooks.
"""
