"""``--anonymize``: what is shared names nobody, in any byte of any file.

The real program grades the samples and a class that writes about itself, and shares them.
"""

from __future__ import annotations

import io
import json
import re
import stat
import unicodedata
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli
from grader.exports import EXPORTS
from grader.exports.anonymous import all_in, anonymous, document_key, open_key
from grader.exports.masks import mask_of

#: Name, ids, file, and an answer of students who write about themselves and each other.
CLASS = (
    ({"name": "Zoë O'Neill-Smith", "id": "770001", "sis_login_id": "zoneill"},
     "zoneill_770001_hw.yaml", r"\text{Zoë O'Neill-Smith} + x"),
    ({"name": "Max Delta", "id": "770002", "sis_user_id": "S-770002"},
     "max delta.yaml", r"\max(0, x) % max delta, 770002, max.delta@example.edu"),
    ({"name": "王伟", "id": "770003"}, "王伟.yaml", "1 说王伟说"),
    ({"name": unicodedata.normalize("NFD", "Anaïs Błaż"), "sis_login_id": "ablaz77"},
     "homework.yaml", "see ANAIS and ablaz77 and zoneill_770001_hw.yaml"),
    ({"name": "Will Stone"}, "w.yaml", "with Zoe and oneill, smith"),
)  # fmt: skip

COMMENT = "Zoë O'Neill-Smith (770001) copied from Will; ask will.stone@example.edu"

SHARED = tuple(name for name, row in EXPORTS.items() if "anonymize" in row.options)
NAMED = tuple(name for name, row in EXPORTS.items() if row.named)


def run(*arguments: object, code: int = 0) -> str:
    """What the program says on both streams; it must end with this code."""
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Results of both classes, with a decision whose comment names people."""
    folder = tmp_path_factory.mktemp("class")
    for student, file, answer in CLASS:
        about = {"student": student, "assignment": "activity6"}
        answers = {"q1": {"phi_0": answer, "phi_1": "1"}}
        (folder / file).write_text(json.dumps(about | {"answers": answers}), encoding="utf-8")
    samples = root / "submissions_sample"
    out = folder / "out"
    paths = (samples, samples / "messy", folder)
    run("grade", "activity6", *paths, "-o", out, "--no-feedback", "-q", code=1)
    review = (out / "review.yaml").read_text("utf-8")
    changed = review
    for key, value in (("points", 1), ("comment", COMMENT), ("decided_by", "Prof. Quill")):
        line = re.compile(rf"(?m)^( *{key}:) *(#.*)?$")
        told = json.dumps(value, ensure_ascii=False)
        changed = line.sub(lambda found, told=told: f"{found[1]} {told}", changed, count=1)
    assert changed != review
    (out / "review.yaml").write_text(changed, encoding="utf-8")
    run("grade", "activity6", *paths, "-o", out, "--no-feedback", "-q", code=1)
    assert "Prof. Quill" in (out / "results.json").read_text("utf-8")
    return out / "results.json"


@pytest.fixture(scope="module")
def shared(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that can be shared, and the key beside it."""
    folder = tmp_path_factory.mktemp("all")
    key = folder / "key.json"
    run("export", "anonymous", results, "-o", folder / "shared" / "pages", "--anonymize-key", key)
    for name in SHARED:
        told = run("export", name, results, "--anonymize-key", key, "-o", folder / "shared" / name)
        assert told == ""
    return folder / "shared"


