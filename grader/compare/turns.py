"""Values made of complex exponentials: their conjugates, and the real factors in them.

Sines and cosines are fractions of polynomials in ``exp(i m)``.  Such a fraction is real,
but its factors need not be: cos x is (E² + 1)/(2E) with E = exp(i x).  A factor that is
its own conjugate up to a power of E becomes real with half of that power: (E² + 1)/E is
2 cos x, and (E − 1)/√E is 2i sin(x/2).  So roots and logarithms see what is squared under
them: √(1 − cos x) = √2·|sin(x/2)|, log cos²x = 2 log|cos x|.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from itertools import combinations
from math import isqrt

from flint import fmpq, fmpq_mpoly

from grader.compare.ring import Element, Kernel
from grader.compare.steps import Piecewise
from grader.limits import MAX_TERMS_TO_FACTOR, MAX_TURNED, UNITS_PER_DEGREE, UNITS_PER_TURNED_TERM


class Turning(Piecewise):
    """Conjugates over the indicators."""

    def _conjugated_slots(self, value: Element) -> tuple[int, ...] | None:
        """The slots of the exponentials in a value that conjugation turns into their
        inverses; None where it does something else to one."""
        found = []
        for slot in range(len(self._kernels)):
            if not self._complex >> slot & 1 or not self._has(value, 1 << slot):
                continue
            kernel = self._kernels[slot]
            if kernel.kind == "i":
                continue
            if kernel.kind != "exp" or not isinstance(kernel.detail, tuple):
                return None
            # exp(i m) with a real m.
            for inner, exponent in enumerate(kernel.detail):
                if exponent and self._complex >> inner & 1 and self._kernels[inner].kind != "i":
                    return None
            found.append(slot)
        return tuple(found)

    def _turned(self, poly: fmpq_mpoly, slots: Sequence[int]) -> fmpq_mpoly:
        """The conjugate of a polynomial in i and the exponentials in ``slots``, times the
        lowest powers of these that make it a polynomial."""
        unit = self._slots.get(Kernel("i", ""))
        degrees = poly.degrees()
        turned = {}
        for exponents, coefficient in poly.terms():
            new = list(map(int, exponents))
            for slot in slots:
                new[slot] = degrees[slot] - new[slot]
            odd = unit is not None and new[unit] & 1
            turned[tuple(new)] = -coefficient if odd else coefficient
        return self._context.from_dict(turned)

    def _turn_of(self, poly: fmpq_mpoly) -> tuple[int, list[tuple[int, int]]] | None:
        """With conj(p) = ±p/M² the sign, and M² as slots with powers; None where p has
        another conjugate."""
        slots = self._conjugated_slots(Element(poly, self.one_poly, -1))
        if slots is None:
            return None
        self.deadline.spend(UNITS_PER_TURNED_TERM * len(poly))
        degrees, monomials = poly.degrees(), poly.monoms()
        lowest = [min(int(exponents[slot]) for exponents in monomials) for slot in slots]
        shift = [0] * self._capacity
        for slot, low in zip(slots, lowest, strict=True):
            shift[slot] = low
        turned = self._turned(poly, slots) * self._context.from_dict({tuple(shift): 1})
        sign = 1 if turned == poly else -1 if turned == -poly else 0
        powers = [(slot, low + degrees[slot]) for slot, low in zip(slots, lowest, strict=True)]
        return (sign, powers) if sign else None

    def _unit_for(self, poly: fmpq_mpoly, *, finer: bool) -> Element | None:
        """A number of modulus 1 that makes a polynomial real as a factor; None where no
        power of i and of the exponentials in it does that, or only roots of these do
        and none that is ``finer`` than they are is wanted."""
        turn = self._turn_of(poly)
        if turn is None or (not finer and any(power % 2 for _, power in turn[1])):
            return None
        # With conj(p) = p/M² the quotient p/M is its own conjugate; with −p/M², i p/M is.
        halves = [self._half_power(slot, -power) for slot, power in turn[1] if power]
        return self.multiply([self.one if turn[0] == 1 else self._imaginary(), *halves])

    def _half_power(self, slot: int, power: int) -> Element:
        kernel = self._kernels[slot]
        assert isinstance(kernel.detail, tuple)
        return self._exp_of_monomial(kernel.detail, None, fmpq(power, 2 * self.scale(kernel)))

    def _real_factors(
        self, value: Element, degree: int
    ) -> tuple[list[tuple[Element, int]], Element]:
        """Real factors with exponents, and the rest that makes a real value of their product.

        Factors that are real only with a root of an exponential stand together: sin x is
        one factor, since sin(x/2)·cos(x/2) would have factors in its turn, without end.
        Those whose exponent ``degree`` divides may have such a root.
        """
        found: list[tuple[Element, int]] = []
        together: dict[int, fmpq_mpoly] = {}
        rest = [self.one]

        def take(poly: fmpq_mpoly, exponent: int, unit: Element) -> None:
            # A product of factors may hold i² still, which nothing else would lower.
            real = self.multiply([self._reduced(Element(poly, self.one_poly, -1)), unit])
            if real.num.is_constant():  # a power of i or of an exponential
                number = real.num.leading_coefficient() / real.den.leading_coefficient()
                rest.append(self._integer_power(self._constant(number), exponent))
            else:
                found.append((real, exponent))
            rest.append(self._integer_power(unit, -exponent))

        for poly, side in ((value.num, 1), (value.den, -1)):
            number, quarters, factors = self._factored_turning(poly)
            rest.append(self._integer_power(self._constant(number), side))
            if quarters:
                rest.append(self._integer_power(self._imaginary(), side * quarters))
            for factor, count in map(self._perhaps_squared, factors):
                unit = self._unit_for(factor, finer=False)
                exponent = side * count
                if unit is None:
                    before = together.get(exponent, self.one_poly)
                    together[exponent] = self._product(before, factor)
                else:
                    take(factor, exponent, unit)
        for exponent, poly in sorted(together.items()):
            unit = self._unit_for(poly, finer=exponent % degree == 0)
            if unit is None:
                rest.append(self._integer_power(Element(poly, self.one_poly, -1), exponent))
            else:
                take(poly, exponent, unit)
        return found, self.multiply(rest)

    def _perhaps_squared(self, power: tuple[fmpq_mpoly, int]) -> tuple[fmpq_mpoly, int]:
        """A power of a factor as one of its square, where that alone can be made real: 1 + sin x
        is i(E + i)²/(2E), and E + i an eighth of a turn from being real."""
        factor, count = power
        if count % 2 or self._turn_of(factor) is not None:
            return power
        square = self._reduced(Element(factor * factor, self.one_poly, -1))
        if not square.den.is_one() or self._turn_of(square.num) is None:
            return power
        return square.num, count // 2

    def _factored_turning(self, poly: fmpq_mpoly) -> tuple[fmpq, int, list[tuple[fmpq_mpoly, int]]]:
        """A number, a count of i and factors with exponents that multiply to a polynomial.

        Over the rationals i is a letter like any other, and (1 + sin x)² no square.  But
        in F = −iE for some of the exponentials E there may be no i left: sines of x are
        cosines of x − π/2.  So it is factored in these.
        """
        unit = self._slots.get(Kernel("i", ""))
        some = None if unit is None else self._to_be_shifted(poly, unit)
        turned, quarters = poly, 0
        if some is not None:
            turned, quarters = self._without_i(poly, unit, some)
        self.deadline.spend(UNITS_PER_DEGREE * turned.total_degree())
        if turned.is_constant():
            return turned.leading_coefficient(), quarters, []
        number = turned.leading_coefficient()
        factors = []
        for whole, count in self._factored(turned / number):
            factor = whole / whole.leading_coefficient()
            factors.append((self._with_i(factor, unit, some) if some else factor, count))
        return number, quarters, factors

    def _to_be_shifted(self, poly: fmpq_mpoly, unit: int) -> tuple[int, ...] | None:
        """The exponentials E for which to write iF, so that i is left before a polynomial
        but not within it; None where there are none, or no i is in it anyway."""
        if not poly.degrees()[unit] or len(poly) > MAX_TERMS_TO_FACTOR:
            return None
        slots = self._conjugated_slots(Element(poly, self.one_poly, -1))
        if slots is None:
            return None
        slots = slots[:MAX_TURNED]
        odd = {(e[unit] & 1, *(e[slot] & 1 for slot in slots)) for e in poly.monoms()}
        for size in range(len(slots) + 1):
            for places in combinations(range(1, len(slots) + 1), size):
                if len({(each[0] + sum(each[k] for k in places)) & 1 for each in odd}) == 1:
                    return tuple(slots[k - 1] for k in places)
        return None

    def _without_i(
        self, poly: fmpq_mpoly, unit: int | None, slots: tuple[int, ...]
    ) -> tuple[fmpq_mpoly, int]:
        """A polynomial in F with E = iF for those exponentials, and how many factors i are
        left before it."""
        assert unit is not None
        terms: dict[tuple[int, ...], fmpq] = {}
        before = 0
        for exponents, coefficient in poly.terms():
            count = int(exponents[unit]) + sum(int(exponents[slot]) for slot in slots)
            before = count & 1
            new = list(map(int, exponents))
            new[unit] = 0
            terms[tuple(new)] = -coefficient if (count - before) & 2 else coefficient
        return self._context.from_dict(terms), before

    def _with_i(self, poly: fmpq_mpoly, unit: int | None, slots: tuple[int, ...]) -> fmpq_mpoly:
        """A polynomial in E with F = −iE."""
        assert unit is not None
        terms = {}
        for exponents, coefficient in poly.terms():
            count = -sum(int(exponents[slot]) for slot in slots) % 4
            new = list(map(int, exponents))
            new[unit] = count & 1
            terms[tuple(new)] = -coefficient if count & 2 else coefficient
        return self._context.from_dict(terms)

    def _out_of_root(
        self, base: Element, degree: int
    ) -> tuple[list[tuple[Element, int]], Element] | None:
        """Real r with exponents, and rest, so that base = (Π r^exponent)^degree · rest;
        None where nothing comes out."""
        factors, rest = self._real_factors(base, degree)
        outside = [(r, power) for r, exponent in factors if (power := int(exponent / degree))]
        if not outside:
            whole = self._whole_root(base) if degree == 2 else None
            if whole is None:
                return None
            return [(whole, 1)], self.divide(base, self.multiply([whole, whole]))
        left = [(r, exponent - degree * int(exponent / degree)) for r, exponent in factors]
        inside = [self._integer_power(r, exponent) for r, exponent in left if exponent]
        return outside, self.multiply([rest, *inside])

    def _whole_root(self, base: Element) -> Element | None:
        """A real value whose square is the given one up to a number, where i stands in it: of
        A + iB with A² + B² = R², the root is C + iD with C² = (A + R)/2 and D = B/(2C)."""
        unit = self._slots.get(Kernel("i", ""))
        if unit is None or len(base.num) * len(base.den) > MAX_TERMS_TO_FACTOR:
            return None
        square = self._reduced(Element(self._product(base.num, base.den), self.one_poly, -1)).num
        real = square.subs({unit: 0})
        imaginary = (square - real).derivative(unit)
        norm = self._product(real, real) + self._product(imaginary, imaginary)
        length = None if imaginary.is_zero() else self._exact_root(norm)
        for each in () if length is None else (length, -length):
            half = self._exact_root((real + each) / 2)
            if half is None or half.is_zero():
                continue
            other, rest = divmod(imaginary, 2 * half)
            if rest.is_zero():
                found = half + self._product(self._context.gen(unit), other)
                parts = (Element(found, self.one_poly, -1), Element(base.den, self.one_poly, -1))
                above, below = (self._made_real(part) for part in parts)
                return None if above is None or below is None else self.divide(above, below)
        return None

    def _made_real(self, value: Element) -> Element | None:
        unit = self._unit_for(value.num, finer=False)
        return None if unit is None else self.multiply([value, unit])

    def _exact_root(self, square: fmpq_mpoly) -> fmpq_mpoly | None:
        """A polynomial whose square is the given one, if there is one and it is small."""
        leading = square.leading_coefficient()
        if leading < 0 or len(square) > MAX_TERMS_TO_FACTOR:
            return None
        over, under = isqrt(int(leading.p)), isqrt(int(leading.q))
        if fmpq(over * over, under * under) != leading:
            return None
        root = self.one_poly * fmpq(over, under)
        for factor, exponent in self._factored(square / leading):
            if exponent % 2:
                return None
            root = self._product(root, (factor / factor.leading_coefficient()) ** (exponent // 2))
        return root if root * root == square else None

    def _step_of_turns(self, value: Element) -> Element:
        """The step of a real value with complex exponentials, by the signs of its factors."""
        factors, rest = self._real_factors(value, 2)
        sign = 1
        steps: list[Element] = []
        for factor in (*(factor for factor, exponent in factors if exponent % 2), rest):
            definite = self._sign_of_turns(factor)
            if definite:
                sign *= definite
            elif self._has(factor, self._complex):
                steps.append(self._step_kernel(factor))
            else:
                steps.append(self.step(factor, strict=True))
        return self._step_of_product(sign, steps)

    def _sign_of_turns(self, value: Element) -> int:
        """1 or −1 where a real value is c + Σ c_k·(powers of i and exponentials exp(i m)) with
        |c| ≥ Σ |c_k|, and so has the sign of c almost everywhere; else 0."""
        slots = self._conjugated_slots(value)
        if slots is None or len(value.den) != 1:
            return 0
        turning = {*slots, self._slots.get(Kernel("i", ""))}
        below = value.den.monoms()[0]
        middle, others = fmpq(0), fmpq(0)
        for exponents, coefficient in value.num.terms():
            ratio = [int(a) - int(b) for a, b in zip(exponents, below, strict=True)]
            if any(power and k not in turning for k, power in enumerate(ratio)):
                return 0
            if any(ratio):
                others += abs(coefficient)
            else:
                middle = coefficient
        if middle == 0 or abs(middle) < others:
            return 0
        return 1 if middle > 0 else -1

    # --- what the layer above adds -----------------------------------------------

    @abstractmethod
    def _exp_of_monomial(
        self, exponents: tuple[int, ...], den: fmpq_mpoly | None, coefficient: fmpq
    ) -> Element:
        """exp(coefficient · monomial [/ den])."""
