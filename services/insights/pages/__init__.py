"""
What people see and do: server-rendered, whole without JavaScript, with no address outside.

wording, charts, marks, gauge (pure) → listing, log_lines, shares, proof (parts of pages) → overview, signals with asking, signal, contact,
search, repeats, wins, same_answers, remedies, changes (what a template gets) → templates, screen → front (who looks, who may do what) with
forms and notices → routes, ledgers, the files that end in acts, entrance, troubles.
"""
