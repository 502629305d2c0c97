"""
Examples in, `services/triage/model/` out: `python -m services.triage.training`.

* `examples`   what is learned from, with its labels in our words
* `fitting`    a vocabulary, and two linear models for each question
* `encoder`, `network`  the encoder made again from published weights; once, not with every fit
* `calibration`  how far each view is trusted, how soft, and from where on
* `__main__`   from top to bottom

The only part of triage that needs scikit-learn. `data/README.md` is the data card.
"""
