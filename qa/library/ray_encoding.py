"""Encoding on the machines of a Ray cluster, by Ray Data (Moritz et al. 2018): one actor a core, less one.

Ray is installed by the extra "cluster" and imported only here. A cluster that is started here reaches nothing outside
this machine; docs/scale.md says how to keep one of your own from reporting its usage.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import signal
import socket
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from qa.encoding.encoder import Encoder
from qa.errors import ModelError, SettingError, VerbatimError
from qa.library.vector_shard import VectorShard

if TYPE_CHECKING:
    import pyarrow

LOCAL = "local"
"""The address of a cluster that is started on this machine, and ended after the work."""
_RETRIES = 3  # of a shard whose worker was killed: otherwise one that kills every worker would be tried for ever
_FEWEST_CORES = 2  # one for an actor, and one for what feeds it
_NOBODY = "http://127.0.0.1:9"  # the port of RFC 863, at which nothing answers
_OFFLINE = {
    name: value
    for lower, value in {"http_proxy": _NOBODY, "https_proxy": _NOBODY, "all_proxy": _NOBODY, "no_proxy": ""}.items()
    for name in (lower, lower.upper())
}
"""Environment variables for the processes of a cluster that is started here: what they ask the network for by HTTP is
refused. Ray 2.60 asks in which cloud it is, even if its reports are off. To learn this machine's address it opens a UDP
socket to 8.8.8.8, by which nothing is sent."""
_SET_BY_RAY = ("RAY_AUTH_MODE", "PYTHONBREAKPOINT")  # variables of this process
_SECONDS_TO_CONNECT = 5  # to the port of a cluster: many times what a distant one takes
_PLACE = re.compile(r"(?:ray://)?(?P<host>.+):(?P<port>\d{1,5})")
"""The address of a cluster by its host and port."""


def require_ray() -> None:
    """Raise SettingError, which names the command that installs it, if Ray is not installed."""
    if find_spec("ray") is None or find_spec("pyarrow") is None:
        raise SettingError("Ray is not installed; in Verbatim's checkout: pip install '.[cluster]'")


def shards_on_ray(address: str, encoder: Encoder, shards: Sequence[Sequence[str]]) -> Iterator[VectorShard]:
    """Encode on a cluster.

    Args:
        address: The cluster's address, as Ray takes it; "local" for one on this machine alone.
        encoder: The encoder, which is sent to the workers.
        shards: The texts of each shard, which one worker encodes in one call.

    Yields:
        Each shard once, as soon as it is done, in no fixed order.

    Raises:
        SettingError: Ray is not installed, or there is no cluster at that address.
        ModelError: The encoder cannot be sent to the workers, or fails there.
    """
    require_ray()
    with _cluster(address), _reporting_failures(encoder):
        for row in _dataset(encoder, shards).iter_rows():
            if row["error"]:
                raise ModelError(row["error"])
            yield VectorShard.from_bytes(row["shard"])


class _Worker:
    """What an actor runs: it loads the encoder once, and encodes a shard in each call."""

    def __init__(self, encoder: Encoder, fingerprint: str) -> None:
        from qa.encoding.runtime import use_one_thread

        os.environ["RAYON_NUM_THREADS"] = "1"  # of the tokenizers; Ray itself sets OMP_NUM_THREADS
        use_one_thread()
        self._encoder, self._fingerprint = encoder, fingerprint

    def __call__(self, shards: pyarrow.Table) -> pyarrow.Table:
        """The shards' files, or what went wrong: what is raised here would arrive without its own words."""
        import pyarrow

        encoded = [self._encoded(texts) for texts in shards["texts"].to_pylist()]
        files, errors = zip(*encoded, strict=True)
        return pyarrow.table({"shard": pyarrow.array(files, pyarrow.binary()), "error": pyarrow.array(errors)})

    def _encoded(self, texts: Sequence[str]) -> tuple[bytes, str]:
        """A shard's file, or an error's message."""
        encoder = self._encoder
        try:
            if encoder.fingerprint != self._fingerprint:
                raise ModelError(
                    f"the model {encoder.name!r} on a worker ({encoder.fingerprint[:12]}) is not the one here "
                    f"({self._fingerprint[:12]}); install the same on every machine of the cluster"
                )
            return VectorShard.of(texts, encoder).to_bytes(), ""
        except VerbatimError as error:
            return b"", str(error)
        except Exception as error:  # a user's own object can raise anything
            return b"", f"the encoder {encoder.name!r} failed: {type(error).__name__}: {error}"


