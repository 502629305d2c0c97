"""An example of every answer, for the description of the API. Tests hold them against the answers' shapes."""

from types import MappingProxyType
from typing import Any, Final

Example = MappingProxyType[str, Any]

_SIGNAL: Final = {
    "signal_id": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11",
    "title": "Charged twice for one order",
    "status": "open",
    "owner": None,
    "opened_at": "2025-11-03T08:12:44Z",
    "snoozed_at": None,
    "kind": "charge",
    "products": ["Checkout"],
    "trend": "escalating",
    "priority": 383.1,
    "customers": 128,
    "contacts": 164,
    "first_seen": "2025-11-01T17:00:00Z",
    "last_seen": "2025-11-24T08:00:00Z",
    "matching": None,
    "weeks": [{"start": "2025-11-17T09:30:00Z", "contacts": 71, "is_complete": True}],
    "quotes": [
        {
            "contact_id": "0b9a3c51-6a1e-5d3b-9c2f-1f4d5e6a7b80",
            "occurred_at": "2025-11-24T07:58:10Z",
            "before": "Hello, ",
            "words": "my card was charged twice for one order.",
            "after": " Please give it back.",
            "kind": "charge",
            "channel": "email",
            "product": "Checkout",
            "plan": "Pro",
        }
    ],
}

_WEIGHTS: Final = {
    "least_intensity": 0.5,
    "new": 1.5,
    "escalating": 2.0,
    "steady": 1.0,
    "easing": 0.6,
    "quiet": 0.2,
    "value_per_tenfold": 0.1,
}

WEIGHING: Final = Example({"weights": _WEIGHTS, "set_by": "key:3f9a1c77", "set_at": "2025-11-24T09:30:00Z"})

SIGNALS: Final = Example({"signals": [_SIGNAL], "total": 34, "next_cursor": "eyJzY29yZSI6MzEyLjR9"})

SIGNAL: Final = Example(
    {
        **_SIGNAL,
        "note": None,
        "merged_into": None,
        "snooze": None,
        "fix": {
            "fix_id": "c1b0a7de-3a44-5d5f-9a55-2b1d1f8f6f01",
            "at": "2025-11-12T09:00:00Z",
            "version": "5.2.0",
            "product": None,
            "told_by": "key:4f1c22ab",
            "told_at": "2025-11-12T09:03:10Z",
            "proof": {
                "verdict": "not_enough_data",
                "ratio": 0.71,
                "low": 0.38,
                "high": 1.24,
                "per": "contacts",
                "before": {"since": "2025-11-01", "until": "2025-11-12", "contacts": 61, "days_left_out": 0},
                "after": {"since": "2025-11-13", "until": "2025-11-23", "contacts": 40, "days_left_out": 1},
                "needed": {"days": 9, "contacts": 36},
            },
        },
        "priority_formula": {
            "score": 383.1,
            "factors": [
                {"name": "people", "value": 128.0, "explanation": "128 different customers"},
                {"name": "intensity", "value": 1.22, "explanation": "0.72 of 1 on average over its frictions"},
                {"name": "trend", "value": 2.0, "explanation": "escalating"},
                {"name": "value", "value": 1.23, "explanation": "184,000 of annual value, known of 96 of 128 customers"},
            ],
            "weights": _WEIGHTS,
        },
        "shares": {
            "contacts": 164,
            "kind": {"named": [{"value": "charge", "contacts": 164, "share": 1.0}], "others": None},
            "product": {"named": [{"value": "Checkout", "contacts": 164, "share": 1.0}], "others": None},
            "version": {"named": [{"value": None, "contacts": 164, "share": 1.0}], "others": None},
            "channel": {
                "named": [{"value": "email", "contacts": 123, "share": 0.75}, {"value": "chat", "contacts": 41, "share": 0.25}],
                "others": None,
            },
            "plan": {"named": [{"value": "Pro", "contacts": 164, "share": 1.0}], "others": None},
            "language": {
                "named": [{"value": "en", "contacts": 82, "share": 0.5}],
                "others": {"values": 9, "contacts": 82, "share": 0.5},
            },
        },
        "history": [
            {
                "change": "opened",
                "actor": "discovery",
                "changed_at": "2025-11-03T08:12:44Z",
                "before": None,
                "after": "Charged twice for one order",
            }
        ],
    }
)

