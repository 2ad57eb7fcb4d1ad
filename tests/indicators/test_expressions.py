"""The language of formulas: what it reads, how it computes, and where it says that it cannot."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.calculations.expressions import (
    LONGEST,
    Expression,
    Name,
    Negative,
    Number,
    Operation,
    Unreadable,
    degree,
    evaluate,
    kept,
    names,
    parse,
    written,
    zero_divisor,
)

CODE_NAMES = ["cost", "episodes", "wait-days", "30-day-return", "-odd", "_private", "a", "A2"]
CODES = st.sampled_from(CODE_NAMES)
NUMBERS = st.decimals(min_value=0, max_value=10**9, places=3).map(Number)
#: Nested no deeper than a person would.
EXPRESSIONS = st.recursive(
    st.one_of(NUMBERS, CODES.map(Name)),
    lambda inner: st.one_of(
        inner.map(Negative), st.builds(Operation, st.sampled_from(["+", "−", "×", "÷"]), inner, inner)
    ),
    max_leaves=12,
)
FIGURES = {code: Decimal(place) / 7 for place, code in enumerate(CODE_NAMES)}


@given(EXPRESSIONS)
def test_what_is_written_reads_back_as_the_same(expression: Expression) -> None:
    assert parse(written(expression)) == expression


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS)
def test_an_expression_computes_as_python_does(expression: Expression) -> None:
    assert evaluate(expression, FIGURES) == _python(expression)


def _python(expression: Expression) -> Decimal | None:
    """Compute with Python's own operators, on a text of Python made from the tree with parentheses everywhere."""

    def text(node: Expression) -> str:
        match node:
            case Number(value):
                return f"Decimal('{value}')"
            case Name(code):
                return f"figures['{code}']"
            case Negative(of):
                return f"(-{text(of)})"
            case Operation(sign, left, right):
                python = {"+": "+", "−": "-", "×": "*", "÷": "/"}[sign]
                return f"({text(left)} {python} {text(right)})"

    with localcontext(prec=40):
        try:
            result = eval(text(expression), {"Decimal": Decimal, "figures": FIGURES})  # noqa: S307 - a text of our own
            return Decimal(result)
        except ArithmeticError:
            return None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) × 3", "9"),
        ("8 − 2 − 1", "5"),
        ("8 ÷ 4 ÷ 2", "1"),
        ("-2 * 3", "-6"),
        ("2 * −3", "-6"),
        ("2 - -3", "5"),
        ("cost / episodes * 100", "250"),
        ("[30-day-return] + 0.5", "2.5"),
        ("wait-days - 3", "9"),
        ("cost – episodes", "12"),
    ],
)
def test_signs_bind_as_in_school(text: str, value: str) -> None:
    figures = {
        "cost": Decimal(20), "episodes": Decimal(8), "30-day-return": Decimal(2), "wait-days": Decimal(12)
    }  # fmt: skip

    assert evaluate(parse(text), figures) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("cost / 0", 7),
        ("cost ÷ (2 - 2)", 7),
        ("1 + cost / 2 / -0.0 / 0", 15),
        ("cost × (3 / (1 / 0))", 17),
        ("cost / (3 / (1 / 0))", 17),
        ("cost / (episodes × 0)", None),
        ("cost / 0.5 × 0", None),
    ],
)
def test_a_divisor_that_is_always_zero_is_found_where_it_stands(text: str, place: int | None) -> None:
    assert zero_divisor(text) == place


@pytest.mark.parametrize("text", ["1 / 0", "cost / (episodes - 8)", "0 / 0", "1 / (2 / 0)"])
def test_what_is_divided_by_zero_has_no_result(text: str) -> None:
    assert evaluate(parse(text), {"cost": Decimal(20), "episodes": Decimal(8)}) is None


@pytest.mark.parametrize(
    ("text", "wrong", "place"),
    [
        ("", "operand", 0),
        ("   ", "operand", 3),
        ("cost +", "operand", 6),
        ("cost + * 2", "operand", 7),
        ("cost episodes", "operator", 5),
        ("2 (3)", "operator", 2),
        ("(cost + 2", "closing", 9),
        ("(cost 2)", "operator", 6),
        ("cost )", "operator", 5),
        ("()", "operand", 1),
        ("cost ** 2", "operand", 6),
        ("1,5 * cost", "comma", 1),
        ("cost ^ 2", "character", 5),
        ("__import__('os')", "character", 11),
        ("[cost", "bracket", 0),
        ("cost]", "bracket", 4),
        ("coût", "character", 2),
        ("(" * 41 + "1" + ")" * 41, "too deep", 40),
        ("-" * 41 + "1", "too deep", 40),
        ("1" * (LONGEST + 1), "too long", LONGEST),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text: str, wrong: str, place: int) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(text)

    assert (refused.value.wrong, refused.value.place) == (wrong, place)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    assert 0 <= _place_of_refusal(text) <= len(text)


def _place_of_refusal(text: str) -> int:
    try:
        parse(text)
    except Unreadable as refused:
        return refused.place
    return 0


def test_a_long_chain_is_read_and_computed() -> None:
    chain = "+".join(["1"] * (LONGEST // 2))

    assert evaluate(parse(chain), {}) == LONGEST // 2


def test_names_stand_where_they_are_first_written() -> None:
    assert names("cost / [30-day-return] + cost × 2") == {"cost": 0, "30-day-return": 7}


def test_an_equation_holds_numbers_in_the_place_of_names() -> None:
    expression = parse("(starts - closures) / (2 * cost)")

    assert written(expression, {"starts": "40", "closures": "12", "cost": "7"}) == "(40 − 12) ÷ (2 × 7)"


@pytest.mark.parametrize(
    ("result", "is_kept"),
    [
        (None, None),
        (Decimal("0.0000005"), Decimal("0E-6")),
        (Decimal("0.0000015"), Decimal("0.000002")),
        (Decimal(1) / Decimal(3), Decimal("0.333333")),
        (Decimal(10) ** 18, None),
        (-(Decimal(10) ** 18), None),
        (Decimal(10) ** 18 - 1, Decimal("999999999999999999.000000")),
    ],
)
def test_a_result_is_kept_to_six_decimals_if_it_fits(result: Decimal | None, is_kept: Decimal | None) -> None:
    assert kept(result) == is_kept


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS, st.integers(2, 5))
def test_an_expression_grows_as_its_degree_says(expression: Expression, times: int) -> None:
    codes = names(written(expression))
    small = {code: Decimal(place + 1) for place, code in enumerate(codes)}
    grown = {code: figure * times for code, figure in small.items()}

    grows = degree(expression, dict.fromkeys(codes, 1))
    before, after = evaluate(expression, small), evaluate(expression, grown)

    if grows is not None and before is not None and after is not None:
        with localcontext(prec=40):
            assert abs(after - before * Decimal(times) ** grows) <= abs(after) * Decimal("1e-20")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a / b × 100", 0), ("a + b", 1), ("a − 3", None), ("a × b", 2), ("-(a + b) ÷ 2", 1), ("c", None), ("1 / a", -1)],
)
def test_a_sum_of_counts_grows_and_a_share_of_them_does_not(text: str, expected: int | None) -> None:
    assert degree(parse(text), {"a": 1, "b": 1, "c": None}) == expected
