"""
A taxonomy in, its folder and a report out: `python -m services.triage train areas.yaml`.

* `examples`    what is learned from: descriptions, examples, corrections; and texts that fit no area
* `fitting`     the models, cross-validated and calibrated
* `validation`  what cross-validation showed: precision, recall, confusions, calibration
* `report`      the same for people
* `train`       from top to bottom
"""
