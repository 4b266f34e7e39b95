"""How the page is served: on which address, to whom, and what they may do."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field

from qa.errors import SettingError
from qa.web.users import Users

QUESTIONS_PER_MINUTE = 30  # from one address elsewhere; a person who reads the answers asks far fewer


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of `qa serve`.

    Attributes:
        host: The address to listen on.
        port: The port; 0 takes any free one.
        read_only: Whether nobody may change the library; None for: nobody, wherever others can reach the page.
        allow_changes: Whether those who have logged in may change the library where others can reach the page.
        users: Who may log in; None if no login is needed.
        root_path: The path at which a proxy shows the page, such as "/chat"; empty without one.
        allowed_hosts: The names by which a browser may call this server, besides its addresses.
        questions_per_minute: How many questions one address that is not of this machine may ask in a minute.

    Raises:
        SettingError: The settings contradict each other, or one is out of its range.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    read_only: bool | None = None
    allow_changes: bool = False
    users: Users | None = field(default=None, repr=False)
    root_path: str = ""
    allowed_hosts: tuple[str, ...] = ()
    questions_per_minute: int = QUESTIONS_PER_MINUTE

    def __post_init__(self) -> None:
        if self.allow_changes and self.read_only:
            raise SettingError("read-only and allow-changes exclude each other: choose one")
        if self.allow_changes and self.users is None:
            raise SettingError("allow-changes needs a login, or anyone could replace the library: add --auth FILE")
        if self.root_path and not (self.root_path.startswith("/") and self.root_path.rstrip("/")):
            raise SettingError(f"the root path has to start with a slash, as in /chat, not {self.root_path!r}")
        if self.questions_per_minute < 1:
            raise SettingError(f"at least 1 question a minute has to be allowed, not {self.questions_per_minute}")

    @property
    def reachable(self) -> bool:
        """Whether others can reach the page: it listens beyond this machine, or a proxy passes it on."""
        return bool(self.root_path or self.allowed_hosts) or not is_loopback(self.host)

    @property
    def changes(self) -> bool:
        """Whether the library can be changed from the page."""
        return self.allow_changes or not (self.read_only or self.reachable)

    @property
    def names(self) -> frozenset[str]:
        """The names by which a browser may call this server."""
        own = {"localhost", self.host.lower(), *map(str.lower, self.allowed_hosts)}
        if self.reachable:
            own.add(socket.gethostname().lower())
        return frozenset(own)

    def summary(self) -> str:
        """Say in one line who can reach the page, and what they can do there."""
        who = "Everyone who can reach it" if self.reachable else "Only this machine can reach it; it"
        if self.users is not None:
            who = (
                f"Those listed in {self.users.path.name}, after logging in," if self.reachable else f"{who}, logged in,"
            )
        what = "can ask and change the library" if self.changes else "can ask, and nobody can change the library"
        return f"{who} {what}."


def is_loopback(host: str) -> bool:
    """Whether an address is one that only this machine can reach.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
