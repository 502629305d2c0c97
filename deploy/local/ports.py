import secrets
import socket

# Below every system's range for outgoing connections. Inside it, a port that is closed for a moment (a broker that restarts)
# can be taken by somebody's outgoing connection, or a client that retries can even connect to itself.
LOWEST, HIGHEST = 15_000, 32_000


def free_ports(count: int) -> tuple[int, ...]:
    """Different TCP ports of 127.0.0.1 on which nobody listens now, and which nobody is given by chance later."""
    found: set[int] = set()
    while len(found) < count:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        if _is_free(port):
            found.add(port)
    return tuple(found)


def free_or(wanted: tuple[int, ...]) -> tuple[int, ...]:
    """The ports that are wanted, or free ones where somebody has one of them."""
    return wanted if all(_is_free(port) for port in wanted) else free_ports(len(wanted))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Without it a port whose last connections are still in TIME_WAIT would seem taken, though a server could open it.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
