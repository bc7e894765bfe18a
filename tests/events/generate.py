"""Writes random programs that mix control flow: `generate.py FOLDER COUNT`."""

import random
import sys


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.budget = 60
        self.functions = []

    def put(self, depth, text):
        self.lines.append("    " * depth + text)

    def expression(self):
        r = self.random
        choices = [
            "x + 1", "len([x, y])", "[i for i in range(x % 4)]", "x if y else z", "not x", "x and y or z",
            "sum(i * i for i in range(3))", "{k: x for k in 'ab'}", "str(x)[::-1]", "max(x, y, key=lambda v: -v)",
            "(x < y < z)", "f'{x!r}{y:>3}'", "sorted({x, y, z})", "isinstance(x, int)", "list(map(abs, (x, y)))",
            "next(iter([x]))", "dict(a=x)", "x in (1, y)", "[*range(2), x]", "'a'.join(['b', 'c'])",
        ]
        if self.functions:
            choices.append(f"{r.choice(self.functions)}(x % 3)")
        return r.choice(choices)

    def block(self, depth, loop, kind):
        for _ in range(self.random.randint(1, 3)):
            self.statement(depth, loop, kind)

    def statement(self, depth, loop, kind):
        r = self.random
        self.budget -= 1
        simple = depth > 5 or self.budget < 0
        what = r.choice(("assign", "call", "one_line")) if simple else r.choice((
            "assign", "call", "if", "for", "while", "try", "finally", "with", "match", "comprehension", "one_line",
            "raise", "leave", "yield", "async", "group", "nested",
        ))
        if what == "assign":
            self.put(depth, f"{r.choice('xyz')} = {r.choice(('1', 'x + 1', 'y % 3', 'z - 1'))}")
        elif what == "call":
            self.put(depth, self.expression())
        elif what == "one_line":
            self.put(depth, r.choice(("if x: y = 1", "for i in range(2): x += i", "while y > 2: y -= 1", "x = 1; y = 2; z = 3")))
        elif what == "if":
            self.put(depth, f"if {self.expression()}:")
            self.block(depth + 1, loop, kind)
            if r.random() < 0.5:
                self.put(depth, f"elif {self.expression()}:")
                self.block(depth + 1, loop, kind)
            if r.random() < 0.5:
                self.put(depth, "else:")
                self.block(depth + 1, loop, kind)
        elif what == "for":
            self.put(depth, f"for v{depth} in {r.choice(('range(3)', '(1, 2)', '[x, y]', 'iter(Counter(2))', 'count(2)'))}:")
            self.block(depth + 1, True, kind)
            if r.random() < 0.3:
                self.put(depth, "else:")
                self.block(depth + 1, loop, kind)
        elif what == "while":
            self.put(depth, f"n{depth} = 0")
            self.put(depth, f"while n{depth} < 3:")
            self.put(depth + 1, f"n{depth} += 1")
            self.block(depth + 1, True, kind)
        elif what in ("try", "finally"):
            self.put(depth, "try:")
            self.block(depth + 1, loop, kind)
            if what == "try" or r.random() < 0.5:
                self.put(depth, f"except {r.choice(('ValueError', '(KeyError, ZeroDivisionError)', 'Exception as e'))}:")
                self.block(depth + 1, loop, kind)
                if r.random() < 0.3:
                    self.put(depth, "else:")
                    self.block(depth + 1, loop, kind)
            if what == "finally":
                self.put(depth, "finally:")
                self.put(depth + 1, "z = 2")
        elif what == "with":
            prefix = "async " if kind == "async" and r.random() < 0.5 else ""
            self.put(depth, f"{prefix}with Manager({r.choice(('True', 'False'))}) as m:")
            self.block(depth + 1, loop, kind)
        elif what == "match":
            self.put(depth, f"match {r.choice(('x', '(x, y)', '[x, 1]', '{1: x}'))}:")
            for pattern in r.sample(("1", "(a, 1)", "[_, *rest]", "{1: q}", "int(v)", "0 | 2"), 2):
                self.put(depth + 1, f"case {pattern}:")
                self.block(depth + 2, loop, kind)
        elif what == "comprehension":
            if depth > 3:
                # The oracle miscounts what lies on a stack of more than ten values when the variables are put there: after a jump it
                # takes locals for operands.
                self.put(depth, "x = 1")
                return
            self.put(depth, "x = len([a for a in range(3) for b in (1, 2)")
            self.put(depth + 2, "if a != b])")
        elif what == "raise":
            self.put(depth, f"if {self.expression()}: raise {r.choice(('ValueError(x)', 'KeyError', 'ZeroDivisionError from None'))}")
        elif what == "leave":
            self.put(depth, r.choice(("break", "continue", "return x")) if loop else "return x" if kind == "function" else "pass")
        elif what == "yield":
            if kind == "generator":
                self.put(depth, r.choice(("yield x", "x = yield y", "yield from (x, y)", "yield from count(2)")))
            elif kind == "async":
                self.put(depth, r.choice(("await pause(x)", "x = [a async for a in stream(2)]", "await nothing()")))
            else:
                self.put(depth, "x = list(count(2))")
        elif what == "async":
            if kind == "async":
                self.put(depth, "async for a in stream(2):")
                self.block(depth + 1, True, kind)
            else:
                self.put(depth, "y = drive(stream(1).__anext__())")
        elif what == "group":
            self.put(depth, "try:")
            self.put(depth + 1, "raise ExceptionGroup('g', [ValueError(1), KeyError(2)])")
            self.put(depth, "except* ValueError:")
            self.put(depth + 1, "x = 1")
            self.put(depth, f"except* {r.choice(('KeyError', 'Exception'))}:")
            self.put(depth + 1, "y = 2")
        elif what == "nested":
            self.put(depth, "@decorate")
            self.put(depth, "def inner(a, *, b=1):")
            self.put(depth + 1, "return a, b")
            self.put(depth, "class C(Base):")
            self.put(depth + 1, "attribute = 1")
            self.put(depth + 1, "def method(self):")
            self.put(depth + 2, "return super().method()")
            self.put(depth, "inner(C().method())")

    def text(self):
        self.lines.extend(PRELUDE.splitlines())
        for number in range(4):
            kind = self.random.choice(("function", "function", "generator", "async"))
            name = f"f{number}"
            self.put(0, f"{'async ' if kind == 'async' else ''}def {name}(x, y=2, z=3):")
            if kind == "generator":
                self.put(1, "yield 0")
            self.budget = 25
            self.block(1, False, kind)
            call = {"function": f"{name}(1)", "generator": f"list({name}(1))", "async": f"drive({name}(1))"}[kind]
            self.put(0, "try:")
            self.put(1, f"for round in range(3): {call}")
            self.put(0, "except Exception:")
            self.put(1, "pass")
            if kind == "function":
                self.functions.append(name)
        return "\n".join(self.lines) + "\n"


PRELUDE = '''\
def count(n):
    while n:
        yield n
        n -= 1

async def stream(n):
    for i in range(n):
        yield i
        await nothing()

async def nothing():
    pass

class pause:
    def __init__(self, n): self.n = n
    def __await__(self):
        yield self.n
        return self.n

def drive(awaitable):
    iterator = awaitable.__await__()
    try:
        while True: iterator.send(None)
    except StopIteration as stop:
        return stop.value

class Counter:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if not self.n:
            raise StopIteration
        self.n -= 1
        return self.n

class Manager:
    def __init__(self, swallow): self.swallow = swallow
    def __enter__(self): return self
    def __exit__(self, *args):
        return self.swallow
    async def __aenter__(self): return self
    async def __aexit__(self, *args): return self.swallow

class Base:
    def method(self): return 1

def decorate(f):
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs)
    return wrapper
'''

folder, count = sys.argv[1], int(sys.argv[2])
for seed in range(count):
    with open(f"{folder}/generated_{seed:03}.py", "w") as file:
        file.write(Program(seed).text())
