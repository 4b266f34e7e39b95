"""Who may log in: a file with one line for each user, `NAME:HASH`, the passwords hashed by Argon2 (RFC 9106).

argon2-cffi does the hashing: it is the binding that the Argon2 project itself lists for Python, is kept up, and has
safe defaults of its own, which rise with its versions.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from qa.errors import SettingError
from qa.types import StrPath

SHORTEST_PASSWORD = 8  # characters: what NIST SP 800-63B asks of a password that a person chooses
_LONGEST = 1_024  # characters of a password: hashing takes what it is given
_NAME = re.compile(r"[\w.@+-]{1,64}")
_HASHER = PasswordHasher()


class Users:
    """The users of one file, as it was when the server started."""

    def __init__(self, path: Path, hashes: Mapping[str, str]) -> None:
        self.path = path
        self._hashes = dict(hashes)
        self._unknown = _HASHER.hash(secrets.token_hex())  # so that an unknown name takes as long as a wrong password
        self._key = secrets.token_bytes(32)
        self._known: set[bytes] = set()
        self._one_at_a_time = threading.Lock()  # each check takes 64 MB

    @classmethod
    def read(cls, path: StrPath) -> Users:
        """Read the users of a file.

        Args:
            path: The file that `qa user` writes.

        Raises:
            SettingError: The file cannot be read, names nobody, or has a line that is not a name and a hash.
        """
        path = Path(path)
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(
                f"cannot read the users in {path}: {error}; write it with: qa user {path} NAME"
            ) from None
        hashes = {}
        for number, line in enumerate(lines, 1):
            if line.strip():
                name, _, password = line.strip().partition(":")
                _check_line(path, number, name, password)
                hashes[name] = password
        if not hashes:
            raise SettingError(f"{path} names no user: add one with: qa user {path} NAME")
        return cls(path, hashes)

    def knows(self, name: str, password: str) -> bool:
        """Whether this has been found to be a user's password before."""
        return self._digest(name, password) in self._known

    def check(self, name: str, password: str) -> bool:
        """Whether this is a user's password. It takes a moment, on purpose."""
        if len(password) > _LONGEST:
            return False
        with self._one_at_a_time:
            try:
                _HASHER.verify(self._hashes.get(name, self._unknown), password)
            except Argon2Error:
                return False
        self._known.add(self._digest(name, password))
        return True

    def _digest(self, name: str, password: str) -> bytes:
        return hmac.digest(self._key, f"{len(name)}:{name}:{password}".encode("utf-8", "replace"), "sha256")


def write_user(path: StrPath, name: str, password: str) -> bool:
    """Add a user to the file, or give the user another password.

    Args:
        path: The file; it is made if it is missing, readable for its owner alone.
        name: Letters, digits, and any of `._@+-`.
        password: At least 8 characters.

    Returns:
        Whether the user is new.

    Raises:
        SettingError: The name or the password will not do, or the file cannot be written.
    """
    path = Path(path)
    if not _NAME.fullmatch(name):
        raise SettingError(f"{name!r} cannot be a user's name: use up to 64 letters, digits and . _ @ + -")
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST:
        raise SettingError(f"a password has {SHORTEST_PASSWORD} to {_LONGEST:,} characters, not {len(password):,}")
    hashes = dict(Users.read(path)._hashes) if path.exists() else {}
    new = name not in hashes
    hashes[name] = _HASHER.hash(password)
    _write(path, "".join(f"{user}:{password}\n" for user, password in hashes.items()))
    return new


def _write(path: Path, text: str) -> None:
    """Replace the file as a whole; `mkstemp` makes one that only its owner can read."""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingError(f"cannot write the users to {path}: {error}") from None


def _check_line(path: Path, number: int, name: str, password: str) -> None:
    try:
        if not _NAME.fullmatch(name):
            raise InvalidHashError
        _HASHER.check_needs_rehash(password)
    except InvalidHashError:
        raise SettingError(
            f"line {number} of {path} is not a name and an Argon2 hash: write it with: qa user {path} NAME"
        ) from None
