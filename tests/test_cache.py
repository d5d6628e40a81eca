"""What a rubric derived is kept, and whatever is odd about that is as if it were not there."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from fractions import Fraction as F
from pathlib import Path

import pytest

from grader import cache, compiled
from grader.batch import grade_paths
from grader.homework import Homework, build_homework, load_rubric
from grader.plain_json import Codec
from grader.read.rubric_read import load_rubric_file
from grader.single import check_file
from grader.source import Place, Span

ROOT = Path(__file__).parents[1]
RUBRICS = sorted((ROOT / "rubrics").glob("*.yaml"))
SAMPLES = sorted(
    path for path in (ROOT / "submissions_sample").iterdir() if path.suffix in (".yaml", ".json")
)

SMALL = """\
schema: 1
id: small
title: A line
course: ""
reveal: {show: wrong, after: "2031-01-02T03:04+01:00"}
policy: {partial_credit: {sign: 0.5}}
questions:
  - id: q1
    kind: derivative
    symbols: [a, {name: x, assume: positive}]
    quantities: {y: a x}
    parts: {a: \\partial y / \\partial a, x: {quantity: \\partial y / \\partial x, points: 1/3}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("GRADER_NO_CACHE", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def parts_of(homework: Homework) -> compiled.Compiled:
    return homework.file, homework.statement, homework.parts


@pytest.mark.parametrize("path", RUBRICS, ids=lambda path: path.stem)
def test_every_rubric_is_kept_and_comes_back_equal(path: Path, folder: Path) -> None:
    fresh = build_homework(load_rubric_file(path))
    assert compiled.keep_compiled(parts_of(fresh))
    again = compiled.find_compiled(fresh.file.file, fresh.file.digest)
    assert again == parts_of(fresh)


def test_a_second_load_derives_nothing(
    small: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_rubric(small)
    monkeypatch.setattr("grader.homework.build_homework", lambda file: pytest.fail("derived"))
    second = load_rubric(small)
    assert parts_of(second) == parts_of(first)
    assert [point.reference for part in second.parts for point in part.references[0].points] == [
        point.reference for part in first.parts for point in part.references[0].points
    ]


def test_changed_bytes_or_another_name_are_another_entry(small: Path, folder: Path) -> None:
    load_rubric(small)
    small.write_text(SMALL.replace("a x", "a x^2"))
    load_rubric(small)
    small.rename(small.with_name("other.yaml"))
    assert load_rubric(small.with_name("other.yaml")).file.file.endswith("other.yaml")
    assert len(list(folder.iterdir())) == 3


def test_kept_and_fresh_give_the_same_results(folder: Path) -> None:
    path = ROOT / "rubrics" / "activity6.yaml"
    fresh = build_homework(load_rubric_file(path))
    compiled.keep_compiled(parts_of(fresh))
    kept = load_rubric(path)
    assert kept.parts[0].references[0].known_values == ()
    cold, warm = (grade_paths(homework, SAMPLES).as_json() for homework in (fresh, kept))
    assert json.dumps(warm) == json.dumps(cold)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_short_way_of_one_file_is_that_of_a_batch(path: Path) -> None:
    homework = load_rubric(ROOT / "rubrics" / "activity6.yaml")
    assert check_file(homework, path).as_json() == grade_paths(homework, [path]).as_json()


@pytest.mark.parametrize(
    "name", ["empty.yaml", "not_yaml.yaml", "there-is-none.yaml", "read.txt", "fold\u202eer.yaml"]
)
def test_so_is_that_of_a_file_that_is_not_plain(name: str, tmp_path: Path) -> None:
    homework = load_rubric(ROOT / "rubrics" / "activity6.yaml")
    path = ROOT / "submissions_sample" / "messy" / name
    if not path.exists() and name != "there-is-none.yaml":
        path = tmp_path / name
        path.write_text("student: {name: A}\nanswers: {q1: {phi_0: 1}}\n")
    assert check_file(homework, path).as_json() == grade_paths(homework, [path]).as_json()


# --- Damage -------------------------------------------------------------------------


def signed(key: str, body: bytes) -> bytes:
    """An entry whose checksum fits, whatever it says."""
    digest = hashlib.sha256(key.encode() + body).hexdigest()
    return b"grader cache 1 " + digest.encode() + b"\n" + body


DAMAGE = {
    "empty": lambda key, data: b"",
    "cut": lambda key, data: data[:-7],
    "one bit": lambda key, data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "no heading": lambda key, data: data.partition(b"\n")[2],
    "another layout": lambda key, data: data.replace(b"cache 1", b"cache 2", 1),
    "another key's": lambda key, data: signed("0" * 64, data.partition(b"\n")[2]),
    "no JSON": lambda key, data: signed(key, b"\x80\x04]."),
    "a number": lambda key, data: signed(key, b"1"),
    "no parts": lambda key, data: signed(key, b"[0,1,2]"),
    "not what is looked for": lambda key, data: signed(key, b'[0,"a","b",[0]]'),
    "a class that is none": lambda key, data: signed(key, b"[999,1]"),
    "a class by its name": lambda key, data: signed(key, b'["os.system","true"]'),
    "a negative class": lambda key, data: signed(key, b"[-1,1]"),
    "a value again that was not there": lambda key, data: signed(key, b"[5,0]"),
    "a fraction of nothing": lambda key, data: signed(key, b"[3,1,0]"),
    "a fraction of texts": lambda key, data: signed(key, b'[3,"1","2"]'),
    "a moment that is none": lambda key, data: signed(key, b'[4,"then"]'),
    "an empty list": lambda key, data: signed(key, b"[]"),
    "an object": lambda key, data: signed(key, b'{"py/object": "os.system"}'),
    "floats": lambda key, data: signed(key, b"[0,1.5,NaN,[0]]"),
    "too deep": lambda key, data: signed(key, b"[0," * 100_000 + b"]" * 100_000),
}


@pytest.mark.parametrize("fault", DAMAGE)
def test_damage_is_derived_anew_and_mended(fault: str, small: Path, folder: Path) -> None:
    first = load_rubric(small)
    (entry,) = folder.iterdir()
    good = entry.read_bytes()
    entry.write_bytes(DAMAGE[fault](entry.stem, good))
    assert compiled.find_compiled(str(small), first.file.digest) is None
    assert parts_of(load_rubric(small)) == parts_of(first)
    assert entry.read_bytes() == good


def test_the_entry_of_a_rubric_of_another_digest_is_not_taken(small: Path, folder: Path) -> None:
    homework = load_rubric(small)
    key = compiled.compiled_key(str(small), "f" * 64)
    body = next(folder.iterdir()).read_bytes().partition(b"\n")[2]
    (folder / f"{key}.json").write_bytes(signed(key, body))
    assert compiled.find_compiled(str(small), "f" * 64) is None
    assert compiled.find_compiled(str(small), homework.file.digest) is not None


# --- The folder ----------------------------------------------------------------------


def test_entries_are_their_owners_alone(small: Path, folder: Path) -> None:
    load_rubric(small)
    (entry,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, entry.stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_folder_that_others_may_write_to_is_not_trusted(small: Path, folder: Path) -> None:
    load_rubric(small)
    key = next(folder.iterdir()).stem
    assert cache.read_entry(key) is not None
    folder.chmod(0o777)
    assert cache.read_entry(key) is None
    assert not cache.write_entry(key, [1])


def test_a_folder_that_cannot_be_is_gone_without(small: Path, folder: Path) -> None:
    folder.write_text("a file in the way")
    assert load_rubric(small).part("q1.a") is not None
    assert not cache.write_entry("0" * 64, [1])


def test_no_cache(small: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_NO_CACHE", "1")
    load_rubric(small)
    assert not folder.exists()
    assert cache.cache_folder() is None


@pytest.mark.parametrize(
    "platform, settings, wanted",
    [
        ("linux", {}, "H/.cache/grader"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/grader"),
        ("linux", {"XDG_CACHE_HOME": "x"}, "H/.cache/grader"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "H/Library/Caches/grader"),
        ("win32", {}, "H/AppData/Local/grader/Cache"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/grader/Cache"),
        ("linux", {"GRADER_CACHE_DIR": "/c"}, "/c"),
        ("linux", {"GRADER_CACHE_DIR": "/c", "GRADER_NO_CACHE": "1"}, None),
    ],
)
def test_where_entries_lie(platform, settings, wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRADER_CACHE_DIR", "GRADER_NO_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cache.sys, "platform", platform)
    monkeypatch.setattr(cache.Path, "home", lambda: Path("H"))
    assert cache.cache_folder() == (None if wanted is None else Path(wanted))


def test_the_oldest_entries_go_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{k:064x}" for k in range(5)]
    for k, name in enumerate(names[:4]):
        assert cache.write_entry(name, ["x" * 1000])
        os.utime(folder / f"{name}.json", (k, k))
    (folder / "notes.txt").write_text("y" * 5000)  # not ours, and left alone
    monkeypatch.setattr(cache, "CACHE_BYTES", 3400)
    assert cache.write_entry(names[4], ["x" * 1000])
    left = sorted(path.name for path in folder.iterdir())
    assert left == [*(f"{name}.json" for name in names[2:]), "notes.txt"]


def test_an_entry_has_a_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CACHE_ENTRY_BYTES", 500)
    assert not cache.write_entry("0" * 64, ["x" * 500])
    assert cache.write_entry("0" * 64, ["x"])
    assert cache.read_entry("0" * 64) == ["x"]


def test_many_writers_and_readers_at_once(folder: Path) -> None:
    wrong: list[object] = []
    document = ["x" * 5000, {"y": [1, 2, 3]}]

    def work() -> None:
        for _ in range(25):
            cache.write_entry("1" * 64, document)
            found = cache.read_entry("1" * 64)
            if found != document:
                wrong.append(found)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert [path.suffix for path in folder.iterdir()] == [".json"]


def test_a_change_of_the_program_is_another_key(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    source = tmp_path / "inner" / "a.py"
    source.write_text("1")
    (tmp_path / "b.txt").write_text("1")
    before = cache._sources(str(tmp_path))
    assert len(before) == 1
    os.utime(source, ns=(1, 1))
    assert cache._sources(str(tmp_path)) != before
    assert cache.entry_key("a", "bc") != cache.entry_key("ab", "c")


# --- Values as JSON ------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [None, True, 1, "a", (), (1, ("b",)), frozenset({"b", "a"}), {"b": 1, "a": (F(-1, 3),)},
     Place("f", 1, 2), (Place("f", 1, 2), {1: None})],
)  # fmt: skip
def test_values_come_back(value: object) -> None:
    codec = Codec((Place,))
    assert codec.decode(json.loads(json.dumps(codec.encode(value)))) == value


def test_one_object_comes_back_as_one() -> None:
    codec = Codec((Place,), shared=(Place,))
    place, names = Place("f", 1, 2), {"a": 1}
    first, second, third, fourth = codec.decode(codec.encode((place, names, place, names)))
    assert first is third
    assert second is fourth


@pytest.mark.parametrize("value", [1.5, [1], Span(1, 2), {1}, b"x", object()])
def test_what_has_no_place_in_the_table_is_not_written(value: object) -> None:
    with pytest.raises(TypeError):
        Codec((Place,)).encode((value,))
