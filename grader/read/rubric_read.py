"""A rubric file to frozen values; every fault of the file is told at once."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import Any

from grader.errors import Fault, FileError, RubricError
from grader.limits import FILE_FAULTS
from grader.read.decode import decode, read_bytes
from grader.read.nodes import Source, read_stream
from grader.read.plain import Keys, Plain, as_plain
from grader.read.rubric import (
    RubricFile,
)
from grader.read.rubric_sense import cut_off, sense_faults, total_fault
from grader.read.rubric_values import built
from grader.read.shapes import shape_fault


def load_rubric_file(path: Path) -> RubricFile:
    """Read a rubric.  Raises RubricError with all of its faults."""
    name = str(path)
    try:
        data = read_bytes(path, name)
        text = decode(data, name).text
    except FileError as error:
        raise RubricError(error.faults) from None
    return _read(text, name, hashlib.sha256(data).hexdigest())


def read_rubric(text: str, file: str) -> RubricFile:
    """Read a rubric from its text; ``file`` names it in faults.  Raises RubricError."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _read(text.removeprefix("\ufeff").replace("\r\n", "\n"), file, digest)


def _read(text: str, file: str, digest: str) -> RubricFile:
    source = Source(file, text)
    stream = read_stream(source)
    if stream.fault is not None:
        raise RubricError([stream.fault])
    if not stream.documents:
        raise RubricError([source.fault(0, 1, "the rubric is empty")])
    data = as_plain(stream.documents[0], source)
    faults = list(data.faults)
    if len(stream.documents) > 1:
        start = stream.starts[1]
        faults.append(source.fault(start - 3, start, "a second document begins here",
                                   "a rubric is one document; take the line `---` out"))  # fmt: skip
    if not isinstance(data.value, dict):
        faults.append(source.fault(0, 1, "a rubric is a mapping, lines of `key: value`"))
        raise RubricError(faults)
    shape, shape_faults = _shaped(data, source)
    # What is no text at all (an alias) is not also said to be empty.
    said = {fault.path for fault in data.faults if "alias" in fault.message}
    faults += [fault for fault in shape_faults if fault.path not in said]
    faults += sense_faults(data, source)
    if shape is not None and shape.total is not None:
        faults += total_fault(shape, data, source)
    if cut := cut_off(data, source):
        # What stands behind the comma is no fault of its own.
        lines = {fault.place.line for fault in cut}
        faults = [fault for fault in faults if fault.place.line not in lines] + cut
    if faults or shape is None:
        raise RubricError(sorted(set(faults))[:FILE_FAULTS], _sound(data, source, digest))
    return built(shape, data, source, digest)


#: Rounds of leaving out what is at fault; a fault may come to light behind another.
_ROUNDS = 8


def _sound(data: Plain, source: Source, digest: str) -> RubricFile | None:
    """The rubric without what is at fault in its shape: without parts and keys that
    stand for themselves, and without a whole question where something is wrong that
    others build on.  None if nothing is left."""
    from pydantic import ValidationError

    from grader.read.rubric_shape import RubricShape

    value = copy.deepcopy(data.value)
    assert isinstance(value, dict)
    questions = value.get("questions")
    if not isinstance(questions, list):
        return None
    places = list(range(len(questions)))
    for _ in range(_ROUNDS):
        try:
            shape = RubricShape.model_validate(value)
        except ValidationError as error:
            faulty = {_leave_out(value, item) for item in error.errors()} - {None}
            kept = [k for k in range(len(questions)) if k not in faulty]
            questions[:] = [questions[k] for k in kept]
            places = [places[k] for k in kept]
            if not questions:
                return None
        else:
            return built(shape, data, source, digest, places)
    return None


def _leave_out(value: dict[str, Any], item: Any) -> int | None:
    """Take what is at fault out; the question's position where it must go whole."""
    path: Keys = tuple(item["loc"])
    question = path[1] if len(path) > 1 and path[0] == "questions" else None
    inside = path[2:] if question is not None else path
    alone = item["type"] == "extra_forbidden" or inside[:1] in (("parts",), ("points",))
    if not inside or (
        question is not None and not (alone and all(isinstance(k, str) for k in inside))
    ):
        return question if isinstance(question, int) else None
    depth = 2 if inside[0] == "parts" and item["type"] != "extra_forbidden" else len(inside)
    *way, last = inside[:depth]
    holder: Any = value if question is None else value["questions"][question]
    for key in way:
        holder = holder.get(key) if isinstance(holder, dict) else None
    if item["type"] == "missing" and question is None:
        value[str(path[0])] = "?"
    elif isinstance(holder, dict):
        holder.pop(last, None)
    return None


# --- Shape: Pydantic's findings in our words ------------------------------------


def _shaped(data: Plain, source: Source) -> tuple[Any, list[Fault]]:
    from pydantic import ValidationError

    from grader.read.rubric_shape import RubricShape, keys_at

    try:
        return RubricShape.model_validate(data.value), []
    except ValidationError as error:
        return None, [shape_fault(item, data, source, keys_at) for item in error.errors()]
