"""A proxy that has already asked who is there: believed only at its own addresses, and only about people it is known to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class TrustedProxy:
    """`header` names the user; `tenants` says whose data each user sees. A user who is not in it is nobody."""

    header: str
    networks: Sequence[Network]
    tenants: Mapping[str, str]

    def is_at(self, address: str) -> bool:
        """Whether the connection itself comes from the proxy: an address that was forwarded proves nothing."""
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.networks)

    def tenant_of(self, user: str) -> str | None:
        return self.tenants.get(user)
