"""Names: one canonical form for each quantity, however it is typed.

A canonical name is ``base`` or ``base_subscript``: a Greek letter by its English
name, the subscript without braces, blanks and commas.  ``\\theta_{0,1}``,
``θ₀₁``, ``theta01`` and ``\\boldsymbol{\\theta}_{01}`` are all ``theta_01``.  An
accent belongs to the name and stands before a colon: ``\\hat y_i`` is
``hat:y_i``; a prime on a quantity follows it: ``z'`` is ``z'``.  The index of a layer
stands behind a caret: ``h^{(2)}_1`` is ``h^2_1``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Greek letters that LaTeX has a command for, small and capital.
GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
    "sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)

#: Accents that are part of a name, by LaTeX command.
ACCENTS = frozenset("hat widehat bar overline tilde widetilde dot ddot check breve".split())


#: A layer's index above a name, behind the caret: ``{(2)}``, ``(2)``, ``{[2]}``.
LAYER = re.compile(r"\s*(?:\{\s*)?(?:\(\s*([0-9A-Za-z]+)\s*\)|\[\s*([0-9A-Za-z]+)\s*\])(?:\s*\})?")
_SUBSCRIPT = r"(?:_(?:\{([0-9A-Za-z, ]+)\}|([0-9A-Za-z]+)))?"
_LAYERED = re.compile(rf"\\?([A-Za-z]+){_SUBSCRIPT}\^{LAYER.pattern}\s*{_SUBSCRIPT}")


def layered_name(text: str) -> str | None:
    r"""The canonical form of a name with a layer's index above, None for any other text.

    >>> layered_name("h^{(2)}_1"), layered_name(r"\theta_{01}^{[3]}"), layered_name("x^2")
    ('h^2_1', 'theta^3_01', None)
    """
    found = _LAYERED.fullmatch(text)
    if found is None:
        return None
    base, before, before_bare, round_, square, after, after_bare = found.groups()
    subscript = before or before_bare or after or after_bare or ""
    if (before or before_bare) and (after or after_bare):
        return None
    subscript = subscript.replace(",", "").replace(" ", "")
    return f"{base}^{round_ or square}" + (f"_{subscript}" if subscript else "")


#: Quantities of these names are also marks: of an indicator, of a differential.
MARKS = frozenset({"I", "d", "delta", "chi"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What names mean while one text is read.

    ``names``: the canonical names that may occur.  ``aliases``: other canonical
    spellings, each to the name it stands for (``w_2`` to ``omega_2``).
    ``functions``: names that this homework uses for functions, each to a row of
    ``FUNCTIONS`` (``a`` to ``relu``).  ``free``: any other letter, Greek letter or
    subscripted name is a quantity too (there is no rubric to ask).
    ``subscript_partials``: ``y_{\\phi_0}`` is ∂y/∂φ₀ where it is no name.
    ``indices``: letters that sums run over, each to the size that it runs to (``i`` to
    ``n``).  ``shapes``: rows and columns of each vector and matrix, as names and whole
    numbers; only with shapes are matrices read.
    """

    names: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)
    free: bool = False
    subscript_partials: bool = False
    indices: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: What the lexer derives from the fields above, once (see ``expr/lexicon.py``).
    memo: dict[str, object] = field(default_factory=dict, init=False, compare=False, repr=False)

    def resolve(self, name: str) -> str | None:
        """The quantity that a canonical spelling stands for, or None."""
        if name in self.names:
            return name
        return self.aliases.get(name)

    def function_names(self) -> dict[str, str]:
        """From each function that this homework has a name for to that name (``relu`` to ``a``).

        The first name wins where there are several; for :func:`to_latex`.
        """
        found: dict[str, str] = {}
        for name, row in self.functions.items():
            found.setdefault(row, name)
        return found

    def with_names(self, names: Iterable[str]) -> Vocabulary:
        """This vocabulary and further names (a student's definitions)."""
        return Vocabulary(
            self.names | frozenset(names),
            self.aliases,
            self.functions,
            self.free,
            self.subscript_partials,
            self.indices,
            self.shapes,
        )


#: Every letter is a real quantity: what ``grader.equivalent`` uses by itself.
FREE = Vocabulary(free=True)


def _index_latex(subscript: str) -> str:
    r"""A subscript that is a Greek letter by name is that letter: ``H_{\phi}``."""
    return f"\\{subscript}" if subscript in GREEK else subscript


def latex_name(name: str) -> str:
    """The LaTeX of a canonical name.

    >>> latex_name("theta_01"), latex_name("hat:y_i"), latex_name("H_phi")
    ('\\\\theta_{01}', '\\\\hat{y}_{i}', 'H_{\\\\phi}')
    """
    accent, colon, rest = name.rpartition(":")
    primes = len(rest) - len(rest.rstrip("'"))
    rest = rest.rstrip("'")
    base, _, subscript = rest.partition("_")
    base, _, layer = base.partition("^")
    text = base
    if base in GREEK or base == "ell":
        text = f"\\{base}"
    elif len(base) > 1:
        text = f"\\mathrm{{{base}}}"
    if colon:
        text = f"\\{accent}{{{text}}}"
    below = f"_{{{_index_latex(subscript)}}}" if subscript else ""
    if layer:
        return f"{text}{chr(39) * primes}^{{({layer})}}{below}"
    # A prime last, where an exponent may follow it; TeX refuses `x'_{0}^{2}`.
    return f"{text}{below}{chr(39) * primes}"
