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
from math import isqrt

from flint import fmpq, fmpq_mpoly

from grader.compare.ring import Element, Kernel
from grader.compare.steps import Piecewise
from grader.limits import MAX_TERMS_TO_FACTOR


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

    def _conjugate(self, poly: fmpq_mpoly, slots: Sequence[int]) -> Element:
        """The conjugate of a polynomial in i and the exponentials in ``slots``."""
        unit = self._slots.get(Kernel("i", ""))
        degrees = poly.degrees()
        turned = {}
        for exponents, coefficient in poly.terms():
            new = list(map(int, exponents))
            for slot in slots:
                new[slot] = degrees[slot] - new[slot]
            odd = unit is not None and new[unit] & 1
            turned[tuple(new)] = -coefficient if odd else coefficient
        below = [0] * self._capacity
        for slot in slots:
            below[slot] = degrees[slot]
        return self._made(
            self._context.from_dict(turned), self._context.from_dict({tuple(below): 1}), -1
        )

    def _made_real(self, poly: fmpq_mpoly, *, finer: bool) -> Element | None:
        """A polynomial times a number of modulus 1, so that it is real; None where no
        power of i and of the exponentials in it does that, or only roots of these do
        and none that is ``finer`` than they are is wanted."""
        value = Element(poly, self.one_poly, -1)
        slots = self._conjugated_slots(value)
        if slots is None:
            return None
        turn = self.divide(self._conjugate(poly, slots), value)
        if len(turn.num) != 1 or len(turn.den) != 1:
            return None
        above, below = turn.num.monoms()[0], turn.den.monoms()[0]
        sign = turn.num.leading_coefficient() / turn.den.leading_coefficient()
        powers = [(k, int(a) - int(b)) for k, (a, b) in enumerate(zip(above, below, strict=True))]
        powers = [(k, power) for k, power in powers if power]
        if sign not in (1, -1) or any(k not in slots for k, _ in powers):
            return None
        if not finer and any(power % 2 for _, power in powers):
            return None
        # With conj(p) = p M² the product p M is its own conjugate; with −p M², i p M is.
        factors = [value] if sign == 1 else [value, self._imaginary()]
        factors += [self._half_power(slot, power) for slot, power in powers]
        return self.multiply(factors)

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
        for poly, side in ((value.num, 1), (value.den, -1)):
            if poly.is_constant():
                continue
            for factor, count in self._factored(poly / poly.leading_coefficient()):
                real = self._made_real(factor, finer=False)
                exponent = side * count
                if real is None:
                    before = together.get(exponent, self.one_poly)
                    together[exponent] = self._product(before, factor)
                elif not real.num.is_constant():  # else a power of i or of an exponential
                    found.append((real, exponent))
        for exponent, poly in sorted(together.items()):
            real = self._made_real(poly, finer=exponent % degree == 0)
            if real is not None:
                found.append((real, exponent))
        return found, self._without(value, found)

    def _out_of_root(
        self, base: Element, degree: int
    ) -> tuple[list[tuple[Element, int]], Element] | None:
        """Real r with exponents, and rest, so that base = (Π r^exponent)^degree · rest;
        None where nothing comes out."""
        factors, _ = self._real_factors(base, degree)
        outside = [(r, power) for r, exponent in factors if (power := int(exponent / degree))]
        if not outside and degree == 2 and (whole := self._whole_root(base)):
            outside = [(whole, 1)]
        if not outside:
            return None
        return outside, self._without(base, [(r, degree * power) for r, power in outside])

    def _whole_root(self, base: Element) -> Element | None:
        """A real value whose square is the given one up to a number, where i stands in it: of
        A + iB with A² + B² = R², the root is C + iD with C² = (A + R)/2 and D = B/(2C)."""
        unit = self._slots.get(Kernel("i", ""))
        if unit is None:
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
                top = self._made_real(found, finer=False)
                below = self._made_real(base.den, finer=False)
                return None if top is None or below is None else self.divide(top, below)
        return None

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

    def _without(self, value: Element, factors: Sequence[tuple[Element, int]]) -> Element:
        """A value divided by powers of some of its factors."""
        return self.divide(
            value, self.multiply([self.one, *(self._integer_power(r, k) for r, k in factors)])
        )

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
