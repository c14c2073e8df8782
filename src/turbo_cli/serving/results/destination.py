"""Where a webhook may lead: not into the network that the box stands in, unless that is allowed."""

import ipaddress
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from turbo_cli.errors import TurboError


@dataclass(frozen=True)
class Destination:
    """A host and port to which connections may go. private: addresses of private networks are allowed."""

    host: str
    port: int
    private: bool

    def addresses(self) -> list[str]:
        """The IP addresses of the host that may be connected to, by the name's present meaning, best first.

        The connection must go to one of these: a second look-up could give others. Raises `OSError`
        where the name does not resolve, `TurboError` where it is none or leads to what is not allowed.
        """
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise TurboError(f"webhook: {self.host!r} cannot be the name of a host") from error
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        refused = [address for address in addresses if not self.private and not _is_public(address)]
        if refused:
            where = f"{self.host} is {refused[0]}, in a private network"
            raise TurboError(where, "allow private networks for this webhook")
        return [str(address) for address in dict.fromkeys(addresses)]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    inner = _ipv4_within(address) if isinstance(address, IPv6Address) else None
    seen = inner or address
    return seen.is_global and not seen.is_multicast


def _ipv4_within(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to by translation."""
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
