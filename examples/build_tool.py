"""A small build tool: rules, dependency order, cycles, what is out of date, parallel schedules."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

BUILDFILE = """
# A program, its library and its manual.
CC = cc -O2
OBJECTS = main.o parse.o

app: $(OBJECTS) libutil.a          [3]
    $(CC) -o $@ $^
main.o: main.c parse.h util.h      [5]
    $(CC) -c $<
parse.o: parse.c parse.h           [7]
    $(CC) -c $<
libutil.a: util.o strings.o        [1]
    ar rcs $@ $^
util.o: util.c util.h              [4]
    $(CC) -c $<
strings.o: strings.c util.h        [2]
    $(CC) -c $<
manual.html: manual.md app         [6]
    ./app --convert $< > $@
all: app manual.html
clean:
    rm -f *.o
"""


class BuildError(Exception):
    pass


@dataclass(slots=True)
class Rule:
    target: str
    needs: list[str]
    cost: int = 0
    recipe: list[str] = field(default_factory=list)
    line: int = 0

    @property
    def phony(self) -> bool:
        return not self.recipe or not self.needs


def expand(text: str, names: Mapping[str, str], seen: tuple[str, ...] = ()) -> str:
    def replacement(found: re.Match[str]) -> str:
        name = found[1]
        if name in seen:
            raise BuildError(f"{' -> '.join((*seen, name))}: a name that means itself")
        if name not in names:
            raise BuildError(f"{name} means nothing")
        return expand(names[name], names, (*seen, name))

    return re.sub(r"\$\((\w+)\)", replacement, text)


def parse(text: str) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    names: dict[str, str] = {}
    current: Rule | None = None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].rstrip()
        if not line:
            continue
        try:
            if line.startswith(" "):
                if current is None:
                    raise BuildError("a recipe without a rule")
                current.recipe.append(expand(line.strip(), names))
            elif found := re.fullmatch(r"(\w+)\s*=\s*(.*)", line):
                names[found[1]] = found[2]
            elif found := re.fullmatch(r"(\S+):\s*(.*?)\s*(?:\[(\d+)\])?", line):
                target, needs, cost = found.groups()
                if target in rules:
                    raise BuildError(f"{target} has a rule already, on line {rules[target].line}")
                current = Rule(target, expand(needs, names).split(), int(cost or 0), line=number)
                rules[target] = current
            else:
                raise BuildError("neither a rule nor a name")
        except BuildError as error:
            error.add_note(f"on line {number}: {line.strip()}")
            raise
    return rules


class Files:
    """A file system in memory: contents and what they were built from."""

    def __init__(self, names: Iterable[str]):
        self.contents = {name: f"text of {name}" for name in names}
        self.recorded: dict[str, str] = {}

    def digest(self, rule: Rule) -> str:
        """The 64-bit FNV-1a hash of the recipe and of all it works on."""
        value = 0xCBF29CE484222325
        for part in (*rule.recipe, *(self.contents.get(name, "") for name in rule.needs)):
            for byte in part.encode() + b"\0":
                value = (value ^ byte) * 0x100000001B3 % 2**64
        return f"{value:016x}"

    def stale(self, rule: Rule) -> bool:
        return rule.target not in self.contents or self.recorded.get(rule.target) != self.digest(rule)

    def build(self, rule: Rule) -> None:
        self.recorded[rule.target] = self.digest(rule)
        self.contents[rule.target] = f"{rule.target} of {self.recorded[rule.target]}"


class Builder:
    def __init__(self, rules: dict[str, Rule], files: Files):
        self.rules, self.files = rules, files

    def order(self, goal: str) -> list[Rule]:
        """The rules needed for the goal, dependencies first."""
        state: dict[str, str] = {}
        path: list[str] = []
        result: list[Rule] = []

        def visit(name: str) -> None:
            match state.get(name):
                case "done":
                    return
                case "open":
                    cycle = path[path.index(name) :] + [name]
                    raise BuildError(f"a cycle: {' -> '.join(cycle)}")
            if name not in self.rules:
                if name not in self.files.contents:
                    raise BuildError(f"no rule makes {name}" + (f", which {path[-1]} needs" if path else ""))
                return
            state[name] = "open"
            path.append(name)
            for need in self.rules[name].needs:
                visit(need)
            path.pop()
            state[name] = "done"
            result.append(self.rules[name])

        visit(goal)
        return result

    def commands(self, rule: Rule) -> Iterator[str]:
        for line in rule.recipe:
            for mark, text in (("$@", rule.target), ("$<", rule.needs[0] if rule.needs else ""), ("$^", " ".join(rule.needs))):
                line = line.replace(mark, text)
            yield line

    def build(self, goal: str) -> int:
        built = 0
        for rule in self.order(goal):
            if rule.phony:
                continue
            if self.files.stale(rule):
                for command in self.commands(rule):
                    print("  ", command)
                self.files.build(rule)
                built += 1
        print(f"   {goal}: {built} built" if built else f"   {goal} is up to date")
        return built

    def schedule(self, goal: str, workers: int) -> tuple[int, list[str]]:
        """When everything is finished with so many workers, and who did what; the longest way to the goal goes first."""
        rules = {rule.target: rule for rule in self.order(goal)}
        users = {name: [r.target for r in rules.values() if name in r.needs] for name in rules}
        priority: dict[str, int] = {}

        def remaining(name: str) -> int:
            if name not in priority:
                priority[name] = rules[name].cost + max(map(remaining, users[name]), default=0)
            return priority[name]

        sorter = TopologicalSorter({name: [n for n in rule.needs if n in rules] for name, rule in rules.items()})
        sorter.prepare()
        ready: list[tuple[int, str]] = []
        running: list[tuple[int, str, int]] = []
        idle = list(range(workers))
        lanes: list[list[str]] = [[] for _ in range(workers)]
        now = 0
        while sorter.is_active():
            for name in sorter.get_ready():
                heappush(ready, (-remaining(name), name))
            while ready and idle:
                _, name = heappop(ready)
                lane = idle.pop(0)
                if rules[name].cost:
                    lanes[lane].append(f"{name}@{now}")
                heappush(running, (now + rules[name].cost, name, lane))
            now, name, lane = heappop(running)
            idle.append(lane)
            idle.sort()
            sorter.done(name)
        return now, [" ".join(lane) for lane in lanes]


def tree(builder: Builder, name: str, prefix: str = "") -> Iterator[str]:
    rule = builder.rules.get(name)
    needs = rule.needs if rule else []
    for i, need in enumerate(needs):
        last = i == len(needs) - 1
        yield f"{prefix}{'`-' if last else '|-'} {need}"
        yield from tree(builder, need, prefix + ("   " if last else "|  "))


def main() -> int:
    rules = parse(BUILDFILE)
    sources = ["main.c", "parse.c", "parse.h", "util.c", "util.h", "strings.c", "manual.md"]
    builder = Builder(rules, Files(sources))

    print("order:", " ".join(rule.target for rule in builder.order("all")))
    print("libutil.a", *tree(builder, "libutil.a"), sep="\n")
    print("first build")
    builder.build("all")
    print("again")
    builder.build("all")
    print("after a change of strings.c")
    builder.files.contents["strings.c"] += " and more"
    builder.build("app")
    builder.build("manual.html")
    print("after a change of util.h")
    builder.files.contents["util.h"] = "#pragma once"
    builder.build("all")

    for workers in (1, 2, 3, 8):
        finished, lanes = builder.schedule("all", workers)
        print(f"{workers} workers: {finished} s")
        for lane in filter(None, lanes):
            print("   ", lane)
    most = Counter(need for rule in rules.values() for need in rule.needs).most_common(2)
    print("most needed:", most)

    for text in ("a: b\n b\nb: c\n x\nc: a\n y\n", "  x\n", "a:\na:\n", "a = $(b)\nb = $(a)\nc: $(a)\n", "nonsense\n", "a: $(q)\n"):
        try:
            Builder(parse(text), Files([])).build("a")
        except BuildError as error:
            print(f"error: {error}", *getattr(error, "__notes__", []), sep=" | ")
    try:
        Builder(rules, Files(sources[1:])).build("all")
    except BuildError as error:
        print("error:", error)
    try:
        list(TopologicalSorter({"x": ["y"], "y": ["x"]}).static_order())
    except CycleError as error:
        print("graphlib agrees:", error.args[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
