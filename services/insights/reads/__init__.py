"""
What insights can tell: reads only, one tenant at a time, in bounded work.

answers (what is told) → signals, evidence, series, summary, journey, changes (who tells it). SQL stands in sql/read_<room>.sql.
"""
