"""A JSON processor with a parser of its own and a small query language.

    json_tool.py FILE QUERY     e.g.  .people[].name   or   .people[?age>30].name | sort | first
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

type Json = None | bool | int | float | str | list[Json] | dict[str, Json]

ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")


class JsonError(ValueError):
    def __init__(self, message: str, text: str, at: int):
        line = text.count("\n", 0, at) + 1
        column = at - text.rfind("\n", 0, at)
        super().__init__(f"{message} at line {line}, column {column}")


class Parser:
    def __init__(self, text: str):
        self.text, self.at = text, 0

    def fail(self, message: str):
        raise JsonError(message, self.text, self.at)

    def skip(self) -> str:
        """The next character that is not blank, or the empty string."""
        while (c := self.text[self.at : self.at + 1]) and c in " \t\r\n":
            self.at += 1
        return c

    def expect(self, c: str) -> None:
        if self.skip() != c:
            self.fail(f"expected {c!r}")
        self.at += 1

    def document(self) -> Json:
        value = self.value()
        if self.skip():
            self.fail("unexpected text")
        return value

    def value(self) -> Json:
        match self.skip():
            case "{":
                return dict(self.members())
            case "[":
                return list(self.items())
            case '"':
                return self.string()
            case "-" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9":
                return self.number()
            case "":
                self.fail("unexpected end")
        for word, value in (("null", None), ("true", True), ("false", False)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        self.fail("unexpected character")

    def separated(self, opening: str, closing: str) -> Iterator[None]:
        self.expect(opening)
        if self.skip() == closing:
            self.at += 1
            return
        while True:
            yield
            if self.skip() == closing:
                self.at += 1
                return
            self.expect(",")

    def members(self) -> Iterator[tuple[str, Json]]:
        for _ in self.separated("{", "}"):
            if self.skip() != '"':
                self.fail("expected a name")
            name = self.string()
            self.expect(":")
            yield name, self.value()

    def items(self) -> Iterator[Json]:
        for _ in self.separated("[", "]"):
            yield self.value()

    def number(self) -> int | float:
        found = NUMBER.match(self.text, self.at)
        if not found:
            self.fail("malformed number")
        self.at = found.end()
        return float(found[0]) if found[1] or found[2] else int(found[0])

    def string(self) -> str:
        self.at += 1
        parts = []
        while True:
            match self.text[self.at : self.at + 1]:
                case "":
                    self.fail("unterminated string")
                case '"':
                    self.at += 1
                    return "".join(parts)
                case "\\":
                    escape = self.text[self.at + 1 : self.at + 2]
                    if escape == "u":
                        parts.append(chr(int(self.text[self.at + 2 : self.at + 6], 16)))
                        self.at += 6
                    elif escape in ESCAPES:
                        parts.append(ESCAPES[escape])
                        self.at += 2
                    else:
                        self.fail("unknown escape")
                case c if c < " ":
                    self.fail("control character in string")
                case c:
                    parts.append(c)
                    self.at += 1


def render(value: Json, indent: int = 0) -> str:
    pad, inner = "  " * indent, "  " * (indent + 1)
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            table = {ord(c): "\\" + e for e, c in ESCAPES.items() if c != "/"}
            return f'"{value.translate(table)}"'
        case list() | dict() if not value:
            return "[]" if isinstance(value, list) else "{}"
        case list():
            if all(not isinstance(item, (list, dict)) for item in value) and len(value) <= 6:
                return f"[{', '.join(map(render, value))}]"
            return "[\n" + ",\n".join(inner + render(item, indent + 1) for item in value) + f"\n{pad}]"
        case dict():
            lines = (f"{inner}{render(name)}: {render(item, indent + 1)}" for name, item in value.items())
            return "{\n" + ",\n".join(lines) + f"\n{pad}}}"
    raise TypeError(f"not JSON: {type(value).__name__}")


class Step(NamedTuple):
    kind: str
    argument: Any


STEP = re.compile(r"\.(\w+)|\[(-?\d+)\]|(\[\])|\[\?(\w+)\s*(==|!=|>=|<=|>|<)\s*([^\]]+)\]|\s*\|\s*(\w+)(?:\((\w+)\))?|(\.$)")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}
FUNCTIONS: dict[str, Callable[[list[Json]], list[Json]]] = {
    "sort": lambda values: sorted(values),
    "unique": lambda values: list(dict.fromkeys(values)),
    "first": lambda values: values[:1],
    "last": lambda values: values[-1:],
    "count": lambda values: [len(values)],
    "sum": lambda values: [sum(values)],
    "max": lambda values: [max(values)],
    "keys": lambda values: [key for value in values for key in value],
    "length": lambda values: [len(value) for value in values],
}


def compile_query(text: str) -> list[Step]:
    steps, at = [], 0
    while at < len(text):
        found = STEP.match(text, at)
        if not found:
            raise ValueError(f"cannot read the query at {text[at:]!r}")
        name, index, each, key, operator, operand, function, argument, dot = found.groups()
        if name:
            steps.append(Step("name", name))
        elif index:
            steps.append(Step("index", int(index)))
        elif each:
            steps.append(Step("each", None))
        elif key:
            steps.append(Step("filter", (key, operator, Parser(operand).document())))
        elif function:
            steps.append(Step("call", (function, argument)))
        at = found.end()
    return steps


def run_query(document: Json, text: str) -> list[Json]:
    values = [document]
    for kind, argument in compile_query(text):
        match kind, argument:
            case "name", name:
                values = [value[name] for value in values if isinstance(value, dict) and name in value]
            case "index", index:
                values = [value[index] for value in values if -len(value) <= index < len(value)]
            case "each", _:
                values = [item for v in values for item in (v.values() if isinstance(v, dict) else v)]
            case "filter", (key, operator, operand):
                holds = COMPARE[operator]
                values = [item for v in values for item in v if key in item and holds(item[key], operand)]
            case "call", ("by", key):
                values = sorted(values, key=lambda value: value[key])
            case "call", (name, _) if name in FUNCTIONS:
                values = FUNCTIONS[name](values)
            case "call", (name, _):
                raise ValueError(f"no function {name!r}")
    return values


SAMPLE = r"""
{"team": "caf\u00e9", "active": true, "budget": 1.5e3,
 "people": [
   {"name": "Ann", "age": 31, "skills": ["rust", "sql"], "boss": null},
   {"name": "Bob", "age": 27, "skills": [], "boss": "Ann"},
   {"name": "Cy \"C\"", "age": 45, "skills": ["go", "sql", "ops"], "boss": "Ann"}],
 "empty": {}, "matrix": [[1, 2], [3, -4.25]]}
"""
QUERIES = [
    ".",
    ".team",
    ".people[].name",
    ".people[0].skills",
    ".people[?age>30].name | sort",
    '.people[?boss=="Ann"] | by(age) | first',
    ".people[].skills[] | unique | count",
    ".people[].age | sum",
    ".matrix[][-1] | max",
    ".people[-1] | keys",
    ".nothing.here",
    ".people[].name | shout",
    ".people[!",
]
BROKEN = ["", "{", "[1,]", '{"a" 1}', "[01]", '"abc', '"\\x"', "nul", "[1] 2", '{"a": [1, 2\n, }']


def main(args: list[str]) -> int:
    if len(args) == 2:
        with open(args[0], encoding="utf-8") as file:
            for value in run_query(Parser(file.read()).document(), args[1]):
                print(render(value))
        return 0
    document = Parser(SAMPLE).document()
    assert Parser(render(document)).document() == document
    for query in QUERIES:
        print(f"$ {query}")
        try:
            for value in run_query(document, query):
                print(render(value))
        except (ValueError, KeyError) as problem:
            print(f"error: {problem}")
    for text in BROKEN:
        try:
            Parser(text).document()
        except JsonError as problem:
            print(f"{text!r}: {problem}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
