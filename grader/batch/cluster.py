"""A Dask cluster as an executor: the code that grades does not know of it.

The cluster runs what it is sent, and its own processes trust each other; it must be
yours alone.  What comes back from it is read as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from grader.batch.work import OtherVersionError
from grader.batch.workers import WorkerDiedError
from grader.limits import CLUSTER_SECONDS

_T = TypeVar("_T")


class ClusterError(Exception):
    """A cluster that cannot be reached, or cannot do the work."""


@contextmanager
def connected(address: str) -> Iterator[Executor]:
    """The executor of the cluster whose scheduler is at ``address``.

    Raises ClusterError where there is none, where ``distributed`` is not installed,
    where it ends under way, or runs another version of the grader.
    """
    try:
        from distributed import Client
        from distributed.comm.core import CommClosedError
    except ImportError:
        raise ClusterError(
            "--cluster needs the extra `cluster`: pip install 'homework-grader[cluster]'"
        ) from None
    try:
        # The library's types are not all there.
        connect: Any = Client
        client: Any = connect(address, timeout=CLUSTER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(f"{address}: there is no scheduler: {error}") from None
    try:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise ClusterError(f"{address}: the cluster has no workers; start some")
        yield _Executor(client)
    except CommClosedError:
        raise ClusterError(
            f"{address}: the cluster is gone; what was done is kept, and the same command "
            "goes on from there"
        ) from None
    except OtherVersionError as error:
        raise ClusterError(f"{address}: {error}; install the same on all") from None
    finally:
        client.close(timeout=CLUSTER_SECONDS)


class _Executor(Executor):
    """Dask's own executor, with the one error of dying workers that all executors here raise."""

    def __init__(self, client: Any) -> None:
        # Not pure: equal tasks are never sent twice, and hashing them is work.
        self._inner = client.get_executor(pure=False)

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        future: Future[_T] = Future()
        future.set_running_or_notify_cancel()
        inner = self._inner.submit(fn, *args, **kwargs)
        inner.add_done_callback(partial(_pass_on, future))
        return future


def _pass_on(future: Future[Any], inner: Future[Any]) -> None:
    """The outcome of one future to another."""
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    if inner.cancelled():
        future.set_exception(CommClosedError("cancelled"))
        return
    error = inner.exception()
    if isinstance(error, KilledWorker):
        error = WorkerDiedError("workers of the cluster died of this")
    elif isinstance(error, FutureCancelledError):
        error = CommClosedError("cancelled")
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(inner.result())
