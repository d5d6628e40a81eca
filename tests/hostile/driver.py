"""Runs commands of the real program, each in a process of its own with limits, and measures them.

    python driver.py JOBS LIBRARY…

JOBS is a JSON file: a list of lists of commands (``[["grade", …], ["check", …]]``); the commands
of one list run after one another in one process.  For each list one line of JSON comes out:
seconds of CPU, the peak of memory in MiB, the exit codes, and what was said.  The program is
loaded once and each process forks off, so what is measured is the answer, not Python's start.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import sys
from pathlib import Path

#: Seconds of CPU after which the system ends a process, and bytes that it may address.
CPU_SECONDS, ADDRESS_BYTES = 5, 2_000_000_000


def one(command: list[str]) -> int:
    """The exit code of one command, run in this process."""
    from grader.cli import main

    try:
        main(command)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def child(commands: list[list[str]], pipe: int) -> None:
    """Run the commands, and write what came of them into the pipe."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            codes: list[int | str] = [one(command) for command in commands]
        except BaseException as error:  # noqa: BLE001 - a crash of the program is a finding
            codes = [f"{type(error).__name__}: {error}"[:300]]
    with os.fdopen(pipe, "w") as out:
        json.dump({"codes": codes, "said": said.getvalue()[-3000:]}, out)


def main() -> None:
    jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    first = json.dumps(jobs[0])
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for command in json.loads(first):  # loads every module that the others need
            one(command)
    for commands in jobs:
        reading, writing = os.pipe()
        number = os.fork()
        if not number:
            os.close(reading)
            child(commands, writing)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as stream:
            text = stream.read()
        _, status, used = os.wait4(number, 0)
        found = (
            json.loads(text)
            if text
            else {"codes": [f"ended by signal {os.WTERMSIG(status)}"], "said": ""}
        )
        print(
            json.dumps(
                {"cpu": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024, **found}
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
