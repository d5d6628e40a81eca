"""The self-check: hints step from a nudge to the rule, and no reference is ever printed."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.batch import grade_paths
from grader.cli import cli
from grader.errors import AnswerError, LimitError
from grader.homework import Homework, load_rubric, parse_rubric
from grader.mistakes.table import MISTAKES, WITHOUT_ROW
from grader.questions import QUESTIONS
from grader.questions.definitions import make_scope
from grader.questions.part import Part
from grader.reports.check_page import check_html
from grader.reports.check_view import check_view, look
from grader.reports.key_page import key_html, key_view
from grader.reports.rules import RULES, rule_for
from grader.reports.unicode_math import unicode_math
from grader.reports.words import is_mere_number
from grader.results import Outcome, Student, Submission
from grader.terminal import check_text
from grader.watch import saves

ROOT = Path(__file__).parents[1]
RUBRIC = (ROOT / "rubrics" / "activity6.yaml").read_text(encoding="utf-8")
FARID = ROOT / "submissions_sample" / "farid.yaml"


def homework_with(self_check: str, reveal: str = "wrong") -> Homework:
    text = re.sub("self_check: verdict", f"self_check: {self_check}", RUBRIC)
    return parse_rubric(re.sub("reveal: wrong", f"reveal: {reveal}", text))


HINTS = homework_with("hints", "all")


@pytest.fixture(scope="module")
def farid() -> Submission:
    """The student who makes every classic mistake."""
    (submission,) = grade_paths(HINTS, [FARID]).students
    return submission


def test_hints_step_from_a_nudge_to_the_rule(farid):
    view = check_view(HINTS.statement, farid, "hints")
    parts = {part.part: part for question in view.questions for part in question.parts}
    assert [hint.title for hint in parts["q1.psi_02"].hints] == [
        "Where to look", "Where it shows", "The rule",
    ]  # fmt: skip
    assert parts["q1.psi_02"].hints[0].sentences == ("Check the sign.",)
    assert parts["q1.psi_02"].hints[2].sentences == (RULES["sign"],)
    # A size has no point to show, and a rule of its own; a number has none either.
    assert parts["q3.dl_df0"].hints[1].sentences == ("The number of rows differs.",)
    assert parts["q3.dl_df0"].hints[2].sentences == (RULES["transposed"],)
    assert [hint.title for hint in parts["q1.phi_0"].hints] == ["Where to look", "The rule"]
    for level in ("format", "verdict"):
        told = check_view(HINTS.statement, farid, level)
        assert not any(part.hints for question in told.questions for part in question.parts)
    lengths = [len(check_text(HINTS.statement, farid, "hints", hints=steps)) for steps in (1, 2, 3)]
    assert lengths == sorted(set(lengths))
    assert "\n--hints 2 says more.\n" in check_text(HINTS.statement, farid, "hints")
    assert "says more" not in check_text(HINTS.statement, farid, "hints", hints=3)


def secrets(homework: Homework, part_id: str) -> list[str]:
    """What would give a part away: its reference, however it may be printed."""
    part = homework.part(part_id)
    latex = part.latex(part.answer)
    if is_mere_number(latex) or len(unicode_math(latex)) < 4:
        return []  # `1` or `ω₂` may stand anywhere
    return [latex, unicode_math(latex)]


def test_no_reference_is_printed_for_any_known_mistake():
    """Each wrong answer that is known, answered in each part, with all hints."""
    from grader.judge import judge

    checked = 0
    for part in HINTS.parts:
        known = secrets(HINTS, part.id)
        scope = make_scope(part.statement, (), (), part.question)
        rows = HINTS.diagnoser.wrong_answers(part)
        one_of_each = dict(reversed(rows))
        for wrong in (*one_of_each.values(), *(wrong for _, wrong in rows[::8])):
            text = part.latex(wrong.tree)
            result = judge(HINTS, part, text, scope)
            if result.verdict.outcome is not Outcome.DIFFERENT:
                continue
            submission = Submission(Student("A"), "a.yaml", (result,))
            view = check_view(_only(HINTS, part.id), submission, "hints")
            said = [
                sentence
                for question in view.questions
                for shown in question.parts
                for hint in shown.hints
                for sentence in hint.sentences
            ]
            assert said
            for secret in known:
                assert not any(secret in sentence for sentence in said), (part.id, text)
            assert not [found for found in formulas(said) if is_right(part, found)], (part.id, text)
            witness = result.verdict.witness
            if witness is not None and witness.at and witness.reference is not None:
                value = f"your expression is {witness.reference};"
                assert not any(value in sentence for sentence in said)
            checked += 1
    assert checked > 400


def formulas(sentences: list[str]) -> list[str]:
    """All mathematics in some sentences, but for the names of the point of a witness."""
    point = re.compile(r"^At .*? your expression ")
    return [
        found for said in sentences for found in re.findall(r"\$([^$]+)\$", point.sub("", said))
    ]


def is_right(part: Part, text: str) -> bool:
    """Whether a formula, handed in as it is, would be right."""
    kind = QUESTIONS[part.kind]
    try:
        tree = kind.read(text, part.statement.vocabulary, part).tree
    except (AnswerError, LimitError):
        return False
    return kind.judge(part, tree, {}).outcome is Outcome.EQUIVALENT


def test_a_formula_that_gives_the_answer_away_would_be_seen():
    part = HINTS.part("q2.df2_dh2")
    said = ["At $\\omega_{2}$ = 3 your expression is 1; it is $w_2 + 0$ there, or $h_2$."]
    assert formulas(said) == ["w_2 + 0", "h_2"]
    assert [is_right(part, found) for found in formulas(said)] == [True, False]


def _only(homework: Homework, part_id: str):
    from dataclasses import replace

    statement = homework.statement
    questions = tuple(
        replace(question, parts=tuple(part for part in question.parts if part.part == part_id))
        for question in statement.questions
    )
    return replace(statement, questions=tuple(q for q in questions if q.parts))


def test_every_mistake_has_a_rule_and_every_rule_a_mistake():
    names = {mistake.name for mistake in MISTAKES}
    assert names <= RULES.keys()
    assert RULES.keys() >= WITHOUT_ROW
    told_otherwise = {"times", "plus", "follow_through", "other_layout"}
    assert RULES.keys() - names - WITHOUT_ROW == told_otherwise
    assert rule_for("subscript+sign", is_size=False) == RULES["subscript"]
    assert rule_for(None, is_size=True) == RULES["transposed"]
    assert rule_for(None, is_size=False) == RULES["one_path"]


@pytest.mark.parametrize("self_check", ["format", "verdict", "hints"])
def test_the_page_holds_no_reference_and_no_grade(farid, self_check):
    page = check_html(HINTS.statement, farid, self_check)
    assert "Reference" not in page
    assert "points" not in re.sub(r"random points|<style>.*?</style>", "", page, flags=re.DOTALL)
    wrong = '<span class="sign" aria-hidden="true">✗</span> wrong'
    assert (wrong in page) == (self_check != "format")
    assert page.count("The rule") == (26 if self_check == "hints" else 0)
    articles = dict(
        re.findall(r'<article class="part" id="([\w.]+)"(.*?)</article>', page, re.DOTALL)
    )
    assert len(articles) == 26
    for part in HINTS.parts:
        for secret in secrets(HINTS, part.id):
            assert f'title="{secret}"'.replace(">", "&gt;") not in articles[part.id], part.id


def test_the_look_of_a_verdict():
    assert look(Outcome.DIFFERENT, "format") == look(Outcome.EQUIVALENT, "format")
    assert look(Outcome.DIFFERENT, "verdict") != look(Outcome.EQUIVALENT, "verdict")
    assert look(Outcome.MISSING, "format").word == "missing"


# --- The commands -----------------------------------------------------------------------


def run(*arguments: str):
    return CliRunner().invoke(cli, arguments)


def test_check_writes_the_page(tmp_path):
    page = tmp_path / "a" / "check.html"
    result = run("check", "activity6", str(FARID), "--html", str(page))
    assert result.exit_code == 1
    assert "26 parts checked" in page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o077 == 0


def test_key_as_a_page(tmp_path):
    page = tmp_path / "key.html"
    assert run("key", "activity6", "--html", "-o", str(page)).output == ""
    written = page.read_text(encoding="utf-8")
    assert written == run("key", "activity6", "--format", "html").output
    assert written.count("<dt>Reference</dt>") == 26
    assert "<script" not in written
    run("key", "activity6", "-o", str(tmp_path / "key.txt"))
    assert (tmp_path / "key.txt").read_text(encoding="utf-8") == run("key", "activity6").output


def test_the_key_shows_wrong_answers_that_are_wrong():
    homework = load_rubric("activity6")
    from grader.judge import judge

    for question in key_view(homework).questions:
        for shown in question.parts:
            part = homework.part(shown.part)
            assert len(shown.slips) >= 2
            assert len({slip.mistake for slip in shown.slips}) == len(shown.slips)
            scope = make_scope(part.statement, (), (), part.question)
            for slip in shown.slips[:2]:
                verdict = judge(homework, part, slip.latex, scope).verdict
                assert verdict.outcome is not Outcome.EQUIVALENT, (shown.part, slip.latex)


def test_the_key_says_what_a_mistake_keeps():
    homework = parse_rubric(
        RUBRIC.replace("questions:", "policy: {partial_credit: {sign: 0.5}}\nquestions:", 1)
    )
    assert key_html(homework).count("keeps 50 % of the points") == 18


# --- Watching -----------------------------------------------------------------------------


def test_a_save_is_noticed_once_in_place_or_by_a_new_file(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("1")
    steps = iter([
        lambda: None,
        lambda: path.write_text("22"),
        lambda: None,
        path.unlink,  # an editor puts a new file under the name
        lambda: path.write_text("333"),
        lambda: path.with_suffix(".new").write_text("333"),
        lambda: path.with_suffix(".new").replace(path),
    ])  # fmt: skip
    looks = []

    def wait(seconds: float) -> None:
        assert seconds > 0
        looks.append(len(seen))
        next(steps, stop)()

    def stop() -> None:
        raise KeyboardInterrupt

    seen: list[str] = []

    def watch() -> None:
        for _ in saves(path, wait):
            seen.append(path.read_text())  # noqa: PERF401 - ended by an exception

    with pytest.raises(KeyboardInterrupt):
        watch()
    assert seen == ["22", "333", "333"]
    assert looks == [0, 0, 1, 1, 1, 2, 2, 3]


def test_check_watches_until_it_is_stopped(tmp_path, monkeypatch):
    path = tmp_path / "a.yaml"
    ada = (ROOT / "submissions_sample" / "ada.yaml").read_text(encoding="utf-8")
    path.write_text(ada.replace("phi_0: 1", "phi_0: 2", 1), encoding="utf-8")
    rounds = []

    def fake(watched: Path):
        assert watched == path
        path.write_text(ada, encoding="utf-8")
        rounds.append(1)
        yield
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.watch.saves", fake)
    result = run("check", "activity6", str(path), "--watch")
    # The last check counts: all is right by then.
    assert result.exit_code == 0
    assert "25 right, 1 wrong, of 26 parts." in result.output
    assert result.output.endswith("26 right, of 26 parts.\n")
    assert rounds == [1]


def test_watching_a_real_file(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("1")
    noticed = threading.Event()

    def watch() -> None:
        next(saves(path))
        noticed.set()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    for number in range(20):
        path.write_text("2" * (number + 2))
        if noticed.wait(1):
            break
    assert noticed.is_set()
