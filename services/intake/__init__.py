"""
Intake, the edge: HTTP in → checked, derived, redacted, pseudonymised → `contacts.received`, `outcomes.reported`, `customers.forgotten`.

Reading order: requests (what may be sent) → limits, shares (how much of it) → identity, pseudonyms, remembered (what follows from it) → redaction (what of it may leave) → pipeline (request
to event to broker) → said, cloudevents, webhooks (what other formats say) → api (HTTP) → metrics, settings, __main__.
"""
