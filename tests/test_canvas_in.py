"""Canvas's submissions download, taken as it is: names, archives, HTML, identities."""

from __future__ import annotations

import io
import stat
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from grader import limits
from grader.batch import grade_paths
from grader.canvas import entries, found
from grader.canvas.found import find_files
from grader.canvas.hypertext import read_hypertext
from grader.canvas.identity import identify
from grader.canvas.names import CanvasName, is_called, read_name
from grader.errors import FileError
from grader.homework import load_rubric
from grader.read import archive
from grader.read.gradebook import load_gradebook, read_gradebook
from grader.results import Student

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "submissions_sample" / "canvas"


@pytest.fixture(scope="module")
def homework():
    return load_rubric(ROOT / "rubrics" / "activity6.yaml")


# --- names -------------------------------------------------------------------------------


def plain(owner, user, attachment, file, *, kind="file", late=False):
    return CanvasName(owner, user, None, attachment, kind, late, file)


def anonymous(number, attachment, file, *, kind="file", late=False):
    return CanvasName("", None, number, attachment, kind, late, file)


NAMES = [
    ("doejane_1207_55_hw.yaml", plain("doejane", "1207", "55", "hw.yaml")),
    ("doejane_LATE_1207_55_hw.yaml", plain("doejane", "1207", "55", "hw.yaml", late=True)),
    ("doejane_1207_55_hw_6_final-2.yaml", plain("doejane", "1207", "55", "hw_6_final-2.yaml")),
    ("doejane_1207_55_1_2_3.yaml", plain("doejane", "1207", "55", "1_2_3.yaml")),
    ("doejane_1207_text.html", plain("doejane", "1207", None, "text.html", kind="text")),
    ("doejane_LATE_1207_text.html",
     plain("doejane", "1207", None, "text.html", kind="text", late=True)),
    ("doejane_1207_link.html", plain("doejane", "1207", None, "link.html", kind="link")),
    ("doejane_1207_55_text.html", plain("doejane", "1207", "55", "text.html")),
    ("tanaka千代_1003_9_a.yaml", plain("tanaka千代", "1003", "9", "a.yaml")),
    ("team_7_blue_1006_9_a.yaml", plain("team_7_blue", "1006", "9", "a.yaml")),
    ("_1207_55_hw.yaml", plain("", "1207", "55", "hw.yaml")),
    ("anon_x7Qp2_55_hw.yaml", anonymous("x7Qp2", "55", "hw.yaml")),
    ("LATE_anon_x7Qp2_55_hw_1_2.yaml", anonymous("x7Qp2", "55", "hw_1_2.yaml", late=True)),
    ("anon_x7Qp2_text.html", anonymous("x7Qp2", None, "text.html", kind="text")),
    ("anon_12345_55_hw.yaml", anonymous("12345", "55", "hw.yaml")),
    ("hw.yaml", None), ("hw_6.yaml", None), ("doe_jane_1207_hw.yaml", None), ("1207_55", None),
    ("doejane_1207_55_", None), ("doejane_١٢٠٧_55_hw.yaml", None), ("", None), ("_", None),
]  # fmt: skip


@pytest.mark.parametrize("name, expected", NAMES, ids=[name for name, _ in NAMES])
def test_a_name(name, expected):
    assert read_name(name) == expected


def test_a_name_with_digits_is_settled_by_the_gradebook():
    assert read_name("agent_0_07_bond_1207_55_hw.yaml").user_id == "0"
    assert read_name("agent_0_07_bond_1207_55_hw.yaml", {"1207"}) == plain(
        "agent_0_07_bond", "1207", "55", "hw.yaml"
    )
    assert read_name("anon_1207_55_hw.yaml", {"1207"}) == plain("anon", "1207", "55", "hw.yaml")


