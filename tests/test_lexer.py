"""How text is cut into tokens, and names into what they stand for."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import AnswerError, LimitError
from grader.expr.dimensions import parse_dimensions
from grader.expr.lexer import Lexer, tokenize
from grader.expr.lexicon import distance, lexicon_of, suggestion
from grader.expr.names import FREE, Vocabulary
from grader.expr.parser import parse_answer, parse_expression, parse_name, parse_quantity

NET = Vocabulary(
    frozenset(
        "y x z d I p phi_0 phi_1 psi_11 theta_01 theta_11 theta_12 f_2 ell_i D_1 D_2".split()
    ),
    {"w_2": "omega_2"},
    {"a": "relu", "H": "heaviside", "p": "sigmoid", "sigma": "sigmoid"},
    subscript_partials=True,
)


def shown(text, vocabulary):
    """The tokens as ``value@start:end``."""
    tokens = tokenize(text, lexicon_of(vocabulary))
    return " ".join(
        f"{value}@{start}:{end}"
        for value, start, end in zip(tokens.values, tokens.starts, tokens.ends, strict=True)
        if value
    )


@pytest.mark.parametrize(
    "text, vocabulary, tokens",
    [
        (r"\phi_1x", NET, "phi_1@0:6 x@6:7"),
        (r"\varphi_1 x", NET, "phi_1@0:9 x@10:11"),
        (r"\varphi_1x", NET, "phi_1@0:9 x@9:10"),
        ("phi1psi11a[x]", NET, "phi_1@0:4 psi_11@4:9 relu@9:10 [@10:11 x@11:12 [@12:13"),
        ("θ₀₁x", NET, "theta_01@0:3 x@3:4"),
        (r"\theta _ {0 1}", NET, "theta_01@0:14"),
        (r"{\theta}_{01}", NET, "theta_01@0:13"),
        (r"\left [ x \right ]", NET, "[@0:7 x@8:9 [@10:18"),
        (r"x\,y", NET, "x@0:1 y@3:4"),
        ("w_2", NET, "omega_2@0:3"),
        (r"\frac12", FREE, "frac@0:5 1@5:6 2@6:7"),
        (r"\frac{1}23", FREE, r"frac@0:5 {@5:6 1@6:7 {@7:8 2@8:9 3@9:10"),
        ("x_1y_{22}", FREE, "x_1@0:3 y_22@3:9"),
        ("2pix", FREE, "2@0:1 pi@1:3 x@3:4"),
        ("sin2x", FREE, "sin@0:3 2@3:4 x@4:5"),
        ("x^2_1", FREE, "x_1@0:1 ^@1:2 2@2:5"),
        ("y\u0302", FREE, "hat:y@0:2"),
        (r"\text{if } x", FREE, "if@0:10 x@11:12"),
        (r"\mathbb{1}_{x>0}", FREE, "one@0:10 _@10:11 {@11:12 x@12:13 >@13:14 0@14:15 {@15:16"),
        ("$x$ is $y$", FREE, "x@1:2 =@4:6 y@8:9"),
    ],
)
def test_tokens(text, vocabulary, tokens):
    assert shown(text, vocabulary) == tokens


@pytest.mark.parametrize(
    "run, pieces",
    [
        ("theta01x", ["theta_01", "x"]),
        ("theta_01x", ["theta_01", "x"]),
        ("xI", ["x", "I"]),
        ("xsin", ["x", "sin"]),
        ("theta_011", None),  # not theta_01 and a 1
        ("x2", None),  # not x and a 2
        ("xq", None),
    ],
)
def test_runs_are_cut_into_known_names_only(run, pieces):
    found = lexicon_of(NET).cut(run)
    assert (found and [piece.entry[1] for piece in found]) == pieces


@pytest.mark.parametrize(
    "name, near",
    [
        ("theta_21", "theta_12"),  # a swap is nearer than a change
        ("Theta_01", "theta_01"),
        ("theta01", "theta_01"),
        ("thta_01", "theta_01"),
        ("q", None),
        ("zzzzzzzz", None),
    ],
)
def test_suggestions(name, near):
    assert suggestion(name, lexicon_of(NET)) == near


def test_distance():
    assert distance("theta_21", "theta_12") == 0.5
    assert distance("x", "X") == 0.25
    assert distance("x1", "x_1") == 0.25
    assert distance("abc", "abcd") == 1
    assert distance("a", "aaaaaaaa") == 9


def test_names_are_case_sensitive_and_functions_are_not():
    vocabulary = Vocabulary(frozenset({"W", "w"}))
    assert shown("Ww", vocabulary) == "W@0:1 w@1:2"
    assert shown("RELU(W)", vocabulary) == "relu@0:4 (@4:5 W@5:6 (@6:7"


def test_one_answer_changes_nothing_for_the_next():
    vocabulary = Vocabulary(frozenset({"x"}))
    parse_answer("x z_1 where z_1 = x", vocabulary)
    with pytest.raises(AnswerError):
        parse_answer("z_1", vocabulary)


def test_a_lexicon_survives_pickling():
    vocabulary = pickle.loads(pickle.dumps(Vocabulary(frozenset({"x"}), {}, {"a": "relu"})))
    lexicon = pickle.loads(pickle.dumps(lexicon_of(vocabulary)))
    assert tokenize("a[(x)]", lexicon).match == {1: 5, 2: 4}


_BITS = [
    *(
        r"\phi_1|\phi_{0}|x|y|z|theta01|\theta_01|a|a'|I|H|p|d|e|1|2|0.5|1e3|(|)|[|]|{|}|\{|\}|\left|\right"
        r"|.|\big|\lvert|\rvert|+|-|*|/|^|_|'|,|=|>|<|\ge|\land| and | or |not |\frac|\sqrt|[3]|\sin|\log|\max"
        r"|sin|\text{if }|\text{otherwise}|\text{where }|\begin{cases}|\end{cases}|\\|&|\partial|∂|\nabla"
        r"|\mathbf|\mathbb{1}|\hat|\mathrm|{ReLU}|\operatorname|\cancel|\boxed|\dots|…|?|$|$$|\(|\)|²|⁻¹|₀₁|θ"
        r"|φ₀|½|√|×|·|≥|∈|\mathbb{R}|R| by |D_1|D1xD2|\times|%| |~|\,|\quad|\hspace{1cm}|\label{a}|☃|х|ŷ|!|;|:"
        r"|#|\|T|\top|\prime|≈| if | else |\underbrace"
    ).split("|"),
    "|",
    "\n",
    "\u200b",
    "\u0302",
]
_TEXTS = st.lists(st.sampled_from(_BITS), max_size=20).map("".join) | st.text(max_size=30)


@pytest.mark.parametrize(
    "read", [parse_answer, parse_expression, parse_dimensions, parse_quantity, parse_name]
)
@pytest.mark.parametrize("vocabulary", [NET, FREE], ids=["rubric", "free"])
def test_any_text_is_read_or_refused_with_its_place(read, vocabulary):
    @settings(max_examples=150, deadline=None)
    @given(_TEXTS)
    def check(text):
        try:
            spans = [note.span for note in getattr(read(text, vocabulary), "notes", ())]
        except AnswerError as error:
            spans = [error.span] if text else []
            text_of_error = str(error)
        except LimitError:
            return
        else:
            text_of_error = "none"
        assert text_of_error
        assert all(0 <= span.start < span.end <= len(text) for span in spans)

    check()


class OneByOne(Lexer):
    """Finds where a token ends when the one before it has been read."""

    def scan_from(self, start, stop, *, ahead):
        return super().scan_from(start, stop, ahead=False)


def outcome_of(kind, text, vocabulary):
    try:
        return kind(text, lexicon_of(vocabulary)).run()
    except (AnswerError, LimitError) as error:
        return str(error)


@pytest.mark.parametrize("vocabulary", [NET, FREE], ids=["rubric", "free"])
@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            r"\frac { } ( ) [ ] | \left( \right) \left \right _ ^ ' x \theta_{01} \theta 01 x_1 "
            r"\phi_0 \operatorname{ReLU} \sin \cos I > >= = , . 12 3.5 1{,}000 \cdot + - \\ \text{if} "
            r"$ \begin{cases} \end{cases} & \mathrm{sin} \prime θ₀₁ ² \, ~ sum \sqrt".split()
        ),
        max_size=14,
    ),
    st.sampled_from(["", " ", "  ", "\n"]),
)
def test_looking_ahead_finds_the_same_tokens(vocabulary, words, between):
    text = between.join(words)
    assert outcome_of(Lexer, text, vocabulary) == outcome_of(OneByOne, text, vocabulary)
