"""Inverse tangents of fractions, as sums of few that no relation ties to one another.

arctan(p/q) is the argument of q + ip, so it adds up over the prime factors of q + ip among
the Gaussian integers.  Of each prime number a² + b² one factor a + bi with a > b > 0 is
taken; the arguments of these and π are independent over the rationals, since Gaussian
integers factor in one way only.  So arctan(1/2) + arctan(1/3) = π/4 is seen, and whatever
else there is of the kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, isqrt, pi

from flint import fmpz

from grader.limits import MAX_ANGLE_BITS

#: A Gaussian integer, as its real and imaginary parts.
Gaussian = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Angle:
    """Σ count · arctan(b/a) + eighths · π/4, for the primes a + bi of ``counts``."""

    counts: tuple[tuple[Gaussian, int], ...]
    eighths: int


def angle_of(over: int, under: int) -> Angle | None:
    """arctan(over/under) of a fraction in lowest terms with a positive denominator; None
    where it is too large to be factored."""
    norm = over * over + under * under
    if norm.bit_length() > MAX_ANGLE_BITS:
        return None
    rest: Gaussian = (under, over)
    counts: list[tuple[Gaussian, int]] = []
    eighths = 0
    # In lowest terms, no prime ≡ 3 mod 4 divides the norm, and 1 + i does at most once.
    for prime, exponent in fmpz(norm).factor():
        factor = _prime_over(int(prime))
        count = 0
        for _ in range(int(exponent)):
            divided = _quotient(rest, factor)
            if divided is None:
                rest = _exactly(_quotient(rest, (factor[0], -factor[1])))
                count -= 1
            else:
                rest = divided
                count += 1
        if prime == 2:
            eighths += count
        else:
            counts.append((factor, count))
    eighths += {(1, 0): 0, (0, 1): 2, (-1, 0): 4, (0, -1): 6}[rest]
    found = sum(count * atan2(b, a) for (a, b), count in counts) + eighths * pi / 4
    # The two differ by whole turns; floating point counts them without a doubt.
    turns = round((atan2(over, under) - found) / (2 * pi))
    return Angle(tuple(sorted(counts)), eighths + 8 * turns)


def _exactly(value: Gaussian | None) -> Gaussian:
    assert value is not None
    return value


def _quotient(value: Gaussian, factor: Gaussian) -> Gaussian | None:
    """A quotient of Gaussian integers, if it is one."""
    (x, y), (a, b) = value, factor
    norm = a * a + b * b
    real, imaginary = x * a + y * b, y * a - x * b
    if real % norm or imaginary % norm:
        return None
    return real // norm, imaginary // norm


def _prime_over(prime: int) -> Gaussian:
    """a + bi with a² + b² = prime and a ≥ b > 0, for 2 or a prime ≡ 1 mod 4: the first two
    remainders below √prime of Euclid's algorithm on the prime and a root of −1."""
    if prime == 2:
        return (1, 1)
    base = next(n for n in range(2, prime) if pow(n, (prime - 1) // 2, prime) == prime - 1)
    larger, smaller = prime, pow(base, (prime - 1) // 4, prime)
    while smaller > isqrt(prime):
        larger, smaller = smaller, larger % smaller
    return smaller, larger % smaller
