"""Whole files or none, for their owner only; names that stay in their folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.files import file_stems, slug, write_atomically
from grader.limits import FILE_STEM_BYTES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Lovelace", "ada-lovelace"),
        ("Zoë de la Cruz", "zoe-de-la-cruz"),
        ("Zoe\u0308 de la Cruz", "zoe-de-la-cruz"),
        ("O'Neill-Smith", "o-neill-smith"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Users\\x", "c-users-x"),
        ("a\x00b\nc\u202ed", "a-b-c-d"),
        ("ＡＤＡ", "ada"),
        ("王伟", "王伟"),
        ("Straße", "strasse"),
        ("...", ""),
        ("", ""),
    ],
)
def test_slug(text, expected):
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("identities", "expected"),
    [
        ([("1001", "Ada Lovelace", "ada.yaml")], ("1001-ada-lovelace",)),
        ([("1001", None, "a")], ("1001",)),
        ([(None, "Ada Lovelace", "a")], ("ada-lovelace",)),
        ([(None, None, "a")], ("student",)),
        ([(None, "CON", "a"), (None, "Lpt1", "b")], ("student-con", "student-lpt1")),
        ([(None, "COM¹", "a")], ("student-com1",)),
        # Same name, other id.
        ([("1", "Li Na", "a"), ("2", "Li Na", "b")], ("1-li-na", "2-li-na")),
        # The same student twice: the file tells them apart.
        (
            [("1", "Li Na", "a"), ("1", "Li Na", "b")],
            ("1-li-na-7b7ae8569a", "1-li-na-42dbb50740"),
        ),
        # An id that a slug cannot show.
        ([("a/b", "Li", "x")], ("a-b-li-2570da8a9b",)),
        # Nothing tells these apart.
        ([("1", "Li", "x")] * 2, ("1-li-bb4898fe79", "1-li-bb4898fe79-2")),
    ],
)
def test_stems(identities, expected):
    assert file_stems(identities) == expected


def test_a_long_name_is_cut_between_characters():
    (stem,) = file_stems([("1", "é王" * 300, "a")])
    assert len(stem.encode()) <= FILE_STEM_BYTES
    assert stem.startswith("1-e王e王")


def test_a_name_made_up_as_anothers_digest_does_not_take_its_file():
    twins = [("1", "Li Na", "a"), ("1", "Li Na", "b")]
    (first, _) = file_stems(twins)
    forged = (None, first, "c")
    stems = file_stems([forged, *twins])
    assert len(set(stems)) == 3


IDENTITIES = st.lists(
    st.tuples(
        st.none() | st.text(max_size=12),
        st.none() | st.text(max_size=30) | st.sampled_from(["con", "..", "Ada", "ada", "Ａda"]),
        st.integers(0, 10**9).map(str),
    ),
    max_size=8,
    unique_by=lambda identity: identity[2],
)


@given(IDENTITIES, st.randoms(use_true_random=False))
def test_stems_are_unique_safe_and_independent_of_the_order(identities, random):
    stems = dict(zip(identities, file_stems(identities), strict=True))
    assert len({stem.casefold() for stem in stems.values()}) == len(stems)
    for stem in stems.values():
        assert stem
        assert len(stem.encode()) <= FILE_STEM_BYTES + 20
        assert all(character.isalnum() or character == "-" for character in stem)
    shuffled = list(identities)
    random.shuffle(shuffled)
    assert dict(zip(shuffled, file_stems(shuffled), strict=True)) == stems


def test_a_file_is_for_its_owner_only_and_so_are_new_folders(tmp_path: Path):
    path = write_atomically(tmp_path / "a" / "b" / "c.txt", "θ\n")
    assert path.read_bytes() == "θ\n".encode()
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("where", ["os.fsync", "pathlib.Path.replace"])
def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch, where):
    path = tmp_path / "results.json"
    write_atomically(path, "old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(where, fail)
        with pytest.raises(OSError, match="No space left"):
            write_atomically(path, "new")
    assert [child.name for child in tmp_path.iterdir()] == ["results.json"]
    assert path.read_text() == "old"


def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path: Path):
    target = tmp_path / "elsewhere.txt"
    target.write_text("mine")
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    write_atomically(link, "yours")
    assert target.read_text() == "mine"
    assert not link.is_symlink()
