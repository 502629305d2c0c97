"""
A company's own areas: a friction in, the name of its area out, or None where it fits no area.

* `taxonomy`   the YAML that people write
* `features`   the two views of a friction that areas are told by
* `areas`      a trained taxonomy, asked
* `artefact`   the folder it is kept in
* `current`    the folder watched, so that a running triage takes a new version up
* `training/`  from the YAML to the folder; needs scikit-learn, and nothing else here does
"""

from services.triage.areas.areas import Areas

__all__ = ["Areas"]
