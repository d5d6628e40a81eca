"""Names: one canonical form for each quantity, however it is typed.

A canonical name is ``base`` or ``base_subscript``: a Greek letter by its English
name, the subscript without braces, blanks and commas.  ``\\theta_{0,1}``,
``θ₀₁``, ``theta01`` and ``\\boldsymbol{\\theta}_{01}`` are all ``theta_01``.  An
accent belongs to the name and stands before a colon: ``\\hat y_i`` is
``hat:y_i``; a prime on a quantity follows it: ``z'`` is ``z'``.
"""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What names mean while one text is read.

    ``names``: the canonical names that may occur.  ``aliases``: other canonical
    spellings, each to the name it stands for (``w_2`` to ``omega_2``).
    ``functions``: names that this homework uses for functions, each to a row of
    ``FUNCTIONS`` (``a`` to ``relu``).  ``free``: any other letter, Greek letter or
    subscripted name is a quantity too (there is no rubric to ask).
    ``subscript_partials``: ``y_{\\phi_0}`` is ∂y/∂φ₀ where it is no name.
    """

    names: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)
    free: bool = False
    subscript_partials: bool = False
    #: What the lexer derives from the fields above, once (see ``expr/lexicon.py``).
    memo: dict[str, object] = field(default_factory=dict, init=False, compare=False, repr=False)

    def resolve(self, name: str) -> str | None:
        """The quantity that a canonical spelling stands for, or None."""
        if name in self.names:
            return name
        return self.aliases.get(name)

    def with_names(self, names: Iterable[str]) -> Vocabulary:
        """This vocabulary and further names (a student's definitions)."""
        return Vocabulary(
            self.names | frozenset(names),
            self.aliases,
            self.functions,
            self.free,
            self.subscript_partials,
        )


#: Every letter is a real quantity: what ``grader.equivalent`` uses by itself.
FREE = Vocabulary(free=True)


def latex_name(name: str) -> str:
    """The LaTeX of a canonical name.

    >>> latex_name("theta_01"), latex_name("hat:y_i"), latex_name("x")
    ('\\\\theta_{01}', '\\\\hat{y}_{i}', 'x')
    """
    accent, colon, rest = name.rpartition(":")
    primes = len(rest) - len(rest.rstrip("'"))
    rest = rest.rstrip("'")
    base, _, subscript = rest.partition("_")
    text = base
    if base in GREEK or base == "ell":
        text = f"\\{base}"
    elif len(base) > 1:
        text = f"\\mathrm{{{base}}}"
    if colon:
        text = f"\\{accent}{{{text}}}"
    text += "'" * primes
    if subscript:
        text += f"_{{{subscript}}}"
    return text
