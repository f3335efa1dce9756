"""Calls of a function in other processes, on other machines, and what becomes of those that end.

A process that has another version of the function refuses it; one that dies takes no other point
with it; and a sweep that waits for long says for what.
"""

import concurrent.futures  # whose processes, which browsers lack, are imported in use
import logging
import os
import socket
import sys
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor, as_completed
from functools import partial
from itertools import islice

from .. import arguments
from .fingerprint import fingerprint

BELOW = ["numpy", "scipy"]  # another version of them may give other results
CHECKED = set()  # processes, and digests of functions that they have as the caller has them
LOGGER = logging.getLogger(__name__)
PATIENCE = 60  # seconds without a finished point until a sweep says what it waits for


class OtherCodeError(RuntimeError):
    """A worker has other code of the function than the process that called `sweep`."""


def read_executor(executor):
    """Return the executor, which a client of Dask has."""
    usable = executor is None or callable(getattr(executor, "submit", None))
    if not usable or isinstance(executor, type):
        arguments.refuse("executor", "None or like concurrent.futures.Executor()", executor)
    return executor.get_executor() if hasattr(executor, "get_executor") else executor


def attempts(function, points, executor):
    """Yield each index, once its point is due, with a call that returns its value or raises."""
    if executor is None:
        for index, parameters in points.items():
            yield index, partial(function, **parameters)
        return
    call, lost = elsewhere(function), []
    futures = {submitted(executor, call, point): index for index, point in points.items()}
    try:
        for future in as_they_end(futures, points):
            index = futures.pop(future)
            if isinstance(executor, concurrent.futures.ProcessPoolExecutor) and is_broken(future):
                lost.append(index)
            else:
                yield index, future.result
    finally:
        for future in futures:
            future.cancel()
    if lost:
        yield from again(function, {index: points[index] for index in sorted(lost)}, executor)


def again(function, points, pool):
    """Attempt what was lost in a pool that a dying process broke, so that one point fails alone.

    Those that the pool may have begun, the first of all, get a process each; one ended its own.
    """
    new = partial(
        concurrent.futures.ProcessPoolExecutor,
        mp_context=pool._mp_context,
        initializer=pool._initializer,
        initargs=pool._initargs,
    )
    begun = 2 * pool._max_workers + 1  # which it computes, and which wait in its queue
    suspects = dict(islice(points.items(), begun))
    others = dict(islice(points.items(), begun, None))
    with ThreadPoolExecutor(pool._max_workers) as threads:
        yield from attempts(partial(in_own_process, new, function), suspects, threads)
    with new(pool._max_workers) as fresh:
        yield from attempts(function, others, fresh)


def in_own_process(new, function, **parameters):
    """Call the function in a process that ends with the call."""
    with new(1) as process:
        return process.submit(elsewhere(function), parameters).result()


def is_broken(future):
    """Whether a call was lost, not by its own fault perhaps."""
    return not future.cancelled() and isinstance(future.exception(), BrokenExecutor)


def as_they_end(futures, points):
    """Yield the futures as they end; after a while without any say what is awaited."""
    waiting, patience = dict.fromkeys(futures), PATIENCE
    while waiting:
        before = len(waiting)
        try:
            for future in as_completed([*waiting], timeout=patience):
                del waiting[future]
                yield future
        except TimeoutError:
            if len(waiting) == before:
                first = points[futures[next(iter(waiting))]]
                LOGGER.warning(
                    f"No point has finished for {patience:g} s; {before} are awaited, the first "
                    f"of them {first}. Ctrl-C stops the sweep; a store keeps what is finished."
                )
                patience *= 2


def submitted(executor, call, parameters):
    """Submit a call; an executor that is broken fails it, as it fails those submitted before."""
    try:
        return executor.submit(call, parameters)
    except BrokenExecutor as error:
        future = Future()
        future.set_exception(error)
        return future


def elsewhere(function):
    """Return what calls the function where others run, if it is the same function there."""
    try:
        expected = digest(function)
    except TypeError:  # no digest, no store
        expected = None
    CHECKED.add((os.getpid(), expected))
    return partial(call_elsewhere, expected, function)


def call_elsewhere(expected, function, parameters):
    """Call the function in a process that shares the machine with others."""
    from threadpoolctl import threadpool_limits

    here = os.getpid(), expected
    if expected and here not in CHECKED and digest(function) != expected:
        raise OtherCodeError(
            f"a worker on {socket.gethostname()} has the function, what it calls, NumPy or SciPy "
            "in another version than the process that called sweep, or values that it refers to "
            "have changed there: start the workers anew"
        )
    CHECKED.add(here)
    threadpool_limits(1)
    return function(**parameters)


def digest(function):
    """Digest of a function with what it calls, as this process has it."""
    return fingerprint((function, *(sys.modules[name] for name in BELOW)))
