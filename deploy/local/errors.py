"""
What can go wrong on one machine, each with a message that says what to do.

* LocalError
  - Missing     something is not installed here
  - Exited      a process ended by itself: the message names its log and shows the last lines
  - Unhealthy   a process runs, but did not answer in time
  - Occupied    another run is using the same folder
"""


class LocalError(Exception):
    """The infrastructure on this machine cannot be used; the message is written for the person at the terminal."""


class Missing(LocalError):
    pass


class Exited(LocalError):
    pass


class Unhealthy(LocalError):
    pass


class Occupied(LocalError):
    pass