def _dataset(encoder: Encoder, shards: Sequence[Sequence[str]]) -> Any:
    """The shards' files, encoded as they are asked for."""
    import ray

    cores = int(ray.cluster_resources().get("CPU", 0))
    if cores < _FEWEST_CORES:
        raise SettingError(f"Ray needs {_FEWEST_CORES} cores at least, and this cluster has {cores}; leave out --ray")
    ray.data.DataContext.get_current().enable_progress_bars = False  # progress is reported here
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what is wrong is said by an error
    texts = ray.data.from_items([{"texts": list(shard)} for shard in shards], override_num_blocks=len(shards))
    with warnings.catch_warnings():
        # Of Ray 2.64, which will have no other way to say how often a shard is tried; below it this is the way.
        warnings.filterwarnings("ignore", "`ray_remote_args_fn` is deprecated")
        return texts.map_batches(
            _Worker,
            fn_constructor_args=(encoder, encoder.fingerprint),
            batch_size=1,
            batch_format="pyarrow",
            num_cpus=1,
            # With an actor on every core Ray Data waits for ever: no core is left for the tasks that feed them.
            compute=ray.data.ActorPoolStrategy(size=min(cores - 1, len(shards))),
            ray_remote_args_fn=lambda: {"max_task_retries": _RETRIES},
        )


@contextmanager
def _cluster(address: str) -> Iterator[None]:
    """Be connected to a cluster; one that this process is connected to already is left so."""
    import ray

    if ray.is_initialized():
        yield
        return
    _check_reachable(address)
    with (
        _environment(_settings(address), *_SET_BY_RAY),
        _own_signals(),
        TemporaryDirectory(prefix="verbatim-ray-") as empty,
    ):
        try:
            with _environment(_OFFLINE if address == LOCAL else {}):
                ray.init(
                    address=address,
                    # Otherwise workers would import from the current folder, which may hold files of strangers.
                    runtime_env={"working_dir": empty},
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                    include_dashboard=False if address == LOCAL else None,
                )
        except Exception as error:  # Ray raises errors of its own, of gRPC and of Python
            ray.shutdown()
            raise _no_cluster(address, _last_line(error)) from error
        try:
            yield
        finally:
            ray.shutdown()


def _check_reachable(address: str) -> None:
    """Raise SettingError at once if nothing listens at an address; Ray would try for minutes."""
    if (place := _PLACE.fullmatch(address)) is None:
        return
    try:
        socket.create_connection((place["host"].strip("[]"), int(place["port"])), _SECONDS_TO_CONNECT).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise _no_cluster(address, str(error)) from error


def _no_cluster(address: str, reason: str) -> SettingError:
    return SettingError(
        f"no Ray cluster at {address!a:.200}: {reason}; start one with `ray start --head` as "
        "docs/scale.md says, or give --ray local"
    )


def _settings(address: str) -> Mapping[str, str]:
    """Environment variables for Ray: its usage is not reported, and only those who know a secret are let in."""
    settings = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_USAGE_DISABLED": "1", "RAY_BACKEND_LOG_LEVEL": "fatal"}
    # It listens on all addresses of the machine, and by default asks for the secret on a cluster that it starts.
    return settings | ({"RAY_AUTH_TOKEN": _token()} if address == LOCAL else {})


@cache
def _token() -> str:
    """The secret of the clusters that this process starts; it is in no file."""
    return secrets.token_hex(32)


@contextmanager
def _environment(settings: Mapping[str, str], *others: str) -> Iterator[None]:
    """Set environment variables, and set them back, with the others that Ray sets."""
    before = {name: os.environ.get(name) for name in (*settings, *others)}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what this process does at SIGTERM, which Ray replaces."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)


@contextmanager
def _reporting_failures(encoder: Encoder) -> Iterator[None]:
    """Turn what Ray raises into an error of this package."""
    import ray

    try:
        yield
    except (ray.exceptions.RayError, TypeError) as error:  # TypeError: it cannot be pickled
        raise ModelError(f"encoding with {encoder.name!r} on Ray failed: {_last_line(error)}") from error


def _last_line(error: Exception) -> str:
    """What an error of Ray is about, without colours: it stands below a traceback."""
    lines = re.sub(r"\x1b\[[\d;]*m", "", str(error)).split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), type(error).__name__)[:300]