@pytest.mark.parametrize(
    "owner, name, same",
    [
        ("doejane", "Jane Doe", True),
        ("doejane", "Doe, Jane", True),
        ("vandermeerann", "Ann van der Meer", True),
        ("o'neillzoë".replace("'", ""), "Zoë O'Neill", True),
        ("yıldızelif", "Elif Yıldız", True),
        ("doejane", "John Doe", False),
        ("team7", "Jane Doe", False),
    ],
)
def test_whose_name(owner, name, same):
    assert is_called(owner, name) is same


# --- HTML --------------------------------------------------------------------------------

PAGES = [
    ("<p>answers:</p><p>&nbsp; q1:</p><p>&nbsp; &nbsp; phi_0: 1</p>",
     "answers:\n\n  q1:\n\n    phi_0: 1\n", (), ()),
    ("answers:<br>\n&nbsp; q1:<br/>&nbsp;&nbsp;&nbsp; phi_0: a&lt;b &amp; c",
     "answers:\n  q1:\n    phi_0: a<b & c\n", (), ()),
    ("<pre>answers:\n  q1:\n    phi_0: 1\n</pre>", "answers:\n  q1:\n    phi_0: 1\n", (), ()),
    ("phi<sub>0</sub>: x<sup>2</sup>", "phi_{0}: x^{2}\n", (), ()),
    ("<div>a</div><div>b</div><ul><li>c</li><li>d</li></ul>", "a\nb\nc\nd\n", (), ()),
    ("<table><tr><td>phi_0:</td><td>1</td></tr></table>", "phi_0: 1\n", (), ()),
    ('<p>phi_0: <img class="equation_image" data-equation-content="\\frac{1}{2}" alt="LaTeX: x"></p>',
     "phi_0: \\(\\frac{1}{2}\\)\n", (), ()),
    ('<img class="equation_image" alt="LaTeX: \\phi_1" src="x">', "\\(\\phi_1\\)\n", (), ()),
    ('<img class="equation_image" data-equation-content="x"><span class="hidden-readable"><math>'
     '<mi>x</mi><annotation encoding="application/x-tex">x</annotation></math></span>!',
     "\\(x\\)!\n", (), ()),
    ('<math><mi>x</mi><annotation encoding="application/x-tex">\\omega_2</annotation></math>',
     "\\(\\omega_2\\)\n", (), ()),
    ("<style>p{}</style><script>alert(1)</script><!-- no -->a<template>b</template>c", "ac\n", (), ()),
    ('see <a href="https://example.edu/x">this</a> <img src="photo.jpg">', "see this\n",
     ("a picture",), ("https://example.edu/x",)),
    ('<img class="equation_image" data-equation-content="x<0 > -1">!', "\\(x<0 > -1\\)!\n", (), ()),
    ("a < b <!-- <p> --> c <3 d<e", "a < b c <3 d<e\n", (), ()),
    ("<!DOCTYPE html><p title='it\"s'>a</p><p title=\"never closed>b</p>c", 'a\n\n<p title="never closed>b\n\nc\n', (), ()),
    ("<b>a</b> <i>b</i>\n  c", "a b c\n", (), ()),
    ("", "", (), ()), ("<p>&nbsp;</p>", "", (), ()), ("<p", "<p\n", (), ()),
    ("</div></sub></pre>a</", "a</\n", (), ()), ("<svg><text>x</text></svg>b", "b\n", ("a drawing",), ()),
]  # fmt: skip


@pytest.mark.parametrize("markup, text, pictures, links", PAGES)
def test_a_page(markup, text, pictures, links):
    page = read_hypertext(markup)
    assert (page.text, page.pictures, page.links) == (text, pictures, links)


