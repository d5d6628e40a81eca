"""Fuzzing: every reader of the program under inputs that nobody thought of.

    python -m bench.fuzz --sum LOG... [--earlier] [--write]
    python -m bench.fuzz [--minutes 60] [--seed 1] [--only expression,archive]
                         [--engine own|atheris] [--out findings.json] [--write]

What must hold of each input: no exception but the named ones, the time bound kept, memory
kept, and what is printed reads back as the same tree (``bench/fuzz_targets.py``).  The own
engine mutates a corpus and keeps what behaves in a new way; ``atheris`` is guided by the
branches that an input takes, and needs that package.  Both print counts and every distinct
finding with its shortest input.  ``--write`` puts the table into ``docs/fuzzing.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, FunctionType

from bench.fuzz_inputs import ROOT
from bench.fuzz_targets import TARGETS, Broken, Target

#: Where the table stands in the docs.
BEGIN, END = "<!-- fuzzing: begin -->", "<!-- fuzzing: end -->"

#: Seconds after which an input is given up.
GIVE_UP = 20

#: Bytes by which the peak of memory may grow over one round of turns.
GROWTH = 150_000_000

#: Inputs that are kept as seeds of others, for each target.
POOL = 4_000

#: Seconds that one target runs before the next has its turn.
TURN = 10.0


class Overrun(BaseException):
    """An input that took longer than GIVE_UP; nothing in the program catches it."""


@dataclass
class Finding:
    """One thing that went wrong, and the shortest input that shows it."""

    target: str
    key: str
    detail: str
    example: str | bytes
    times: int = 1

    def as_json(self) -> dict[str, str | int]:
        return {"target": self.target, "key": self.key, "times": self.times,
                "detail": self.detail, "example": repr(self.example)}  # fmt: skip


@dataclass
class Tally:
    """What a run has seen."""

    inputs: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    behaviours: dict[str, set[bytes]] = field(default_factory=dict)
    slowest: dict[str, float] = field(default_factory=dict)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)


def _alarm(signum: int, frame: FrameType | None) -> None:
    raise Overrun


def tried(target: Target, given: str | bytes) -> tuple[str, str | None, str, float]:
    """Run one input: how it behaved, the key and the detail of a finding (or None), seconds."""
    signal.setitimer(signal.ITIMER_REAL, GIVE_UP)
    start = time.perf_counter()
    key, detail, behaviour = None, "", ""
    try:
        behaviour = target.run(given)
    except Broken as error:
        key, detail = error.name, str(error)
    except Overrun:
        key, detail = "given up", f"{GIVE_UP} s"
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - any exception is a finding
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "grader" in f.filename]
        place = frames[-1] if frames else None
        where = "?" if place is None else f"{Path(place.filename).name} {place.name}"
        key, detail = f"{type(error).__name__} in {where}", str(error)[:300]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    seconds = time.perf_counter() - start
    if key is None and seconds > target.bound:
        # The wall may have waited for other programs: what the input itself costs counts.
        seconds = _cost(target, given)
        if seconds > target.bound:
            key, detail = "slow", f"{seconds:.2f} s"
    return behaviour, key, detail, seconds


def _cost(target: Target, given: str | bytes) -> float:
    start = time.process_time()
    target.run(given)
    return time.process_time() - start


def note(tally: Tally, target: Target, given: str | bytes, key: str, detail: str) -> None:
    """Keep a finding, with the shortest input that shows it."""
    known = tally.findings.get((target.name, key))
    if known is None:
        small = shortened(target, given, key)
        tally.findings[target.name, key] = Finding(target.name, key, detail, small)
        print(f"FOUND {target.name}: {key}: {detail}\n      {small[:300]!r}", flush=True)
        return
    known.times += 1
    if len(given) < len(known.example):
        known.example, known.detail = given, detail


def shortened(target: Target, given: str | bytes, key: str, seconds: float = 20.0) -> str | bytes:
    """A shorter input with the same finding: pieces are left out as long as it stays."""
    if key in ("slow", "given up", "memory"):
        seconds = 60.0
    end = time.monotonic() + seconds
    size = max(1, len(given) // 2)
    while size and time.monotonic() < end:
        at, shorter = 0, False
        while at < len(given) and time.monotonic() < end:
            candidate = given[:at] + given[at + size :]  # type: ignore[operator]
            if tried(target, candidate)[1] == key:
                given, shorter = candidate, True
            else:
                at += size
        size = size if shorter and size == 1 else size // 2
    return given


def fuzz(
    targets: Sequence[Target], *, seconds: float | None, inputs: int | None, seed: int
) -> Tally:
    """Mutate, run, keep what is new; for some seconds in all, or some inputs for each target."""
    peak = _peak()
    signal.signal(signal.SIGALRM, _alarm)
    stream = random.Random(seed)
    tally = Tally()
    pools: dict[str, list[str | bytes]] = {target.name: list(target.corpus()) for target in targets}
    for target in targets:
        tally.behaviours[target.name] = set()
        tried(target, target.corpus()[0])  # loads modules and tables; not any input's cost
        for given in target.corpus():
            _one(tally, target, given, pools[target.name], stream, keep=False)
    end = None if seconds is None else time.monotonic() + seconds
    shares = sum(target.share for target in targets)
    while True:
        for target in targets:
            turn = time.monotonic() + TURN * len(targets) * target.share / shares
            pool = pools[target.name]
            count = 0
            while time.monotonic() < turn if inputs is None else count < inputs:
                count += 1
                given = target.vary(stream.choice(pool), _some(pool, stream), stream)
                _one(tally, target, given, pool, stream, keep=True)
        if _peak() > peak + GROWTH:
            # Which input it was shows in a run of that reader alone, turn by turn.
            grown = f"{(_peak() - peak) // 1_000_000} MB more"
            peak = _peak()
            tally.findings["all", "memory"] = Finding("all", "memory", grown, "")
        _say(tally, "own")
        if inputs is not None or (end is not None and time.monotonic() > end):
            return tally


def _say(tally: Tally, engine: str) -> None:
    counts = {"engine": engine, "inputs": dict(tally.inputs), "findings": len(tally.findings)}
    print(json.dumps({"inputs": counts.pop("inputs"), **counts}), flush=True)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _print(behaviour: str) -> bytes:
    """Eight bytes for a behaviour: an hour has a million of them, and what they say would
    pass for memory that the program lost."""
    return hashlib.blake2b(behaviour.encode("utf-8", "replace"), digest_size=8).digest()


def _some(pool: list[str | bytes], stream: random.Random) -> tuple[str | bytes, ...]:
    return tuple(stream.choices(pool, k=3))


def _one(
    tally: Tally,
    target: Target,
    given: str | bytes,
    pool: list[str | bytes],
    stream: random.Random,
    *,
    keep: bool,
) -> None:
    behaviour, key, detail, seconds = tried(target, given)
    tally.inputs[target.name] += 1
    tally.seconds[target.name] += seconds  # type: ignore[assignment]
    tally.slowest[target.name] = max(seconds, tally.slowest.get(target.name, 0.0))
    if key is not None:
        note(tally, target, given, key, detail)
        return
    seen, print_ = tally.behaviours[target.name], _print(behaviour)
    if print_ not in seen:
        seen.add(print_)
        if keep:
            if len(pool) < POOL:
                pool.append(given)
            else:
                pool[stream.randrange(POOL)] = given


def table(tally: Tally) -> str:
    """The counts, as Markdown."""
    lines = [
        "| reader | inputs | behaviours | slowest | findings |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, count in tally.inputs.items():
        found = sum(1 for finding in tally.findings.values() if finding.target == name)
        lines.append(
            f"| {name} | {count:,} | {len(tally.behaviours[name]):,} "
            f"| {tally.slowest[name]:.2f} s | {found} |"
        )
    return "\n".join(lines)


def with_atheris(targets: Sequence[Target], seconds: float, seed: int) -> Tally:
    """The same properties, guided by coverage; one target after another in one process each."""
    import gc
    import os

    import atheris

    signal.signal(signal.SIGALRM, _alarm)
    # The program alone: the libraries have three times as many functions, and what they do is
    # not what guides.
    for known in gc.get_objects():
        if isinstance(known, FunctionType) and str(known.__module__).startswith("grader."):
            atheris.instrument_func(known)
    tally = Tally()
    (target,) = targets
    tally.behaviours[target.name] = set()
    stop, said = time.monotonic() + seconds, [0.0]
    is_text = isinstance(target.corpus()[0], str)

    def once(data: bytes) -> None:
        given: str | bytes = data.decode("utf-8", "replace") if is_text else data
        behaviour, key, detail, spent = tried(target, given)
        tally.inputs[target.name] += 1
        tally.slowest[target.name] = max(spent, tally.slowest.get(target.name, 0.0))
        if key is not None:
            note(tally, target, given, key, detail)
        else:
            tally.behaviours[target.name].add(_print(behaviour))
        if time.monotonic() > said[0]:
            said[0] = time.monotonic() + TURN
            _say(tally, "atheris")
        if time.monotonic() > stop:
            _say(tally, "atheris")
            report(tally)
            # libFuzzer has no way out but the process's end.
            os._exit(bool(tally.findings))

    def mutate(data: bytes, size: int, number: int) -> bytes:
        stream = random.Random(number)
        corpus = target.corpus()
        given: str | bytes = data.decode("utf-8", "replace") if is_text else data
        if stream.random() < 0.3:
            return bytes(atheris.Mutate(data, size))
        made = target.vary(given or stream.choice(corpus), corpus, stream)
        return (made.encode("utf-8", "replace") if isinstance(made, str) else made)[:size]

    atheris.Setup([sys.argv[0], f"-seed={seed}", "-max_len=2000", "-rss_limit_mb=0"], once,
                  custom_mutator=mutate)  # fmt: skip
    atheris.Fuzz()
    return tally


def summed(logs: Sequence[str], before: str = "") -> str:
    """The inputs and findings of some runs, from what they printed, as Markdown.

    A run prints its counts after every round of turns; the last such line of a log counts,
    so that a run which was stopped counts, too, up to there.  ``before``: the counts of the
    page so far, of runs whose logs are not at hand any more; they have a column of their own.
    """
    names = {"own": "own engine", "atheris": "atheris"}
    columns: dict[str, Counter[str]] = {"own engine": Counter(), "atheris": Counter()}
    runs, findings = 0, 0
    earlier, earlier_runs, earlier_findings = _counted(before)
    for log in logs:
        lines = [line for line in log.splitlines() if line.startswith('{"inputs"')]
        if lines:
            last = json.loads(lines[-1])
            columns[names[last.get("engine", "own")]].update(last["inputs"])
            findings += last["findings"]
            runs += 1
    if earlier:
        columns = {"earlier runs": earlier, **columns}
    columns = {head: counts for head, counts in columns.items() if counts}
    readers = list(dict.fromkeys(name for counts in columns.values() for name in counts))
    rows = [
        f"| {name} | {' | '.join(f'{counts[name]:,}' for counts in columns.values())} |"
        for name in readers
    ]
    everything = sum(sum(counts.values()) for counts in columns.values())
    total = f"{everything:,} inputs in {runs + earlier_runs} runs, {findings + earlier_findings} findings."
    head = f"| reader | {' | '.join(columns)} |"
    return "\n".join([head, f"| --- |{' ---: |' * len(columns)}", *rows, "", total])


def _counted(page: str) -> tuple[Counter[str], int, int]:
    """The counts of a table that this wrote, all its columns together; its runs and findings."""
    counts: Counter[str] = Counter()
    for name, cells in re.findall(r"(?m)^\| (\w+) \| ([\d,| ]+) \|$", page):
        counts[name] += sum(int(cell.replace(",", "")) for cell in cells.split(" | "))
    told = re.search(r"inputs in (\d+) runs, (\d+) findings", page)
    return counts, *((int(told[1]), int(told[2])) if told else (0, 0))


def _page_table() -> str:
    """What stands between the marks of ``docs/fuzzing.md``."""
    page = (ROOT / "docs" / "fuzzing.md").read_text(encoding="utf-8")
    return page.partition(BEGIN)[2].partition(END)[0]


def written_into_docs(text: str) -> None:
    """Put a text between the marks of ``docs/fuzzing.md``."""
    page = ROOT / "docs" / "fuzzing.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def report(tally: Tally) -> None:
    """Counts and findings, for people."""
    print(table(tally))
    for finding in tally.findings.values():
        print(
            f"\n{finding.target}: {finding.key} ({finding.times} times)\n  {finding.detail}\n  {finding.example!r}"
        )
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--inputs", type=int, help="inputs for each reader, instead of minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="readers, separated by commas")
    parser.add_argument("--engine", choices=["own", "atheris"], default="own")
    parser.add_argument("--out", type=Path, help="findings and counts as JSON")
    parser.add_argument("--write", action="store_true", help="put the table into docs/fuzzing.md")
    parser.add_argument("--sum", type=Path, nargs="+", help="add up what runs printed, instead")
    parser.add_argument(
        "--earlier", action="store_true", help="take the counts of docs/fuzzing.md along"
    )
    chosen = parser.parse_args()
    if chosen.sum:
        texts = [log.read_text(encoding="utf-8", errors="replace") for log in chosen.sum]
        text = summed(texts, _page_table() if chosen.earlier else "")
        print(text)
        if chosen.write:
            written_into_docs(text)
        return
    only = chosen.only.split(",") if chosen.only else [target.name for target in TARGETS]
    targets = [target for target in TARGETS if target.name in only]
    start = time.monotonic()
    if chosen.engine == "atheris":
        with_atheris(targets, chosen.minutes * 60, chosen.seed)
        return
    seconds = None if chosen.inputs else chosen.minutes * 60
    tally = fuzz(targets, seconds=seconds, inputs=chosen.inputs, seed=chosen.seed)
    report(tally)
    spent = (time.monotonic() - start) / 60
    print(f"\n{sum(tally.inputs.values()):,} inputs in {spent:.0f} minutes, seed {chosen.seed}")
    if chosen.out:
        chosen.out.write_text(
            json.dumps(
                {"inputs": dict(tally.inputs), "minutes": spent, "seed": chosen.seed,
                 "slowest": tally.slowest, "findings": [f.as_json() for f in tally.findings.values()]},
                indent=1,
            )
        )  # fmt: skip
    if chosen.write:
        counted = f"{sum(tally.inputs.values()):,} inputs in {spent:.0f} minutes"
        written_into_docs(f"{table(tally)}\n\n{counted}, seed {chosen.seed}.")
    sys.exit(bool(tally.findings))


if __name__ == "__main__":
    main()