EXPOSURE_TOLD: Final = Example(
    {
        "exposure": [
            {"day": "2025-11-23", "customers": 18340},
            {"day": "2025-11-23", "product": "Checkout", "version": "5.2.0", "customers": 911},
        ]
    }
)

EXPOSURE: Final = Example(
    {
        "exposure": [
            {"day": "2025-11-23", "product": None, "version": None, "customers": 18340},
            {"day": "2025-11-23", "product": "Checkout", "version": "5.2.0", "customers": 911},
        ],
        "next_cursor": None,
    }
)

REPEATS: Final = Example(
    {
        "repeats": [
            {
                "repeat_id": "0d6f3b0e-5f43-5a4e-8d7b-2f0c7c1f8a10",
                "after": "fix",
                "signal_id": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11",
                "title": "Charged twice for one order",
                "status": "recurred",
                "fix_id": "c1b0a7de-3a44-5d5f-9a55-2b1d1f8f6f01",
                "fixed_version": "5.2.0",
                "answered": None,
                "customer": None,
                "since": "2025-11-12T09:00:00Z",
                "first_at": "2025-11-20T16:02:00Z",
                "latest_at": "2025-11-23T08:11:00Z",
                "days_until": 8,
                "days_since": 12,
                "meetings": 4,
                "contacts": 6,
                "customers": 3,
                "customers_again": 1,
                "evidence": ["0b9a3c51-6a1e-5d3b-9c2f-1f4d5e6a7b80"],
            }
        ],
        "total": 1,
        "next_cursor": None,
    }
)

LOOPS: Final = Example(
    {
        "loops": [
            {
                "contact_id": "0b9a3c51-6a1e-5d3b-9c2f-1f4d5e6a7b80",
                "fix_id": "c1b0a7de-3a44-5d5f-9a55-2b1d1f8f6f01",
                "is_closable": True,
                "closed_at": "2025-11-21T00:05:00Z",
                "source": "zendesk",
                "thread_id": None,
                "external_id": "4711",
            }
        ],
        "closed": 118,
        "not_closable": 10,
        "next_cursor": None,
    }
)

CONTACTS: Final = Example(
    {
        "contacts": [
            {
                "contact_id": "0b9a3c51-6a1e-5d3b-9c2f-1f4d5e6a7b80",
                "occurred_at": "2025-11-24T07:58:10Z",
                "kind": "charge",
                "intensity": 0.72,
                "channel": "email",
                "plan": "Pro",
                "product": "Checkout",
                "product_version": "5.2",
                "language": "en",
            }
        ],
        "next_cursor": None,
    }
)

SERIES: Final = Example(
    {
        "signal_id": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11",
        "bucket": "day",
        "since": "2025-11-23T00:00:00Z",
        "until": "2025-11-25T00:00:00Z",
        "contacts": 17,
        "points": [
            {"start": "2025-11-23T00:00:00Z", "contacts": 14, "is_complete": True},
            {"start": "2025-11-24T00:00:00Z", "contacts": 3, "is_complete": False},
        ],
    }
)

_WEEK: Final = {
    "contacts": 187,
    "wins": {"total": 49, "praise": 30, "won": 18, "verified": 1},
    "frictions": {"contacts": 155, "frictions": 176, "lost": 4},
    "satisfaction": {"share": 0.84, "low": 0.765, "high": 0.894, "answers": 147, "verdict": "within"},
}

SUMMARY: Final = Example(
    {
        "since": "2025-10-28T00:00:00Z",
        "until": "2025-11-25T00:00:00Z",
        "contacts": 741,
        "dispositions": [
            {"disposition": "friction", "contacts": 620, "frictions": 702},
            {"disposition": "praise", "contacts": 121, "frictions": 0},
        ],
        "wins": {"total": 194, "praise": 121, "won": 72, "verified": 1},
        "frictions": {"contacts": 620, "frictions": 702, "lost": 18},
        "satisfaction": {"share": 0.84, "low": 0.805, "high": 0.866, "answers": 588, "verdict": "within"},
        "satisfaction_aim": [0.8, 0.9],
        "since_last_week": {
            "this_week": {**_WEEK, "since": "2025-11-18T00:00:00Z", "until": "2025-11-25T00:00:00Z"},
            "week_before": {**_WEEK, "since": "2025-11-11T00:00:00Z", "until": "2025-11-18T00:00:00Z"},
            "signals": {"opened": 3, "escalated": 1, "recurred": 0, "verified": 1},
        },
        "top_signals": [_SIGNAL],
    }
)

