"""
Text in, reading out: what a contact is, what got in the customer's way, how they feel, how soon somebody should act.

Pure and synchronous: no Kafka, no HTTP, no clock, no randomness. In reading order:

* `values`     what goes in and what comes out
* `reader`     one contact from top to bottom
* `cleaning`, `language`, `sentences`   the text made ready, offsets kept
* `ngrams`, `encoder`, `heads`          the two views of a text, and what is concluded from them
* `lexicon`, `gloss`    another language, word for word in English
* `one_space`  the same for other languages, in vectors that compare
* `spans`      where in the text a friction stands
* `urgency`, `mood`, `reasons`          phrases and advice written by people
* `vectors`    384 numbers into 384 bytes
* `artefact`   the folder a model is kept in
"""

from services.triage.reading.reader import Reader
from services.triage.reading.values import Candidate, Friction, Mood, Reading, Text, Vector

__all__ = ["Candidate", "Friction", "Mood", "Reader", "Reading", "Text", "Vector"]
