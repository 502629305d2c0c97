"""
Insights, the output: `contacts.triaged`, outcomes, erasures, dead letters → one transaction (rows, rollups, offsets) → PostgreSQL →
discovery → signals → HTTP and pages; what changed → outbox → `signals.changed`, `remedies.changed`, `loops.closed`,
`corrections.recorded`.

Writing: sink (follows the logs, one portion in flight) → bookmarks (where PostgreSQL says each log stands) → hearing (records become
what they say) → burial (what cannot be used) → pipeline (a portion from top to bottom) → counting/ (who is counted, what is counted,
what people said instead, how it ended) → known (the signals, kept in memory) → discovery (new signals from what waits) → following
(where they are going) → proving (what came of their fixes) → publishing (the outbox: what others are told).
Correcting: correcting/ (what people change, and take back).
Reading: reads/ (what is asked) → newsroom (who waits for news) → api/ (HTTP) → pages/, login/ (people).
Under both: rules/ (decides, no I/O) and store/ with sql/ (PostgreSQL). Around them: metrics, settings, __main__.
"""
