"""A small language for figures computed from others: indicators, decimal numbers, + − × ÷, a sign, parentheses.

Written `cost / episodes * 100` or `(starts − closures) ÷ [30-day-capacity]`. An indicator is named by its code; a code
that begins with a digit or a hyphen stands in square brackets. A hyphen inside a name belongs to it, so a minus has
spaces around it. Nothing here is ever handed to Python's own `eval`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal, NamedTuple, Self

from indicators.calculations.figures import PRECISION

#: Characters of an expression, and parentheses or signs inside one another: both bound what a reader has to think
#: through, and the depth to which this code calls itself.
LONGEST, DEEPEST = 500, 40
#: What a kept figure holds: numeric(24, 6).
DECIMAL_PLACES, TOO_LARGE = 6, Decimal(10) ** 18

Sign = Literal["+", "−", "×", "÷"]
#: What is wrong at a place; the sentence to each is the caller's.
Wrong = Literal["operand", "operator", "closing", "character", "comma", "bracket", "too long", "too deep"]
#: The ways in which people type the four signs.
TYPED: dict[str, Sign] = {"+": "+", "-": "−", "−": "−", "–": "−", "*": "×", "×": "×", "·": "×", "/": "÷", "÷": "÷"}
RANK = {"+": 1, "−": 1, "×": 2, "÷": 2}

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|\[(?P<code>[\w-]+)\]|(?P<sign>[-+−–*×·/÷()]))",
    re.ASCII,
)
PLAIN_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


class Unreadable(Exception):
    """An expression that cannot be read: where (characters from the left, the first is 0) and what is wrong there."""

    def __init__(self, place: int, wrong: Wrong) -> None:
        super().__init__(f"{wrong} at {place}")
        self.place: int = place
        self.wrong: Wrong = wrong


@dataclass(frozen=True, slots=True)
class Number:
    """A constant, zero or more."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    """An indicator by its code. Where it stands in the text is no part of what it is."""

    code: str


@dataclass(frozen=True, slots=True)
class Negative:
    """The same with the other sign."""

    of: "Expression"


@dataclass(frozen=True, slots=True)
class Operation:
    """Two things and what is done with them."""

    sign: Sign
    left: "Expression"
    right: "Expression"


Expression = Number | Name | Negative | Operation


class Token(NamedTuple):
    """A word of an expression: a number, a name, a sign, a parenthesis or the end (empty text)."""

    kind: Literal["number", "name", "sign", "end"]
    text: str
    place: int


def parse(text: str) -> Expression:
    """Return what a text says, or raise `Unreadable`."""
    if len(text) > LONGEST:
        raise Unreadable(LONGEST, "too long")
    return _Reading(list(_tokens(text))).whole()


def zero_divisor(text: str) -> int | None:
    """Return where the first divisor stands that is zero whatever the figures are; None where there is none."""
    reading = _Reading(list(_tokens(text)))
    reading.whole()
    return reading.zero_divisor


def names(text: str) -> dict[str, int]:
    """Return the codes of the indicators that a text names, each with the place where it first stands."""
    found: dict[str, int] = {}
    for token in _tokens(text):
        if token.kind == "name":
            found.setdefault(token.text, token.place)
    return found


def evaluate(expression: Expression, figures: Mapping[str, Decimal]) -> Decimal | None:
    """Return the result, unrounded; None where something is divided by zero. All names must have figures."""
    with localcontext(prec=PRECISION):
        try:
            return _value(expression, figures)
        except ArithmeticError:
            return None


def degree(expression: Expression, degrees: Mapping[str, int | None]) -> int | None:
    """Return how an expression grows if what its names stand for does: 0 a share, 1 a sum; None: neither of a kind.

    `degrees` say it of each name. What is 1 over a year is twelve times that of a month, and what is 0 compares.
    """
    match expression:
        case Number():
            return 0
        case Name(code):
            return degrees[code]
        case Negative(of):
            return degree(of, degrees)
        case Operation(sign, left, right):
            one, other = degree(left, degrees), degree(right, degrees)
    if one is None or other is None:
        return None
    if sign in {"+", "−"}:
        return one if one == other else None
    return one + other if sign == "×" else one - other


def kept(result: Decimal | None) -> Decimal | None:
    """Return a result as it is kept, to six decimals; None for one that no figure can be, above all by its size."""
    if result is None:
        return None
    with localcontext(prec=PRECISION):
        if not result.is_finite() or abs(result) >= TOO_LARGE:
            return None
        return round(result, DECIMAL_PLACES)


def _typed(number: Decimal) -> str:
    return f"{number:f}"


def written(
    expression: Expression,
    words: Mapping[str, str] | None = None,
    number_text: Callable[[Decimal], str] = _typed,
) -> str:
    """Write an expression with the signs of arithmetic and no needless parentheses; names by their words, if given.

    Without words, what is written reads back as the same expression.
    """
    match expression:
        case Number(value):
            return number_text(value)
        case Name(code):
            return _quoted(code) if words is None else words[code]
        case Negative(of):
            text = written(of, words, number_text)
            return f"−{text}" if isinstance(of, Number | Name) else f"−({text})"
        case Operation(sign, left, right):
            one, other = written(left, words, number_text), written(right, words, number_text)
            # What is computed first from the left needs no parentheses; on the right the same rank does.
            if isinstance(left, Operation) and RANK[left.sign] < RANK[sign]:
                one = f"({one})"
            if isinstance(right, Negative) or (isinstance(right, Operation) and RANK[right.sign] <= RANK[sign]):
                other = f"({other})"
            return f"{one} {sign} {other}"


def _quoted(code: str) -> str:
    return code if PLAIN_NAME.fullmatch(code) else f"[{code}]"


def _value(expression: Expression, figures: Mapping[str, Decimal]) -> Decimal:
    match expression:
        case Number(value):
            return value
        case Name(code):
            return figures[code]
        case Negative(of):
            return -_value(of, figures)
        case Operation(sign, left, right):
            one, other = _value(left, figures), _value(right, figures)
            if sign == "+":
                return one + other
            if sign == "−":
                return one - other
            return one * other if sign == "×" else one / other


def _is_zero(expression: Expression) -> bool:
    try:
        return evaluate(expression, {}) == 0
    except KeyError:
        # It names an indicator.
        return False


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while found := TOKEN.match(text, place):
        kind = found.lastgroup or ""
        start = found.start(kind)
        if kind == "code":
            yield Token("name", found["code"], start - 1)
        else:
            yield Token("number" if kind == "number" else "name" if kind == "name" else "sign", found[kind], start)
        place = found.end()
    rest = text[place:].lstrip()
    if rest:
        raise Unreadable(len(text) - len(rest), _odd(rest[0]))
    yield Token("end", "", len(text))


def _odd(character: str) -> Wrong:
    return "comma" if character == "," else "bracket" if character in "[]" else "character"


class _Reading:
    """Words read one after another, with one word of foresight; each method reads one rule of the grammar.

    sum = product {(+ | −) product};  product = factor {(× | ÷) factor};  factor = − factor | number | name | ( sum )
    """

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self.zero_divisor: int | None = None

    def __enter__(self) -> Self:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable(self._next.place, "too deep")
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def whole(self) -> Expression:
        read = self._sum()
        if self._next.kind != "end":
            raise Unreadable(self._next.place, "operator")
        return read

    def _sum(self) -> Expression:
        read = self._product()
        while TYPED.get(self._next.text) in {"+", "−"}:
            read = Operation(TYPED[self._take().text], read, self._product())
        return read

    def _product(self) -> Expression:
        read = self._factor()
        while TYPED.get(self._next.text) in {"×", "÷"}:
            sign, place = TYPED[self._take().text], self._next.place
            read = Operation(sign, read, self._factor())
            if sign == "÷" and self.zero_divisor is None and _is_zero(read.right):
                self.zero_divisor = place
        return read

    def _factor(self) -> Expression:
        token = self._next
        if token.kind == "number":
            return Number(Decimal(self._take().text))
        if token.kind == "name":
            return Name(self._take().text)
        with self:
            if TYPED.get(token.text) == "−":
                self._take()
                return Negative(self._factor())
            if token.text == "(":
                return self._in_parentheses()
        raise Unreadable(token.place, "operand")

    def _in_parentheses(self) -> Expression:
        self._take()
        read = self._sum()
        if self._next.text != ")":
            raise Unreadable(self._next.place, "operator" if self._next.kind != "end" else "closing")
        self._take()
        return read