def texts(folder: Path) -> dict[str, str]:
    """Every name of a file below, and every byte in it, unpacked where it is packed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        place = str(path.relative_to(folder))
        data = path.read_bytes() if path.is_file() else b""
        found[place] = f"{place}\n{data.decode('utf-8', 'replace')}"
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    found[f"{place}!{name}"] = f"{name}\n{archive.read(name).decode('utf-8')}"
    return found


def plain(text: str) -> str:
    """Without accents and entities, so that no way of typing hides anything."""
    for entity, letter in (("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")):
        text = text.replace(entity, letter)
    marks = unicodedata.normalize("NFKD", json.loads(f'"{text}"') if "\\u" in text and '"' not in text and "\n" not in text else text)  # fmt: skip
    return "".join(m for m in marks if not unicodedata.combining(m)).replace("ı", "i").casefold()


def telling(document: dict) -> set[str]:
    """What names somebody: names and their words, ids, files and their stems."""
    found = {"nils berg", "nils", "prof. quill", "quill", "@example.edu"}
    for row in (*document["students"], *document["unread"]):
        student = row.get("student") or {}
        found |= set(student.values()) | {row["file"], *row.get("files", ())}
        found |= set(re.findall(r"\w{3,}", student.get("name", "")))
    found |= {file.rpartition(".")[0] for file in found if re.search(r"\d.*\.yaml$", file)}
    # These are words of the house or of mathematics too; the whole names are looked for.
    return {plain(text) for text in found} - {"will", "max", "delta", "stone"}


def test_no_byte_of_what_is_shared_names_anybody(results: Path, shared: Path) -> None:
    words = telling(json.loads(results.read_text("utf-8")))
    assert len(words) > 80
    every = texts(shared)
    assert len(every) > 60
    found = []
    for place, text in every.items():
        folded = plain(text)
        for word in words:
            if not word.isascii():
                found += [(place, word)] if word in folded else []
                continue
            # 1003/168 is the value of an expression, whoever has the id 1003.
            fraction = r"(?<!\d/)(?<!\d/-)", r"(?!/\d)" if word.isdigit() else ""
            pattern = rf"(?<![^\W_]){fraction[0]}{re.escape(word)}(?![^\W_]){fraction[1]}"
            if match := re.search(pattern, folded):
                found.append((place, word, folded[max(0, match.start() - 40) :][:90]))
    assert found == []


def test_the_search_sees_what_is_not_anonymous(results: Path, tmp_path: Path) -> None:
    run("export", "xlsx", results, "-o", tmp_path / "named.xlsx")
    words = telling(json.loads(results.read_text("utf-8")))
    seen = plain("".join(texts(tmp_path).values()))
    assert len([word for word in words if word in seen]) > 60


def test_the_mathematics_and_the_points_stay(results: Path, shared: Path) -> None:
    before = json.loads(results.read_text("utf-8"))
    after = json.loads((shared / "pages" / "results.json").read_text("utf-8"))
    key = json.loads((shared.parent / "key.json").read_text("utf-8"))
    who = {row["file"]: row["pseudonym"] for row in key["students"]}
    scores = {who[row["file"]]: row["score"] for row in before["students"]}
    assert {row["student"]["name"]: row["score"] for row in after["students"]} == scores
    found = {row["student"]["name"]: row["parts"][0]["answer"] for row in after["students"]}
    assert found[who["max delta.yaml"]] == r"\max(0, x) % [name], [name], [e-mail]"
    assert found[who["zoneill_770001_hw.yaml"]] == r"\text{[name]} + x"
    assert found[who["王伟.yaml"]] == "1 说[name]说"
    assert found[who["homework.yaml"]] == "see [name] and [name] and [file]"
    assert found[who["w.yaml"]] == "with [name] and oneill, [name]"
    changed = {who[file] for _, file, _ in CLASS}
    for row, old in zip(
        sorted(after["students"], key=lambda row: row["file"]),
        sorted(before["students"], key=lambda row: who[row["file"]]),
        strict=True,
    ):
        if row["file"] not in changed:
            undecided = [part for part in old["parts"] if not part["decision"]]
            assert [p for p in row["parts"] if not p["decision"]] == undecided


def test_the_key_is_for_its_owner_and_keeps_everyones_pseudonym(
    results: Path, shared: Path, tmp_path: Path
) -> None:
    key = shared.parent / "key.json"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = json.loads(key.read_text("utf-8"))
    document = json.loads(results.read_text("utf-8"))
    late = {**document["students"][0], "student": {"name": "Late Comer", "id": "1"}, "file": "l"}
    grown = all_in({**document, "students": [late, *document["students"]]}, open_key(key))
    names = {row["pseudonym"]: json.dumps(row["who"]) for row in first["students"]}
    assert {grown.pseudonym(who): who for who in grown.given}.items() >= names.items()
    assert grown.pseudonym('["id", "1"]') == f"student-{len(names) + 1:04}"
    # The same key gives the same bytes, and standard output the bytes of the file.
    again = tmp_path / "again.csv"
    run("export", "csv", results, "--anonymize-key", key, "-o", again)
    assert again.read_bytes() == (shared / "csv").read_bytes()
    assert json.loads(key.read_text("utf-8")) == first


def test_the_order_shows_no_order_of_names() -> None:
    def order(secret: bytes, turn: int) -> list[str]:
        rows = [
            {"student": {"id": f"{i:05}", "name": chr(65 + i)}, "file": f"{i}.yaml", "parts": [], "notes": []}
            for i in range(20)
        ]  # fmt: skip
        document = {"students": rows[turn:] + rows[:turn], "unread": []}
        key = all_in(document, document_key(document))
        key = type(key)(secret, {}).with_all(key.given)
        return sorted(key.given, key=lambda who: key.given[who])

    orders = [order(bytes([n]) * 32, n % 20) for n in range(40)]
    assert len({tuple(one) for one in orders}) == 40
    assert all(one not in (sorted(one), sorted(one, reverse=True)) for one in orders)
    # The order of the files changes nothing.
    assert order(b"k" * 32, 0) == order(b"k" * 32, 7)


def test_without_a_key_the_same_results_give_the_same_bytes(results: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run("export", "anonymous", results, "-o", tmp_path / name)
    assert texts(tmp_path / "a") == texts(tmp_path / "b")


@pytest.mark.parametrize("form", NAMED)
def test_what_is_for_named_students_refuses(form: str, results: Path, shared: Path) -> None:
    told = run("export", form, results, "--anonymize", code=2)
    assert told == (
        f"{form} brings each student something by name or id, so it cannot be anonymous; "
        "leave --anonymize out, or share csv, xlsx, json or anonymous\n"
    )
    told = run("export", form, shared / "pages" / "results.json", code=2)
    assert told == (
        f"these results are anonymous, and {form} needs to know the students; "
        "name the results.json that grade wrote\n"
    )


def test_every_export_is_one_or_the_other(shared: Path) -> None:
    assert set(NAMED) | set(SHARED) == set(EXPORTS)
    assert set(NAMED) & set(SHARED) == set()
    told = run("push", "--course", 1, "--assignment", 2, shared / "pages" / "results.json", code=2)
    assert told.startswith("these results are anonymous, and push needs to know the students")


def test_places_and_keys_that_do_not_do(results: Path, shared: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"secret": "00"}')
    full = tmp_path / "full"
    full.mkdir()
    (full / "old.html").write_text("Ada")
    for arguments, message in (
        (("csv", results, "--anonymize-key", bad),
         f"{bad}:1:1: this is not a key that --anonymize-key wrote; name another file, or a new one"),
        (("anonymous", results, "-o", full),
         f"{full}: this folder holds other files; name a new one, so that nothing else is shared"),
        (("anonymous", results), "anonymous writes a folder; name a new one with -o"),
        (("anonymous", results, "-o", tmp_path / "n", "--anonymize-key", tmp_path / "n" / "k"),
         f"{tmp_path / 'n' / 'k'}: the key says who is who; keep it outside of what is shared"),
    ):  # fmt: skip
        assert run("export", *arguments, code=2) == f"{message}\n"
    assert not (tmp_path / "n").exists()
    assert (full / "old.html").read_text() == "Ada"


@pytest.mark.parametrize(
    "text, written, sentence",
    [
        ("Will will", "[name] [name]", "[name] will"),
        ("STONE, Will", "[name]", "[name]"),
        ("will_stone", "[name]", "[name]"),
        (r"\will x", r"\will x", r"\will x"),
        ("willing", "willing", "willing"),
        ("A@B.T and W@x", "A@B.T and W@x", "A@B.T and W@x"),
        ("s@x.org s.t@x-y.org", "s@x.org [e-mail]", "s@x.org [e-mail]"),
        ("77 and 4711 and 47110", "77 and [name] and 47110", "77 and [name] and 47110"),
        ("relu(z)", "relu(z)", "relu(z)"),
    ],
)
def test_masks(text: str, written: str, sentence: str) -> None:
    students = [
        {"student": {"name": "Will Stone", "id": "77", "sis_login_id": "4711"}, "file": "a.yaml"},
        {"student": {"name": "Relu Z"}, "file": "relu.yaml"},
    ]
    mask = mask_of({"students": students, "unread": [], "homework": {"prompt": "the relu"}})
    assert (mask.written(text), mask.sentence(text)) == (written, sentence)


def test_an_anonymous_document_is_read_one_by_one() -> None:
    rows = [{"student": {"id": str(i)}, "file": "f", "parts": [], "notes": []} for i in range(3)]
    document = {"students": rows, "unread": [], "homework": {}}
    found = anonymous(document, all_in(document, document_key(document)))["students"]
    assert [row["file"] for row in found] == ["student-0001", "student-0002", "student-0003"]
    assert [row["file"] for row in found[1:]] == ["student-0002", "student-0003"]
    assert found[-1] == found[2]
