"""Indicators in the normal form: one generator for each sign, and cases inside functions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence

from flint import fmpq, fmpq_mpoly

from grader.compare.ring import Element, Ring, UndefinedEverywhere
from grader.compare.surds import sign
from grader.errors import LimitError
from grader.limits import (
    GCD_PAIRS_PER_UNIT,
    MAX_DEGREE_TO_FACTOR,
    MAX_SPLIT_INDICATORS,
    MAX_TERMS_TO_FACTOR,
)


class Piecewise(Ring):
    """Steps (indicators of a positive argument) over the ring."""

    def _root_target(self, slot: int) -> Element:
        """|p| for a slot exp(log|p|/d)."""
        detail = self._kernels[slot].detail
        inner = next(k for k, exponent in enumerate(detail) if exponent)
        return self._absolute_atom(inner)

    def _absolute_atom(self, log_slot: int) -> Element:
        """|p| for a slot log|p|."""
        return self._absolute(self._arguments[log_slot])

    def _absolute(self, value: Element) -> Element:
        positive = self.step(value, strict=True)
        sign = self.add([self.multiply([self._constant(fmpq(2)), positive]), self.negate(self.one)])
        return self.multiply([value, sign])

    def _steps_in(self, value: Element) -> list[int]:
        """The steps that really occur in a value, in order."""
        present = value.mask & self._steps
        if not present:
            return []
        above = value.num.degrees()
        below = above if value.den is self.one_poly else value.den.degrees()
        return [
            slot
            for slot in range(len(self._kernels))
            if present >> slot & 1 and (above[slot] > 0 or below[slot] > 0)
        ]

    def _step_in(self, value: Element) -> int | None:
        """The first step that really occurs in a value."""
        return next(iter(self._steps_in(value)), None)

    def at_step(self, value: Element, slot: int, bit: int) -> Element:
        """The value where one step is known."""
        replaced = value.num.subs({slot: bit})
        den = value.den
        return self._made(replaced, den, value.mask & ~(1 << slot))

    def _split(
        self, value: Element, slot: int, function: Callable[[Element], Element], depth: int
    ) -> Element:
        """f(value) = s·f(value|s=1) + (1−s)·f(value|s=0), defined where the taken case is."""
        if depth <= 0:
            raise LimitError("MAX_SPLIT_INDICATORS", "too many indicators inside one function")
        step = self._generator(slot)
        off = self.add([self.one, self.negate(step)])
        parts, domains = [], []
        outer = self.domain
        for bit, weight in ((1, step), (0, off)):
            self.domain = self.one
            try:
                case = self.at_step(value, slot, bit)
                inner = self._step_in(case)
                found = (
                    function(case)
                    if inner is None
                    else self._split(case, inner, function, depth - 1)
                )
            except UndefinedEverywhere:
                continue
            parts.append(self.multiply([weight, found]))
            domains.append(self.multiply([weight, self.domain]))
        self.domain = outer
        if not parts:
            raise UndefinedEverywhere("undefined in every case")
        self._restrict(self.add(domains) if len(domains) > 1 else domains[0])
        return self.add(parts) if len(parts) > 1 else parts[0]

    def _restrict(self, where: Element) -> None:
        """From here on everything is defined only where ``where`` is 1."""
        self.divided = True
        self.domain = self.multiply([self.domain, where])
        if self.domain.num.is_zero():
            raise UndefinedEverywhere("undefined everywhere")

    def _where_defined(self, value: Element) -> Element:
        """The value with every step that is known wherever all is defined so far.

        What is computed outside that place is never looked at.
        """
        if self.domain is self.one or not value.mask & self._steps:
            return value
        domain = Element(self.domain.num, self.one_poly, -1)
        while True:
            for slot in self._steps_in(value):
                inside = self.multiply([domain, self._generator(slot)])
                if inside.num.is_zero() or inside.num == domain.num:
                    value = self.at_step(value, slot, 0 if inside.num.is_zero() else 1)
                    break
            else:
                return value

    def _each_case(self, value: Element, function: Callable[[Element], Element]) -> Element:
        value = self._where_defined(value)
        slot = self._step_in(value)
        if slot is None:
            return function(value)
        return self._split(value, slot, function, MAX_SPLIT_INDICATORS)

    def equal(self, left: Element, right: Element) -> Element:
        difference = self.add([left, self.negate(right)])
        return self._each_case(difference, lambda d: self.one if d.num.is_zero() else self.zero)

    def step(self, value: Element, *, strict: bool) -> Element:
        if value.num.is_zero():
            return self.zero if strict else self.one
        if value.mask & ~self._steps:  # roots, or turns
            known_sign = sign(self, value)
            if known_sign is not None:
                return self.one if known_sign > 0 or (known_sign == 0 and not strict) else self.zero
        if value.mask & self._complex and self._has(value, self._complex):
            if self._step_in(value) is not None:
                return self._each_case(value, lambda case: self.step(case, strict=strict))
            return self._step_of_turns(value)
        poly = value.num
        if not value.den.is_one():
            poly = self._reduced(
                Element(self._product(poly, value.den), self.one_poly, value.mask)
            ).num
        leading = poly.leading_coefficient()
        known = self._known_step(poly if leading == 1 else poly / leading)
        if known is not None:
            return known if leading > 0 else self.add([self.one, self.negate(known)])
        if value.mask & self._steps and self._step_in(value) is not None:
            return self._step_of_steps(poly, value.mask, strict)
        return self._sign_step(poly, value.mask)

    def _has(self, value: Element, mask: int) -> bool:
        above, below = value.num.degrees(), value.den.degrees()
        while mask:  # few of many generators are marked
            slot = mask.bit_length() - 1
            if slot < len(above) and (above[slot] > 0 or below[slot] > 0):
                return True
            mask ^= 1 << slot
        return False

    def _step_of_steps(self, poly: fmpq_mpoly, mask: int, strict: bool) -> Element:
        """The step of an argument that itself holds steps.

        Kept whole (as one kernel) where no case of the inner steps makes the
        argument zero; else it is written out, since there 0 > 0 and 0 >= 0 differ
        on a set with volume.
        """
        never_zero = False
        plain: dict[tuple[int, ...], bool] = {}
        steps = [slot for slot in range(len(self._kernels)) if self._steps >> slot & 1]
        for exponents in poly.monoms():
            stripped = list(exponents)
            bare = True
            for slot in steps:
                if stripped[slot]:
                    stripped[slot] = 0
                    bare = False
            key = tuple(stripped)
            plain[key] = bare and key not in plain
        never_zero = any(plain.values())
        element = Element(poly, self.one_poly, mask)
        if never_zero:
            return self._signed_kernel(poly, mask)
        return self._each_case(element, lambda case: self.step(case, strict=strict))

    def _signed_kernel(self, poly: fmpq_mpoly, mask: int) -> Element:
        leading = poly.leading_coefficient()
        found = self._step_kernel(Element(poly / leading, self.one_poly, mask))
        return found if leading > 0 else self.add([self.one, self.negate(found)])

    def _step_kernel(self, argument: Element) -> Element:
        leading = argument.num.leading_coefficient()
        if leading != 1:
            scaled = Element(argument.num / leading, argument.den, argument.mask)
            found = self._step_kernel(scaled)
            return found if leading > 0 else self.add([self.one, self.negate(found)])
        for known, bit in self._assumed:
            if known.num == argument.num and known.den == argument.den:
                return self.one if bit else self.zero
        before = len(self._kernels)
        slot = self._slot_with_argument("step", "", argument)
        if slot < before:
            return self._generator(slot)
        if any(
            degree > 0 and self._kernels[k].kind not in ("name", "step")
            for degrees in (argument.num.degrees(), argument.den.degrees())
            for k, degree in enumerate(degrees[: len(self._kernels)])
        ):
            self.incomplete = True  # how its sign hangs together with others is not known
        self._steps |= 1 << slot
        self._limits[slot] = 2
        return self._generator(slot)

    def _sign_step(self, poly: fmpq_mpoly, mask: int) -> Element:
        """The step of a real polynomial without steps, by the signs of its factors."""
        leading = poly.leading_coefficient()
        if poly.is_constant():
            return self.one if leading > 0 else self.zero
        monic = poly if leading == 1 else poly / leading
        sign = 1 if leading > 0 else -1
        factors: list[fmpq_mpoly] = []
        known_step = self._known_step(monic)
        if known_step is not None:
            return known_step if sign > 0 else self.add([self.one, self.negate(known_step)])
        if self._plainly_irreducible(monic):
            factors = [monic]
        else:
            for factor, exponent in self._factored(monic):
                if exponent % 2 == 0:
                    continue
                lead = factor.leading_coefficient()
                sign = sign if lead > 0 else -sign
                factors.append(factor / lead)
        steps: list[Element] = []
        for factor in factors:
            definite = self._definite_sign(factor)
            if definite:
                sign *= definite
                continue
            larger = self._larger_part(factor)
            if larger is not None:
                steps.append(self._sign_step(larger, mask))
            else:
                steps.append(self._step_kernel(Element(factor, self.one_poly, mask)))
        return self._step_of_product(sign, steps)

    def _step_of_product(self, sign: int, steps: Sequence[Element]) -> Element:
        """The step of a product with that sign times what has those steps."""
        if not steps:
            return self.one if sign > 0 else self.zero
        if len(steps) == 1:
            product = steps[0]
        else:
            two, minus = self._constant(fmpq(2)), self.negate(self.one)
            signs = [self.add([self.multiply([two, step]), minus]) for step in steps]
            half = self._constant(fmpq(1, 2))
            product = self.multiply([half, self.add([self.one, self.multiply(signs)])])
        return product if sign > 0 else self.add([self.one, self.negate(product)])

    def _known_step(self, monic: fmpq_mpoly) -> Element | None:
        """The step of a polynomial that was met before, or is assumed."""
        for known, bit in self._assumed:
            if known.num == monic and known.den.is_one():
                return self.one if bit else self.zero
        for slot, other in self._arguments.items():
            if other.num == monic and self._steps >> slot & 1 and other.den.is_one():
                # With roots the sign may be known where it was not before: by what is
                # assumed, or by where all is defined so far.
                return None if self._square_roots_in(monic) else self._generator(slot)
        return None

    def _plainly_irreducible(self, poly: fmpq_mpoly) -> bool:
        """A polynomial c·g + (terms without g) cannot factor; quick to see."""
        self.deadline.spend(len(poly) * self.operation)
        counts: dict[int, int] = {}
        alone: set[int] = set()
        for exponents in poly.monoms():
            present = [slot for slot, exponent in enumerate(exponents) if exponent]
            for slot in present:
                counts[slot] = counts.get(slot, 0) + 1
            if len(present) == 1 and exponents[present[0]] == 1:
                alone.add(present[0])
        return any(counts[slot] == 1 for slot in alone)

    def _factored(self, poly: fmpq_mpoly) -> list[tuple[fmpq_mpoly, int]]:
        """Factors with exponents; whole where factoring could take too long."""
        if len(poly) > MAX_TERMS_TO_FACTOR or poly.total_degree() > MAX_DEGREE_TO_FACTOR:
            self.incomplete = True
            return [(poly, 1)]
        self.deadline.spend(20 * self.operation + len(poly) ** 2 // GCD_PAIRS_PER_UNIT)
        _, factors = poly.factor()
        # The order of factors must not depend on the library's internals.
        return sorted(
            ((factor, int(exponent)) for factor, exponent in factors),
            key=lambda pair: (len(pair[0]), str(pair[0])),
        )

    def _definite_sign(self, poly: fmpq_mpoly) -> int:
        """1 or −1 where a polynomial plainly has that sign almost everywhere, else 0."""
        signs = {1 if coefficient > 0 else -1 for coefficient in poly.coeffs()}
        if len(signs) != 1:
            return 0
        for exponents in poly.monoms():
            for slot, exponent in enumerate(exponents):
                if exponent % 2 and not self._positive >> slot & 1:
                    return 0
        return signs.pop()

    def _square_roots_in(self, poly: fmpq_mpoly) -> tuple[int, ...]:
        """The slots of the square roots in a polynomial a + b√p√q…: those that stand
        together in every term that has one.  Empty where they stand otherwise."""
        known = [slot for slot in self._limits if self._kernels[slot].kind == "exp"]
        if not known:
            return ()
        degrees = poly.degrees()
        roots = tuple(slot for slot in known if degrees[slot] > 0)
        if any(self._limits[slot] != 2 or degrees[slot] != 1 for slot in roots):
            return ()
        if len(roots) > 1:
            for exponents in poly.monoms():
                if len({int(exponents[slot]) for slot in roots}) != 1:
                    return ()
        return roots

    def _around_root(
        self, poly: fmpq_mpoly, roots: tuple[int, ...]
    ) -> tuple[Element, Element, Element]:
        """a, b and b²|p| − a² of a + b√|p|, where √|p| may be a product of roots."""
        rest, factor = poly.subs(dict.fromkeys(roots, 0)), poly
        for slot in roots:
            factor = factor.derivative(slot)
        a, b = Element(rest, self.one_poly, -1), Element(factor, self.one_poly, -1)
        targets = [self._root_target(slot) for slot in roots]
        norm = self.difference(self.multiply([b, b, *targets]), self.multiply([a, a]))
        return a, b, self._where_defined(norm)

    def _larger_part(self, poly: fmpq_mpoly) -> fmpq_mpoly | None:
        """a or b of a + b√|p|, whichever gives the sign throughout; None if neither does."""
        roots = self._square_roots_in(poly)
        if not roots:
            return None
        a, b, norm = self._around_root(poly, roots)
        if norm.num.is_zero() or not norm.den.is_one() or self._step_in(norm) is not None:
            return None
        sign = self._definite_sign(norm.num)
        return None if sign == 0 else b.num if sign > 0 else a.num

    def shared(self, compute: Callable[[], Element]) -> Callable[[], Element]:
        outer, self.domain = self.domain, self.one
        try:
            value, where = compute(), self.domain
        except UndefinedEverywhere as error:
            kept = error

            def use() -> Element:
                raise kept

            return use
        finally:
            self.domain = outer
        if where is self.one:
            return lambda: value

        def restricted() -> Element:
            self._restrict(where)
            return value

        return restricted

    def select(self, branches: Sequence[tuple[Element, Callable[[], Element] | None]]) -> Element:
        outer = self.domain
        open_ = self.one
        parts: list[Element] = []
        domains: list[Element] = []
        for holds, later in branches:
            taken = self.multiply([open_, holds])
            open_ = self.multiply([open_, self.add([self.one, self.negate(holds)])])
            if later is None or taken.num.is_zero():
                continue
            self.domain = self.one
            try:
                found = later()
            except UndefinedEverywhere:
                continue
            parts.append(self.multiply([taken, found]))
            domains.append(self.multiply([taken, self.domain]))
        self.domain = outer
        if not parts:
            raise UndefinedEverywhere("undefined in every case")
        self._restrict(self.add(domains) if len(domains) > 1 else domains[0])
        return self.add(parts) if len(parts) > 1 else parts[0]

    def innermost_step(self, value: Element) -> Element | None:
        """The argument of a step that ``value`` depends on, itself free of steps."""
        seen: set[int] = set()
        pending = [value]
        found: list[int] = []
        while pending:
            current = pending.pop()
            for degrees in (current.num.degrees(), current.den.degrees()):
                for slot, degree in enumerate(degrees):
                    if degree <= 0 or slot in seen:
                        continue
                    seen.add(slot)
                    kernel = self._kernels[slot]
                    if slot in self._arguments:
                        argument = self._arguments[slot]
                        pending.append(argument)
                        if kernel.kind == "step" and self._step_in(argument) is None:
                            found.append(slot)
                    elif kernel.kind == "exp" and isinstance(kernel.detail, tuple):
                        exponents = tuple(abs(exponent) for exponent in kernel.detail)
                        monomial = self._context.from_dict({exponents: 1})
                        pending.append(Element(monomial, self.one_poly, -1))
        return self._arguments[min(found)] if found else None

    def without_step(self, argument: Element) -> Callable[[Element], bool]:
        """Whether a value is the same when the step of an argument is known: neither it nor a
        step whose argument depends on it occurs."""
        touched = 0
        for slot, other in self._arguments.items():
            if (other is argument and self._steps >> slot & 1) or other.mask & touched:
                touched |= 1 << slot
        if touched & ~self._steps:
            return lambda value: False  # inside a function, where masks do not show it
        return lambda value: not value.mask & touched

    # --- what the layers above add -----------------------------------------------

    @abstractmethod
    def _step_of_turns(self, value: Element) -> Element:
        """The step of a real value with complex exponentials."""