JOURNEY: Final = Example(
    {
        "contact_id": "0b9a3c51-6a1e-5d3b-9c2f-1f4d5e6a7b80",
        "journey": {
            "occurred": {"at": "2025-11-24T07:58:10Z"},
            "received": {"at": "2025-11-24T07:58:10.240Z"},
            "triaged": {"at": "2025-11-24T07:58:10.550Z"},
            "routed": {"at": "2025-11-24T07:58:10.550Z", "queue": "billing", "rule": "charges to billing"},
            "counted": {"at": "2025-11-24T07:58:11.130Z"},
        },
        "contact": {
            "revision": 1,
            "source": "zendesk",
            "external_id": "4711",
            "thread_id": None,
            "channel": "email",
            "subject": None,
            "text": "Hello, my card was charged twice for one order. Please give it back.",
            "customer": "pQ3dXvN0c1mJtJrU1kq2Rg",
            "plan": "Pro",
            "annual_value": 1200.0,
            "locale": "en-GB",
            "product": "Checkout",
            "product_version": "5.2",
            "area": None,
            "rating": None,
        },
        "triage": {
            "reading": 1,
            "disposition": "friction",
            "confidence": 0.94,
            "misfit_reason": None,
            "mood": {"feeling": "disappointed", "score": 0.71, "advice": "Say sorry before anything else."},
            "urgency": "high",
            "urgency_reason": "money was taken",
            "language": "en",
            "route": {"queue": "billing", "rule": "charges to billing"},
            "remedy": None,
            "model": {"name": "reader", "version": "1"},
            "taxonomy": None,
            "frictions": [
                {
                    "span": {"start": 7, "end": 47},
                    "kind": "charge",
                    "confidence": 0.91,
                    "candidates": [{"kind": "charge", "probability": 0.91}],
                    "intensity": 0.72,
                    "area": None,
                    "reasons": ["charged twice"],
                    "is_placed": False,
                    "signal": {
                        "signal_id": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11",
                        "title": "Charged twice for one order",
                        "status": "open",
                    },
                }
            ],
        },
        "erased_at": None,
        "signals": [
            {"signal_id": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11", "title": "Charged twice for one order", "status": "open"}
        ],
        "outcome": None,
        "dead_letters": [],
        "conflicts": [],
        "corrections": [],
    }
)

MERGE: Final = Example({"into": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11"})
SPLIT: Final = Example({"nearest_to": {"contact_id": "0b9a3c51-6a1e-5d3b-9c2f-1f4d5e6a7b80"}, "title": "Refund never arrives"})
MOVE: Final = Example({"signal_id": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11", "friction": 0})
CORRECTION: Final = Example({"disposition": "friction", "kind": "charge", "span": {"start": 0, "end": 31}})

CHANGED: Final = Example({"change_id": "8f2f6f2e-51f0-5a0e-9f6b-3a8f0e1f2b33"})
MERGED: Final = Example({"merged_into": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11", "changes": [dict(CHANGED)]})
PART: Final = Example({**CHANGED, "signal_id": "3d2f0a5c-7d0b-5c43-8a6e-5b1f9d7c2e44", "frictions": 23})
CORRECTED: Final = Example(
    {
        "correction_id": "2c7e9b10-4b7c-5f0a-9d53-7e6f1a2b3c55",
        "contact_id": "0b9a3c51-6a1e-5d3b-9c2f-1f4d5e6a7b80",
        "span": {"start": 0, "end": 31},
        "disposition": "friction",
        "kind": "charge",
        "area": None,
        "feeling": None,
        "urgency": None,
        "queue": None,
        "actor": "key:4f1c22ab",
        "corrected_at": "2025-11-24T09:12:40Z",
    }
)
CHANGES: Final = Example(
    {
        "changes": [
            {
                "change_id": "8f2f6f2e-51f0-5a0e-9f6b-3a8f0e1f2b33",
                "signal_id": "7a1d4c2b-0e5f-5b8d-9c3a-6f2e1d0c4b77",
                "title": "Double payment",
                "other_signal_id": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11",
                "change": "merged",
                "actor": "key:4f1c22ab",
                "changed_at": "2025-11-24T09:12:40Z",
                "before": {},
                "after": {"merged_into": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11"},
                "undone": None,
            }
        ],
        "next_cursor": None,
    }
)

NEWS: Final = Example(
    {
        "change_id": "0b6f7a52-4c0e-5a4b-9a55-3f1f1f0c7a11",
        "signal_id": "3c88babd-0bf8-55a8-9a73-98a084ec3a25",
        "change": "escalated",
        "actor": "following",
        "changed_at": "2025-11-20T15:00:00Z",
        "before": {"trend": "steady"},
        "after": {"trend": "escalating"},
        "title": "Refund not on the account",
        "status": "open",
        "trend": "escalating",
    }
)

REMEDY_REQUEST: Final = Example(
    {
        "acknowledgement": "You waited for money that is yours. I am sorry.",
        "solution": "Refunds take two working days after approval; we checked yours.",
        "gift": {"what": "10 % off the next order", "cost": 5.0, "limit": 100},
        "kinds": ["charge"],
        "products": ["Checkout"],
        "phrases": ["refund"],
        "like": {"signal_id": "3c88babd-0bf8-55a8-9a73-98a084ec3a25"},
    }
)

REMEDY: Final = Example(
    {
        **REMEDY_REQUEST,
        "remedy_id": "7e989929-8095-5962-80b9-4fd06c60746b",
        "revision": 3,
        "is_active": True,
        "like": {"signal_id": "3c88babd-0bf8-55a8-9a73-98a084ec3a25", "contact_id": None, "friction": None},
        "has_meaning": True,
        "actor": "key:5d41402a",
        "changed_at": "2025-11-20T14:00:00Z",
        "outcome": {
            "offered": 212,
            "taken": 140,
            "where_taken": {"won": 118, "lost": 9, "won_share": 0.93},
            "where_not": {"won": 31, "lost": 24, "won_share": 0.56},
        },
    }
)

WINS: Final = Example(
    {
        "since": "2025-10-28T00:00:00Z",
        "until": "2025-11-25T00:00:00Z",
        "wins": {"total": 194, "praise": 121, "won": 72, "verified": 1},
        "contacts": [
            {
                "win": "praise",
                "at": "2025-11-24T07:58:10Z",
                "contact_id": "0b9a3c51-6a1e-5d3b-9c2f-1f4d5e6a7b80",
                "occurred_at": "2025-11-24T07:58:10Z",
                "words": "The new checkout is so much faster. Thank you!",
                "channel": "survey",
                "product": "Checkout",
                "plan": "Pro",
                "csat": 5,
            }
        ],
        "fixes": [
            {
                "signal_id": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11",
                "title": "Charged twice for one order",
                "verified_at": "2025-11-20T10:00:00Z",
            }
        ],
        "next_cursor": None,
    }
)

_LOAD: Final = {
    "contacts": 164,
    "answered": 140,
    "timed": 82,
    "hours": 20.5,
    "coverage": 0.5,
    "hours_if_all_took_as_long": 41.0,
}

SAME_ANSWERS: Final = Example(
    {
        "since": "2025-10-28T00:00:00Z",
        "until": "2025-11-25T00:00:00Z",
        "signals": [
            {
                "signal_id": "5f0c2c0e-9f6c-5a38-8f0e-0d7a5c0f3b11",
                "title": "Charged twice for one order",
                "status": "open",
                "trend": "steady",
                "owner": None,
                "load": _LOAD,
            }
        ],
        "total": 34,
        "all": _LOAD,
    }
)

SEARCH: Final = Example(
    {
        "contacts": [
            {
                "contact_id": "0b9a3c51-6a1e-5d3b-9c2f-1f4d5e6a7b80",
                "occurred_at": "2025-11-24T07:58:10Z",
                "channel": "email",
                "product": "Checkout",
                "plan": "Pro",
                "language": "en",
                "disposition": "friction",
                "words": {
                    "text": "Hello, my card was charged twice for one order. Please give it back.",
                    "marks": [{"start": 10, "end": 14}, {"start": 19, "end": 26}],
                    "cut_before": False,
                    "cut_after": False,
                },
                "similarity": None,
            }
        ],
        "next_cursor": "eyJvY2N1cnJlZF9hdCI6",
    }
)
