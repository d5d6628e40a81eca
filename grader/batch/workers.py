"""Worker processes that are replaced when they die, as an executor, and what it raises when
a task has killed two of them."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import Any, TypeVar

from grader.limits import WORKER_BYTES

_T = TypeVar("_T")

#: Times that a task is tried on a new worker after one has died of it.
_TRIES = 2


class WorkerDiedError(BrokenExecutor):
    """Workers died of a task, each time that it was tried."""


@dataclass(frozen=True, slots=True)
class _Task:
    future: Future[Any]
    call: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Workers(Executor):
    """Worker processes, each with one task at a time, so that it is known who died of what.

    A worker that dies (killed by the system for its memory, or by a person) is replaced
    and its task tried once more; then the task raises WorkerDiedError.
    """

    def __init__(self, count: int) -> None:
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._processes: set[BaseProcess] = set()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"worker {k}", daemon=True)
            for k in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Hand a task to the next worker that is free."""
        if self._closed:
            raise RuntimeError("the workers are gone")
        future: Future[_T] = Future()
        self._tasks.put(_Task(future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers go; with ``cancel_futures`` at once, whatever they are doing."""
        with self._lock:
            self._closed = True
            if cancel_futures:
                for process in self._processes:
                    process.kill()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    # --- one thread for each worker ------------------------------------------------

    def _run(self) -> None:
        worker: _Worker | None = None
        while (task := self._tasks.get()) is not None:
            if self._closed or not task.future.set_running_or_notify_cancel():
                task.future.cancel()
                continue
            worker = self._done(worker, task)
        if worker is not None:
            worker.end()
            with self._lock:
                self._processes.discard(worker.process)

    def _done(self, worker: _Worker | None, task: _Task) -> _Worker | None:
        """Have a task done, by new workers if need be; the worker that is alive then."""
        for _ in range(_TRIES):
            if worker is None:
                try:
                    worker = self._new_worker()
                except (OSError, RuntimeError) as refused:
                    # No process to be had: whoever waits is told, and waits no longer.
                    task.future.set_exception(refused)
                    return None
                if worker is None:
                    break
            try:
                result, error = worker.ask(task)
            except (EOFError, OSError):
                worker.end()
                with self._lock:
                    self._processes.discard(worker.process)
                worker = None
                continue
            if error is None:
                task.future.set_result(result)
            else:
                task.future.set_exception(error)
            return worker
        task.future.set_exception(WorkerDiedError("a worker died of this, and another one too"))
        return worker

    def _new_worker(self) -> _Worker | None:
        with self._lock:
            if self._closed:
                return None
            worker = _Worker.start()
            self._processes.add(worker.process)
            return worker


@dataclass(frozen=True, slots=True)
class _Worker:
    process: BaseProcess
    line: Connection

    @classmethod
    def start(cls) -> _Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), daemon=True)
        with _deaf_to_the_keyboard():
            process.start()
        # Only the worker holds its end now, so that its death is heard of here, and ours there.
        theirs.close()
        return cls(process, ours)

    def ask(self, task: _Task) -> tuple[Any, BaseException | None]:
        """A task's result, or what it raised.  Raises EOFError and OSError where it died."""
        self.line.send((task.call, task.args, task.kwargs))
        result, error = self.line.recv()
        return result, error

    def end(self) -> None:
        self.line.close()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextmanager
def _deaf_to_the_keyboard() -> Iterator[None]:
    """Processes started here hear no Ctrl-C: it is their parent who ends them."""
    if sys.platform == "win32":
        yield
        return
    # Where the library has to start its own helper first, it would lift the block again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve(line: Connection) -> None:
    """The life of a worker: tasks until its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory()
    while True:
        try:
            call, args, kwargs = line.recv()
        except (EOFError, OSError):
            return
        answer: tuple[Any, Exception | None]
        try:
            answer = call(*args, **kwargs), None
        except Exception as error:  # noqa: BLE001 - whoever asked for it gets it
            answer = None, error
        try:
            line.send(answer)
        except OSError:
            return


def limit_memory(most: int = WORKER_BYTES) -> None:
    """Let this process die, or refuse, rather than take the machine's memory."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
