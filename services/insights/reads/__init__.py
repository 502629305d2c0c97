"""
What insights can tell: reads only, one tenant at a time, in bounded work.

answers (what is told) → standings, signals, shares, evidence, series, summary, wins, load, journey, changes, news, remedies, search (with highlights), export
(who tells it). SQL stands in sql/read_<room>.sql.
"""
