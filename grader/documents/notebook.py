"""Jupyter notebooks: the Markdown cells, each line known by its cell."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from grader.documents.blocks import Block, Document, Lines
from grader.documents.markdown import markdown_blocks
from grader.documents.plain import plain_blocks
from grader.errors import Fault, FileError
from grader.source import Place


def read_notebook(text: str, file: str) -> Document:
    """The blocks of a notebook's Markdown and raw cells.

    Lines are those of the file; ``labels`` say cell and line.  Raises FileError
    for what is not a notebook.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        where = Place(file, error.lineno, error.colno)
        raise FileError([Fault(where, "", f"this is not a notebook: {error.msg}")]) from None
    except RecursionError:
        raise FileError([Fault(Place(file, 1, 1), "", "this is nested too deeply")]) from None
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise FileError([Fault(Place(file, 1, 1), "", "this is not a notebook: it has no cells",
                               "save it as version 4 of the format")])  # fmt: skip
    blocks: list[Block] = []
    notes: list[str] = []
    labels: dict[int, str] = {}
    numbers = Lines(text)
    code = 0
    at = 0
    for number, cell in enumerate(cells, 1):
        kind, source = _source(cell)
        if kind == "code":
            code += 1
            continue
        # A cell is read under numbers of its own, and its blocks are moved into the file.
        lines = source.split("\n")
        places: list[int] = []
        for line in lines:
            at = _find(text, line, at)
            places.append(numbers.at(at))
        for index, number_in_file in enumerate(places):
            labels.setdefault(number_in_file, f"cell {number}, line {index + 1}")
        told: list[str] = []
        own = plain_blocks(source, 1) if kind == "raw" else markdown_blocks(source, 1, told)
        notes += [f"cell {number}, {note}" for note in told]
        blocks += [_moved(block, places) for block in own]
    if code:
        notes.append(f"{code} code {'cell is' if code == 1 else 'cells are'} not read")
    return Document(tuple(blocks), tuple(notes), {}, labels)


def _source(cell: Any) -> tuple[str, str]:
    """The kind of a cell and its text."""
    if not isinstance(cell, dict):
        return "code", ""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        source = ""
    return str(cell.get("cell_type", "code")), source.replace("\r\n", "\n").replace("\r", "\n")


def _find(text: str, line: str, at: int) -> int:
    """Where a line of a cell ends in the file, looked for from ``at`` on."""
    if not line.strip():
        return at
    for escaped in (json.dumps(line, ensure_ascii=False), json.dumps(line)):
        found = text.find(escaped[1:-1], at)
        if found >= 0:
            return found + len(escaped) - 2
    return at


def _moved(block: Block, places: list[int]) -> Block:
    """The block with the file's lines instead of its cell's."""
    pieces = tuple(
        replace(piece, line=places[min(piece.line, len(places)) - 1]) for piece in block.pieces
    )
    return replace(block, pieces=pieces)
