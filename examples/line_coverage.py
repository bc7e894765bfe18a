"""Line and branch coverage with sys.monitoring: each place is reported once, then disabled, so that loops cost nothing.

    line_coverage.py [PROGRAM [ARGUMENT…]]

Without a program it measures an example of its own.
"""

import os
import sys

TOOL = sys.monitoring.COVERAGE_ID
E = sys.monitoring.events


class Coverage:
    def __init__(self, filename):
        self.filename = filename
        self.lines = set()
        self.branches = set()

    def __enter__(self):
        sys.monitoring.use_tool_id(TOOL, "line_coverage")
        sys.monitoring.register_callback(TOOL, E.LINE, self.on_line)
        sys.monitoring.register_callback(TOOL, E.BRANCH_LEFT, self.on_branch)
        sys.monitoring.register_callback(TOOL, E.BRANCH_RIGHT, self.on_branch)
        sys.monitoring.set_events(TOOL, E.LINE | E.BRANCH_LEFT | E.BRANCH_RIGHT)
        return self

    def __exit__(self, *exc):
        sys.monitoring.free_tool_id(TOOL)

    def on_line(self, code, line):
        if code.co_filename == self.filename:
            self.lines.add(line)
        return sys.monitoring.DISABLE

    def on_branch(self, code, source, destination):
        if code.co_filename == self.filename:
            self.branches.add((code, source, destination))
        return sys.monitoring.DISABLE


def code_objects(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from code_objects(constant)


def executable_lines(code):
    """The lines that can report an event: all with instructions but those before the first RESUME."""
    lines = set()
    for each in code_objects(code):
        numbers = [line for _, _, line in each.co_lines() if line]
        # The first entry of a function is its `def` line.
        lines.update(numbers if each.co_name == "<module>" else numbers[1:])
    return lines - {0}


def line_of(code, offset):
    for start, end, line in code.co_lines():
        if start <= offset < end:
            return line


def report(source, code, coverage):
    wanted = executable_lines(code)
    half = {}
    for each in code_objects(code):
        for branch, left, right in each.co_branches():
            ways = [(each, branch, way) in coverage.branches for way in (left, right)]
            if any(ways) and not all(ways):
                half[line_of(each, branch)] = left if not ways[0] else right
    for number, text in enumerate(source.splitlines(), 1):
        if number not in wanted:
            mark = " "
        elif number not in coverage.lines:
            mark = "!"
        else:
            mark = "~" if number in half else "+"
        print(f"{mark} {number:4} {text}".rstrip())
    run = len(wanted & coverage.lines)
    print(f"{run} of {len(wanted)} lines ({100 * run // max(1, len(wanted))} %), {len(half)} half-taken branches")


def measure(source, filename, namespace):
    code = compile(source, filename, "exec")
    with Coverage(filename) as coverage:
        try:
            exec(code, namespace)
        except SystemExit:
            pass
    report(source, code, coverage)


EXAMPLE = '''\
def classify(n):
    if n < 0:
        return "negative"
    for divisor in range(2, n):
        if n % divisor == 0:
            return "composite"
    else:
        if n < 2:
            return "unit"
    return "prime"

def never():
    print("not called")

results = [classify(n) for n in (2, 3, 4, 9, 17)]
while len(results) > 3:
    results.pop()
print(results)
'''

if __name__ == "__main__":
    if len(sys.argv) > 1:
        del sys.argv[0]
        path = os.path.abspath(sys.argv[0])
        sys.path.insert(0, os.path.dirname(path))
        with open(path) as file:
            measure(file.read(), path, {"__name__": "__main__", "__file__": path})
    else:
        measure(EXAMPLE, "<example>", {"__name__": "__main__"})
