"""A call-graph profiler that writes a flame graph as SVG.

    flame_graph.py [OUT.svg [PROGRAM [ARGUMENT…]]]

The weight of a call is the number of lines it executes, so the picture is the same every time. Without a program it profiles an
example of its own and prints the heaviest stacks.
"""

import html
import os
import sys

TOOL = sys.monitoring.PROFILER_ID
E = sys.monitoring.events


class Node:
    """A function in the context of its callers."""

    def __init__(self, name, parent):
        self.name, self.parent = name, parent
        self.children = {}
        self.calls = self.lines = 0

    def child(self, name):
        if name not in self.children:
            self.children[name] = Node(name, self)
        return self.children[name]

    def total(self):
        return self.lines + sum(child.total() for child in self.children.values())


class Profiler:
    def __init__(self):
        self.root = self.current = Node("all", None)

    def __enter__(self):
        sys.monitoring.use_tool_id(TOOL, "flame_graph")
        callbacks = {
            E.PY_START: self.enter, E.PY_RESUME: self.enter, E.PY_THROW: self.enter,
            E.PY_RETURN: self.leave, E.PY_YIELD: self.leave, E.PY_UNWIND: self.leave,
            E.LINE: self.line,
        }
        for event, callback in callbacks.items():
            sys.monitoring.register_callback(TOOL, event, callback)
        sys.monitoring.set_events(TOOL, sum(callbacks))
        return self

    def __exit__(self, *exc):
        sys.monitoring.free_tool_id(TOOL)

    def enter(self, code, *details):
        if code is not Profiler.__exit__.__code__:
            self.current = self.current.child(code.co_qualname)
            self.current.calls += 1

    def leave(self, code, *details):
        # What was entered before profiling began is left here, too.
        if self.current.parent and self.current.name == code.co_qualname:
            self.current = self.current.parent

    def line(self, code, number):
        if self.current.name == code.co_qualname:
            self.current.lines += 1


HEIGHT, WIDTH = 18, 1000


def colour(name):
    value = sum((index + 1) * 977 * ord(c) for index, c in enumerate(name))
    return f"rgb({205 + value % 50},{80 + value // 50 % 130},{value // 7000 % 60})"


def draw(node, x, depth, scale, out):
    width = node.total() * scale
    if width < 0.5:
        return depth
    name = html.escape(node.name)
    y = depth * HEIGHT
    out.append(
        f'<g><title>{name}: {node.total()} lines, {node.calls} calls</title>'
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{HEIGHT - 1}" fill="{colour(node.name)}"/>'
    )
    shown = int(width / 7)
    if shown >= 3:
        out.append(f'<text x="{x + 3:.1f}" y="{y + 13}">{html.escape(node.name[:shown])}</text>')
    out.append("</g>")
    deepest = depth
    for child in node.children.values():
        deepest = max(deepest, draw(child, x, depth + 1, scale, out))
        x += child.total() * scale
    return deepest


def svg(root):
    out = []
    deepest = draw(root, 0, 0, WIDTH / max(1, root.total()), out)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{(deepest + 1) * HEIGHT}" '
        'font-family="monospace" font-size="12">'
    )
    return "\n".join([head, *out, "</svg>"]) + "\n"


def stacks(node, path=()):
    for child in node.children.values():
        here = (*path, child.name)
        yield child.lines, child.calls, ";".join(here)
        yield from stacks(child, here)


def profile(code, namespace):
    with Profiler() as profiler:
        try:
            exec(code, namespace)
        except SystemExit:
            pass
    return profiler.root


EXAMPLE = '''
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

def words(text):
    for word in text.split():
        yield word.strip(".,").lower()

class Counter:
    def __init__(self):
        self.counts = {}

    def add(self, word):
        self.counts[word] = self.counts.get(word, 0) + 1

def main():
    counter = Counter()
    for word in words("The quick brown fox. The lazy dog, the end." * 3):
        counter.add(word)
    return fib(8), sorted(counter.counts.items(), key=lambda item: -item[1])[:2]

print(main())
'''

if __name__ == "__main__":
    if len(sys.argv) > 2:
        out, path = sys.argv[1], os.path.abspath(sys.argv[2])
        del sys.argv[:2]
        sys.path.insert(0, os.path.dirname(path))
        with open(path) as file:
            root = profile(compile(file.read(), path, "exec"), {"__name__": "__main__", "__file__": path})
    else:
        out = sys.argv[1] if len(sys.argv) > 1 else None
        root = profile(compile(EXAMPLE, "<example>", "exec"), {"__name__": "__main__"})
        for lines, calls, path in sorted(stacks(root), reverse=True)[:8]:
            print(f"{lines:6} lines {calls:5} calls  {path}")
    picture = svg(root)
    if out:
        with open(out, "w") as file:
            file.write(picture)
    else:
        print(f"{picture.count('<rect')} boxes, {root.total()} lines in all")
