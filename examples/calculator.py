"""A calculator: tokenizer, recursive-descent parser, syntax tree, evaluator, simplifier, derivatives."""

from __future__ import annotations

import math
import operator
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

type Number = int | float | Fraction
type Node = Literal | Name | Unary | Binary | Call | Assign | Define


@dataclass(frozen=True)
class Literal:
    value: Number


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Unary:
    operand: Node


@dataclass(frozen=True)
class Binary:
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Assign:
    name: str
    value: Node


@dataclass(frozen=True)
class Define:
    name: str
    parameters: tuple[str, ...]
    body: Node


class Token(NamedTuple):
    kind: str
    text: str
    at: int


class CalculatorError(Exception):
    def __init__(self, message: str, at: int | None = None):
        super().__init__(message)
        self.at = at


TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)|(?P<name>[a-zA-Z_]\w*)|(?P<operator>\*\*|//|[-+*/%^()=,!]))")


def tokenize(text: str) -> Iterator[Token]:
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if not found:
            bad = at + len(text[at:]) - len(text[at:].lstrip())
            raise CalculatorError(f"unexpected {text[bad]!r}", bad)
        kind = found.lastgroup
        yield Token(kind, found[kind], found.start(kind))
        at = found.end()
    yield Token("end", "", len(text))


BINARY: dict[str, tuple[int, Callable[[Number, Number], Number]]] = {
    "+": (1, operator.add),
    "-": (1, operator.sub),
    "*": (2, operator.mul),
    "/": (2, lambda a, b: Fraction(a) / b if not isinstance(a, float) and not isinstance(b, float) else a / b),
    "//": (2, operator.floordiv),
    "%": (2, operator.mod),
}


class Parser:
    def __init__(self, text: str):
        self.tokens = list(tokenize(text))
        self.index = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def accept(self, *texts: str) -> str | None:
        if self.token.kind == "operator" and self.token.text in texts:
            self.index += 1
            return self.tokens[self.index - 1].text
        return None

    def expect(self, text: str) -> None:
        if not self.accept(text):
            found = repr(self.token.text) if self.token.text else "the end"
            raise CalculatorError(f"expected {text!r} before {found}", self.token.at)

    def statement(self) -> Node:
        start = self.index
        left = self.expression(0)
        if self.accept("="):
            match left:
                case Name(name):
                    left = Assign(name, self.expression(0))
                case Call(name, arguments) if all(isinstance(argument, Name) for argument in arguments):
                    left = Define(name, tuple(argument.name for argument in arguments), self.expression(0))
                case _:
                    raise CalculatorError("cannot assign to this", self.tokens[start].at)
        if self.token.kind != "end":
            raise CalculatorError(f"unexpected {self.token.text!r}", self.token.at)
        return left

    def expression(self, level: int) -> Node:
        """Binary operators by precedence climbing."""
        left = self.unary()
        while self.token.kind == "operator" and self.token.text in BINARY and BINARY[self.token.text][0] > level:
            sign = self.token.text
            self.index += 1
            left = Binary(sign, left, self.expression(BINARY[sign][0]))
        return left

    def unary(self) -> Node:
        if self.accept("-"):
            return Unary(self.unary())
        if self.accept("+"):
            return self.unary()
        return self.power()

    def power(self) -> Node:
        base = self.postfix()
        if self.accept("^", "**"):
            return Binary("^", base, self.unary())
        return base

    def postfix(self) -> Node:
        node = self.atom()
        while self.accept("!"):
            node = Call("factorial", (node,))
        return node

    def atom(self) -> Node:
        kind, text, at = self.token
        match kind:
            case "number":
                self.index += 1
                return Literal(int(text) if text.isdigit() else float(text))
            case "name":
                self.index += 1
                return Call(text, self.arguments()) if self.accept("(") else Name(text)
        if self.accept("("):
            inner = self.expression(0)
            self.expect(")")
            return inner
        raise CalculatorError("expected a number, a name or '('", at)

    def arguments(self) -> tuple[Node, ...]:
        if self.accept(")"):
            return ()
        found = [self.expression(0)]
        while self.accept(","):
            found.append(self.expression(0))
        self.expect(")")
        return tuple(found)


def show(node: Node, level: int = 0) -> str:
    match node:
        case Literal(Fraction() as value):
            return f"({value})" if level > 1 else str(value)
        case Literal(value):
            return f"{value:g}" if isinstance(value, float) else str(value)
        case Name(name):
            return name
        case Unary(operand):
            return f"-{show(operand, 3)}"
        case Binary("^", left, right):
            return f"{show(left, 4)}^{show(right, 3)}"
        case Binary(sign, left, right):
            own = BINARY[sign][0]
            text = f"{show(left, own)} {sign} {show(right, own + 1)}"
            return f"({text})" if own < level else text
        case Call(function, arguments):
            return f"{function}({', '.join(map(show, arguments))})"
    raise AssertionError(node)


def simplify(node: Node) -> Node:
    match node:
        case Unary(operand):
            match simplify(operand):
                case Literal(value):
                    return Literal(-value)
                case Unary(inner):
                    return inner
                case other:
                    return Unary(other)
        case Call(function, arguments):
            return Call(function, tuple(map(simplify, arguments)))
        case Binary(sign, left, right):
            match sign, simplify(left), simplify(right):
                case "+", Literal(0), other:
                    return other
                case "+" | "-", other, Literal(0):
                    return other
                case "-", a, b if a == b:
                    return Literal(0)
                case ("*", Literal(0), _) | ("*", _, Literal(0)):
                    return Literal(0)
                case "*", Literal(1), other:
                    return other
                case "*" | "/" | "^", other, Literal(1):
                    return other
                case "^", _, Literal(0):
                    return Literal(1)
                case "^", Literal(a), Literal(b) if isinstance(b, int) and b >= 0:
                    return Literal(a**b)
                case sign, Literal(a), Literal(b) if sign in BINARY and (b or sign not in "/ // %"):
                    return Literal(BINARY[sign][1](a, b))
                case "*", other, Literal() as number:
                    return simplify(Binary("*", number, other))
                case "*", Literal(a), Binary("*", Literal(b), other):
                    return Binary("*", Literal(a * b), other)
                case sign, a, b:
                    return Binary(sign, a, b)
    return node


def derive(node: Node, by: str) -> Node:
    match node:
        case Literal():
            return Literal(0)
        case Name(name):
            return Literal(int(name == by))
        case Unary(operand):
            return Unary(derive(operand, by))
        case Binary("+" | "-" as sign, a, b):
            return Binary(sign, derive(a, by), derive(b, by))
        case Binary("*", a, b):
            return Binary("+", Binary("*", derive(a, by), b), Binary("*", a, derive(b, by)))
        case Binary("/", a, b):
            over = Binary("-", Binary("*", derive(a, by), b), Binary("*", a, derive(b, by)))
            return Binary("/", over, Binary("^", b, Literal(2)))
        case Binary("^", a, Literal(n)):
            return Binary("*", Binary("*", Literal(n), Binary("^", a, Literal(n - 1))), derive(a, by))
        case Call("sin", (a,)):
            return Binary("*", Call("cos", (a,)), derive(a, by))
        case Call("cos", (a,)):
            return Unary(Binary("*", Call("sin", (a,)), derive(a, by)))
        case Call("exp", (a,)):
            return Binary("*", node, derive(a, by))
        case Call("ln", (a,)):
            return Binary("/", derive(a, by), a)
    raise CalculatorError(f"cannot derive {show(node)}")


class Calculator:
    def __init__(self) -> None:
        self.names: dict[str, Number] = {"pi": math.pi, "e": math.e}
        self.functions: dict[str, Callable | Define] = {
            "sin": math.sin, "cos": math.cos, "exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "abs": abs,
            "factorial": math.factorial, "gcd": math.gcd, "max": max, "min": min, "round": round,
        }  # fmt: skip
        self.depth = 0

    def run(self, text: str) -> str:
        match Parser(text).statement():
            case Assign(name, value):
                self.names[name] = result = self.evaluate(value, self.names)
                return f"{name} = {self.format(result)}"
            case Define(name, parameters, body) as definition:
                self.functions[name] = definition
                return f"{name}({', '.join(parameters)}) = {show(body)}"
            case Call("d", (expression, Name(by))):
                return show(simplify(simplify(derive(self.expand(expression), by))))
            case Call("simplify", (expression,)):
                return show(simplify(expression))
            case expression:
                return self.format(self.evaluate(expression, self.names))

    def expand(self, node: Node) -> Node:
        match node:
            case Call(name, ()) if isinstance(self.functions.get(name), Define):
                return self.functions[name].body
        return node

    @staticmethod
    def format(value: Number) -> str:
        match value:
            case Fraction(denominator=1):
                return str(value.numerator)
            case Fraction():
                return f"{value} ≈ {float(value):.6g}"
            case float():
                return f"{value:.10g}"
        return str(value)

    def evaluate(self, node: Node, names: dict[str, Number]) -> Number:
        match node:
            case Literal(value):
                return value
            case Name(name):
                if name not in names:
                    raise CalculatorError(f"{name} has no value")
                return names[name]
            case Unary(operand):
                return -self.evaluate(operand, names)
            case Binary("^", left, right):
                return self.evaluate(left, names) ** self.evaluate(right, names)
            case Binary(sign, left, right):
                return BINARY[sign][1](self.evaluate(left, names), self.evaluate(right, names))
            case Call("if", (test, then, otherwise)):
                return self.evaluate(then if self.evaluate(test, names) > 0 else otherwise, names)
            case Call(name, arguments):
                return self.call(name, [self.evaluate(argument, names) for argument in arguments])
        raise CalculatorError("only at the start of a line")

    def call(self, name: str, values: list[Number]) -> Number:
        match self.functions.get(name):
            case None:
                raise CalculatorError(f"no function {name}")
            case Define(_, parameters, body):
                if len(parameters) != len(values):
                    raise CalculatorError(f"{name} takes {len(parameters)} arguments, not {len(values)}")
                if self.depth > 50:
                    raise CalculatorError(f"{name} calls itself too often")
                self.depth += 1
                try:
                    return self.evaluate(body, self.names | dict(zip(parameters, values)))
                finally:
                    self.depth -= 1
            case native:
                return native(*values)


SESSION = """
1 + 2 * 3
(1 + 2) * 3
-2 ^ 2
2 ^ 3 ^ 2
7 / 2 - 1 / 3
10 / 5
7 // 2 + 7 % 4
1.5e3 / 4
5! - 3!!
x = 12
y = x / 5
x * y + 1
sqrt(2) * sqrt(2)
sin(pi / 6)
area(r) = pi * r ^ 2
area(2)
fact(n) = if(n, n * fact(n - 1), 1)
fact(20)
loop(n) = loop(n + 1)
loop(0)
simplify(0 + x * 1 - (y - y))
d(x ^ 3 + 2 * x ^ 2 - 5 * x + 7, x)
d(sin(x ^ 2) / x, x)
d(ln(x) * exp(2 * x), x)
d(abs(x), x)
gcd(84, 36) + max(1, 2, 3)
2 ^ 200
1 / 0
ln(-1)
sqrt()
area(1, 2)
unknown + 1
3 +
2 * (3 + 4
4 $ 4
5 = x
"""


def main(args: list[str]) -> int:
    calculator = Calculator()
    lines = [" ".join(args)] if args else SESSION.strip().splitlines()
    for line in lines:
        print(f"> {line}")
        try:
            print(calculator.run(line))
        except CalculatorError as error:
            if error.at is not None:
                print(" " * (error.at + 2) + "^")
            print(f"error: {error}")
        except (ArithmeticError, ValueError, TypeError) as error:
            print(f"{type(error).__name__}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