@pytest.mark.parametrize(
    "piece", ["<", "<!", "<a ", '<a href="', "<a '", "<!--", "<![CDATA[", "<sub>", "</", "<svg>", "&",
              "<a>'<b \"", "<?", "<math>", "<script>"]
)  # fmt: skip
def test_no_page_takes_long(piece):
    """A million characters of what the library's parser takes hours for."""
    started = time.process_time()
    read_hypertext(piece * (limits.TEXT_ENTRY_BYTES // len(piece)))
    assert time.process_time() - started < 20


# --- archives ----------------------------------------------------------------------------

ANSWERS = "assignment: activity6\nanswers:\n  q1:\n    phi_0: 1\n"


def packed(path, *rows):
    """An archive of (name, content or (content, changes of the entry))."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in rows:
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            data, change = content if isinstance(content, tuple) else (content, None)
            if change is not None:
                change(info)
            made.writestr(info, data)
    return path


def linked(info):
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def device(info):
    info.external_attr = (stat.S_IFIFO | 0o600) << 16


def encrypted(path, name):
    """Set the flag of encryption in both headers of an entry."""
    data = bytearray(path.read_bytes())
    for mark, offset, length in ((b"PK\x03\x04", 6, 26), (b"PK\x01\x02", 8, 28)):
        at = 0
        while (at := data.find(mark, at)) >= 0:
            size = struct.unpack_from("<H", data, at + length)[0]
            start = at + (30 if mark == b"PK\x03\x04" else 46)
            if data[start : start + size] == name.encode():
                data[at + offset] |= 1
            at += 4
    path.write_bytes(bytes(data))


JANE = "doejane_1207_55_a.yaml"


@pytest.mark.parametrize(
    "name, content, problem",
    [
        ("../../etc/doejane_1208_55_a.yaml", ANSWERS, "its name leads out of the archive, so it is not read"),
        ("..\\doejane_1208_55_a.yaml", ANSWERS, "its name leads out of the archive, so it is not read"),
        ("/etc/doejane_1208_55_a.yaml", ANSWERS, "its name is an absolute path, so it is not read"),
        ("C:/doejane_1208_55_a.yaml", ANSWERS, "its name is an absolute path, so it is not read"),
        ("doejane_1208_55_a.yaml", ("/etc/passwd", linked), "it is a symbolic link, so it is not followed"),
        ("doejane_1208_55_a.yaml", ("", device), "it is no ordinary file, so it is not read"),
        ("doejane_1208_55_a.yaml", "a" * (limits.FILE_BYTES + 1), "it is longer than 5 MB when unpacked"),
    ],
)  # fmt: skip
def test_an_entry_that_is_refused_costs_no_one_else_anything(
    tmp_path, homework, *, name, content, problem
):
    path = packed(tmp_path / "s.zip", (name, content), (JANE, ANSWERS))
    batch = grade_paths(homework, [path])
    assert [row.file for row in batch.students] == [JANE]
    assert [row.error for row in batch.unread] == [
        f"doejane_1208_55_a.yaml: doejane (Canvas id 1208) handed this in: {problem}; "
        "a person must look at it"
    ]


def test_encrypted_and_damaged_entries(tmp_path, homework):
    path = packed(tmp_path / "s.zip", ("doejane_1208_55_a.yaml", ANSWERS), (JANE, ANSWERS),
                  ("doejane_1209_55_a.yaml", ANSWERS * 9))  # fmt: skip
    encrypted(path, "doejane_1208_55_a.yaml")
    data = path.read_bytes()
    at = data.find(b"doejane_1209_55_a.yaml") + 22 + 20
    path.write_bytes(data[:at] + bytes(byte ^ 0x55 for byte in data[at : at + 4]) + data[at + 4 :])
    batch = grade_paths(homework, [path])
    assert [row.file for row in batch.students] == [JANE]
    assert [row.error.partition(": it ")[2] for row in batch.unread] == [
        "is encrypted; a person must look at it",
        "is damaged in the archive; a person must look at it",
    ]


def test_a_bomb_is_stopped_by_the_sum_of_its_entries(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "ARCHIVE_BYTES", 1_000_000)
    rows = [(f"doejane_{number}_55_a.yaml", "a" * 400_000) for number in range(1, 5)]
    path = packed(tmp_path / "s.zip", *rows)
    assert path.stat().st_size < 20_000
    files, unread = find_files([path])
    assert len(files) == 2
    assert all("unpack to more than 1 MB" in row.error for row in unread)


def test_an_entry_whose_size_is_a_lie(tmp_path, monkeypatch):
    path = packed(tmp_path / "s.zip", (JANE, "a" * 4000))
    data = path.read_bytes().replace(struct.pack("<I", 4000), struct.pack("<I", 10))
    path.write_bytes(data)
    files, unread = find_files([path])
    assert files == []
    assert "it is damaged in the archive" in unread[0].error


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "this is not a whole ZIP archive; download it once more from Canvas"),
        (b"PK\x03\x04 and nothing", "this is not a whole ZIP archive; download it once more from Canvas"),
        ("cut", "this is not a whole ZIP archive; download it once more from Canvas"),
        ("none", "s.zip: there are no files in it"),
        ("many", "the archive holds more than 3 files"),
    ],
)  # fmt: skip
def test_an_archive_that_cannot_be_read(tmp_path, monkeypatch, data, message):
    path = tmp_path / "s.zip"
    if data == "none":
        packed(path)
    elif data == "many":
        monkeypatch.setattr(archive, "ARCHIVE_ENTRIES", 3)
        packed(path, *[(f"{k}.yaml", "") for k in range(4)])
    else:
        packed(path, (JANE, ANSWERS))
        path.write_bytes(path.read_bytes()[:-30] if data == "cut" else data)
    files, unread = find_files([path])
    assert files == []
    assert [message in row.error for row in unread] == [True]


def test_names_in_other_encodings(tmp_path):
    """UTF-8 without its flag (macOS), a Unicode path in the extra field (Info-ZIP), cp437."""
    name = "müllerjörg_1207_55_lösung.yaml"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        target.writestr(zipfile.ZipInfo("A" * len(name.encode())), ANSWERS)
        raw = "mullerjorg_1208_55_l.yaml".encode("cp437")
        info = zipfile.ZipInfo(raw.decode("cp437"))
        unicode = "müllerjörg_1208_55_lösung.yaml".encode()
        body = b"\x01" + struct.pack("<I", zlib.crc32(raw)) + unicode
        info.extra = struct.pack("<HH", 0x7075, len(body)) + body
        target.writestr(info, ANSWERS)
        target.writestr(zipfile.ZipInfo("B" * len(name)), ANSWERS)
    data = made.getvalue().replace(b"A" * len(name.encode()), name.encode())
    data = data.replace(b"B" * len(name), name.replace("1207", "1209").encode("cp437"))
    (tmp_path / "s.zip").write_bytes(data)
    files, unread = find_files([tmp_path / "s.zip"])
    assert unread == []
    assert [(file.label, file.canvas.user_id) for file in files] == [
        (name, "1207"),
        ("müllerjörg_1208_55_lösung.yaml", "1208"),
        (name.replace("1207", "1209"), "1209"),
    ]


def test_what_systems_add_is_no_file(tmp_path):
    path = packed(tmp_path / "s.zip", (JANE, ANSWERS), ("__MACOSX/._" + JANE, "x"),
                  (".DS_Store", "x"), ("sub/", ""), ("sub/Thumbs.db", "x"))  # fmt: skip
    files, unread = find_files([path])
    assert [file.label for file in files] == [JANE]
    assert unread == []


def test_names_that_a_terminal_would_act_on(tmp_path):
    path = packed(
        tmp_path / "s.zip", ("a\x1b[2J_1207_55_p.png", "x"), ("\u202eb_1208_55_p.png", "x")
    )
    _, unread = find_files([path])
    assert [row.file for row in unread] == ["a⟨U+001B⟩[2J_1207_55_p.png", "⟨U+202E⟩b_1208_55_p.png"]
    assert not set("".join(row.error for row in unread)) & set("\x1b\u202e")


def test_two_files_of_one_name(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        packed(tmp_path / "s.zip", ("a.yaml", "1"), ("a.yaml", "2"), ("x/a.yaml", "3"))
    files, _ = find_files([tmp_path / "s.zip"])
    assert [(file.label, file.data) for file in files] == [
        ("s.zip/a.yaml", b"1"), ("s.zip/a.yaml (2)", b"2"), ("s.zip/x/a.yaml", b"3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name, content, kind",
    [
        ("p.jpg", "x", "a picture"), ("p.HEIC", "x", "a picture"), ("p.pdf", "%PDF", "a PDF file"),
        ("p.docx", "PK", "a word processor's file"), ("p.zip", "PK", "an archive"),
        ("p.xyz", "words", "a file of the kind .xyz"), ("p", "words", "a file of no known kind"),
        ("p.xyz", ANSWERS, None), ("answers", ANSWERS, None), ("p.html", "<p>answers:", None),
        ("p.YAML", "x", None), ("p.tex", "x", None),
    ],
)  # fmt: skip
def test_what_is_graded_and_what_is_listed(tmp_path, name, content, kind):
    full = f"doejane_1207_55_{name}"
    files, unread = find_files([packed(tmp_path / "s.zip", (full, content))])
    assert [file.label for file in files] == ([full] if kind is None else [])
    assert [row.error for row in unread] == ([] if kind is None else [
        f"{full}: doejane (Canvas id 1207) handed this in: it is {kind} and no answers file; "
        "a person must grade it"
    ])  # fmt: skip


def test_a_folder_that_the_archive_was_unpacked_into(tmp_path, homework):
    with zipfile.ZipFile(SAMPLE / "submissions.zip") as sample:
        sample.extractall(tmp_path / "folder")
    book = load_gradebook(SAMPLE / "gradebook.csv")
    from_zip = grade_paths(homework, [SAMPLE / "submissions.zip"], book=book)
    from_folder = grade_paths(homework, [tmp_path / "folder"], book=book)
    assert from_folder.as_json() == from_zip.as_json()


def test_a_folder_of_other_files_is_none(tmp_path):
    for name in ("hw_1_2_a.yaml", "ada.yaml", "ben.yaml", "photo.png"):
        (tmp_path / name).write_text(ANSWERS)
    files, unread = find_files([tmp_path])
    assert [(file.label, file.canvas) for file in files] == [
        ("ada.yaml", None), ("ben.yaml", None), ("hw_1_2_a.yaml", None),
    ]  # fmt: skip
    assert unread == []
    assert find_files([tmp_path / "hw_1_2_a.yaml"])[0][0].canvas is None


# --- identity ------------------------------------------------------------------------------

BOOK = read_gradebook(
    b"Student,ID,SIS User ID,SIS Login ID,Section,A (1)\n"
    b'"Doe, Jane",1207,S7,jdoe,A,\n"Roe, Rick",1208,S8,rroe,A,\n',
    "g.csv",
)
DOE = read_name("doejane_1207_55_a.yaml")
ANON = read_name("anon_x7Qp2_55_a.yaml")

IDENTITIES = [
    # The archive and the gradebook; the file says nothing, or agrees.
    (DOE, BOOK, {}, ("Jane Doe", "1207", "S7", "jdoe"), []),
    (DOE, BOOK, {"name": "jane doe", "id": "1207"}, ("Jane Doe", "1207", "S7", "jdoe"), []),
    (DOE, BOOK, {"name": "Jane Q. Doe"}, ("Jane Doe", "1207", "S7", "jdoe"), []),
    # The archive alone.
    (DOE, None, {}, ("doejane", "1207", None, None), []),
    (DOE, None, {"name": "Jane Doe", "sis_user_id": "S7"}, ("Jane Doe", "1207", "S7", None), []),
    # They disagree: the archive counts, and a note says so.
    (DOE, None, {"name": "Jane Doe", "id": "9"}, ("Jane Doe", "1207", None, None),
     ["the file says Canvas id 9, Canvas's archive says 1207, which counts"]),
    (DOE, None, {"name": "Rick Roe", "sis_user_id": "S8"}, ("doejane", "1207", None, None),
     ["the file says Rick Roe, Canvas's archive says `doejane` (a student or a group), which counts"]),
    (DOE, BOOK, {"name": "Rick Roe", "id": "1208", "sis_login_id": "rroe"},
     ("Jane Doe", "1207", "S7", "jdoe"),
     ["the file says Canvas id 1208, Canvas's archive says 1207, which counts",
      "the file says login rroe, the gradebook says jdoe, which counts",
      "the file says Rick Roe, the gradebook says Jane Doe, which counts"]),
    (read_name("x_5_55_a.yaml"), BOOK, {}, ("x", "5", None, None),
     ["the gradebook has no student with the Canvas id 5"]),
    (read_name("team7_1207_55_a.yaml"), BOOK, {"name": "Jane Doe"}, ("Jane Doe", "1207", "S7", "jdoe"),
     ["Canvas's archive calls this `team7`, and its id 1207 is that of Jane Doe: probably a group, "
      "whose other members get no grade from here"]),
    # No archive: the gradebook, found by what the file says.
    (None, None, {"name": "X", "id": "1"}, ("X", "1", None, None), []),
    (None, BOOK, {"name": "J. D.", "id": "1207"}, ("Jane Doe", "1207", "S7", "jdoe"),
     ["the file says J. D., the gradebook says Jane Doe, which counts"]),
    (None, BOOK, {"sis_login_id": "JDOE"}, ("Jane Doe", "1207", "S7", "jdoe"), []),
    (None, BOOK, {"name": "Jane Doe"}, ("Jane Doe", "1207", "S7", "jdoe"), []),
    (None, BOOK, {"name": "Nobody"}, ("Nobody", None, None, None),
     ["the gradebook has no student like the one that the file names"]),
    # Anonymous: only the file can say.
    (ANON, None, {"name": "Jane Doe", "id": "1207"}, ("Jane Doe", "1207", None, None),
     ["handed in anonymously (x7Qp2); who it is, only the file itself says"]),
]  # fmt: skip


@pytest.mark.parametrize("canvas, book, written, student, notes", IDENTITIES)
def test_who_it_is(canvas, book, written, student, notes):
    identity = identify(canvas, book, Student(**written))
    assert identity.student == Student(*student)
    assert list(identity.notes) == notes


# --- several files of one student --------------------------------------------------------------


def answers(**given):
    rows = "".join(f"    {part}: {text}\n" for part, text in given.items())
    return f"answers:\n  q1:\n{rows}"


@pytest.mark.parametrize(
    "files, graded",
    [
        # A resubmission: the newest of one name counts.
        ({"1_a.yaml": answers(phi_0=0), "2_a-1.yaml": answers(phi_0=1)}, {"2_a-1.yaml": 1}),
        ({"9_a.yaml": answers(phi_0=1), "2_a-1.yaml": answers(phi_0=0)}, {"2_a-1.yaml": 0}),
        ({"1_a.yaml": answers(phi_0=0), "2_a-1.yaml": answers(phi_0=0), "3_a-2.yaml": answers(phi_0=1)},
         {"3_a-2.yaml": 1}),
        ({"1_a.yaml": answers(phi_0=0), "2_a-10.yaml": answers(phi_0=1), "3_a-9.yaml": answers(phi_0=0)},
         {"2_a-10.yaml": 1}),
        # One homework in several files.
        ({"1_a.yaml": answers(phi_0=1), "2_b.yaml": "answers: {q2: {df2_dh2: omega_2}}"}, {"1_a.yaml": 2}),
        ({"1_part-1.yaml": answers(phi_0=1), "2_part-2.yaml": "answers: {q2: {df2_dh2: omega_2}}"},
         {"1_part-1.yaml": 2}),
        ({"1_a.yaml": answers(phi_0=1), "2_b.yaml": answers(phi_0=1)}, {"1_a.yaml": 1}),
        # Two ways to answer one part: a person chooses.
        ({"1_a.yaml": answers(phi_0=1), "2_b.yaml": answers(phi_0=0)}, {"1_a.yaml": 1, "2_b.yaml": 0}),
    ],
)  # fmt: skip
def test_several_files(tmp_path, homework, files, graded):
    rows = [(f"doejane_1207_{name}", text) for name, text in files.items()]
    batch = grade_paths(homework, [packed(tmp_path / "s.zip", *rows)])
    assert {row.file.removeprefix("doejane_1207_"): row.score for row in batch.students} == graded
    told = " ".join(note for row in batch.students for note in row.notes)
    for name in files:
        # Every file is graded or named in a note.
        assert name in told or name in graded


def test_a_photo_beside_answers_is_named(tmp_path, homework):
    path = packed(tmp_path / "s.zip", (JANE, ANSWERS), ("doejane_1207_56_p.png", "x"))
    batch = grade_paths(homework, [path])
    assert batch.students[0].notes == (
        "the student handed in doejane_1207_56_p.png too, which a person must look at",
    )
    assert batch.as_json()["unread"][0]["student"] == {"name": "doejane", "id": "1207"}


def test_a_text_entry_with_a_picture_needs_a_person(tmp_path, homework):
    page = "<p>answers: {q1: {phi_0: 1}}</p><img src='x.png'>"
    path = packed(tmp_path / "s.zip", ("doejane_1207_text.html", page),
                  ("roerick_1208_text.html", "<img src='x.png'>"))  # fmt: skip
    batch = grade_paths(homework, [path])
    assert [(row.student.id, row.score) for row in batch.students] == [("1207", 1)]
    assert [row.error for row in batch.unread] == [
        f"{who}_text.html:1:1: it holds a picture, which a person must look at"
        for who in ("doejane_1207", "roerick_1208")
    ]


def test_a_text_entry_that_is_too_long(homework, monkeypatch):
    monkeypatch.setattr(entries, "TEXT_ENTRY_BYTES", 10)
    with pytest.raises(FileError, match="the page is longer than 0 kB"):
        entries.read_hypertext_answers(homework, b"<p>answers: {}</p>", "t.html")


# --- the sample, whole -----------------------------------------------------------------------


def test_the_sample(homework):
    book = load_gradebook(SAMPLE / "gradebook.csv")
    batch = grade_paths(homework, [SAMPLE / "submissions.zip"], book=book)
    assert [(row.student.name, row.student.id, row.score, row.pending) for row in batch.students] == [
        ("Greta Lindqvist", "1007", 8, 2),
        ("Ada Lovelace", "1001", 26, 0),
        ("Hugo Marchetti", "1008", 26, 0),
        ("Ben Okafor", "1002", 26, 0),
        ("千代 Tanaka", "1003", 26, 0),
        ("Farid Rahimi", "1006", 0, 0),
        ("Dana Whitfield", "1004", 26, 0),
    ]  # fmt: skip
    assert [(row.student.name, row.student.id) for row in batch.unread] == [
        ("Kofi Mensah", "1011"), ("Elif Yıldız", "1005"),
    ]  # fmt: skip


def test_the_order_of_an_archive_does_not_matter(tmp_path, homework):
    with zipfile.ZipFile(SAMPLE / "submissions.zip") as sample:
        rows = [(name, sample.read(name)) for name in sample.namelist()]
    batches = [
        grade_paths(homework, [packed(tmp_path / f"{k}.zip", *order)]).as_json()
        for k, order in enumerate((rows, rows[::-1]))
    ]
    assert batches[0] == batches[1]


def test_the_tables_of_kinds_do_not_meet():
    assert not set(entries._KINDS) & (found.FOLDER_SUFFIXES | entries.HYPERTEXT_SUFFIXES)
