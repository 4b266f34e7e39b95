"""How often one address may ask.

The package `limits` counts: the rate limiters of Flask and Starlette are built on it, and it is kept up. Its moving
window forgives nothing at the turn of a minute.
"""

from __future__ import annotations

import ipaddress

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.types import Scope

from qa.web.settings import is_loopback

REQUESTS_PER_MINUTE = 600  # of any event: an open page sends twelve, and sixty while the library is being changed
_TOO_MANY = "there were too many questions from your address: wait a minute"
_WAIT_SECONDS = "30"
LOGINS_PER_MINUTE = 10  # with a wrong password
_NEIGHBOURS = 64  # bits of an IPv6 address that name a network; the rest one machine chooses as it likes


def too_many() -> HTTPException:
    """What to raise at a question too many."""
    return HTTPException(429, _TOO_MANY, {"retry-after": _WAIT_SECONDS})


class Rates:
    """Counts the requests of each address in the last minute."""

    def __init__(self, questions_per_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._questions = RateLimitItemPerMinute(questions_per_minute)
        self._requests = RateLimitItemPerMinute(REQUESTS_PER_MINUTE)
        self._logins = RateLimitItemPerMinute(LOGINS_PER_MINUTE)

    def request(self, address: str) -> bool:
        """Count a request for an event; False if it is one too many."""
        return is_loopback(address) or self._limiter.hit(self._requests, "request", _network(address))

    def question(self, address: str) -> bool:
        """Count a question; False if it is one too many."""
        return is_loopback(address) or self._limiter.hit(self._questions, "question", _network(address))

    def wrong_password(self, address: str) -> None:
        """Count a login that failed, from this machine too."""
        self._limiter.hit(self._logins, "login", _network(address))

    def may_log_in(self, address: str) -> bool:
        """Whether another login may be tried."""
        return self._limiter.test(self._logins, "login", _network(address))


def client_address(scope: Scope) -> str:
    """The address that a request comes from; uvicorn has put in the one that a trusted proxy names."""
    return str((scope.get("client") or ("unknown", 0))[0])


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, _NEIGHBOURS), strict=False)) if ip.version == 6 else address
