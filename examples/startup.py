"""A start-up file for interactive sessions.

    PYTHONSTARTUP=examples/startup.py minipy

The prompt counts the statements. Results are shown with their numbers, containers laid out over several lines, and `out` keeps
them: `out[3]` is what the third statement gave.
"""

import builtins
import pprint
import sys


class CountingPrompt:
    """A prompt whose text is made anew each time it is shown."""

    def __init__(self):
        self.count = 0

    def __str__(self):
        self.count += 1
        return f"[{self.count}]: "


class ContinuationPrompt:
    """As wide as the prompt above it."""

    def __init__(self, prompt):
        self.prompt = prompt

    def __str__(self):
        return "..: ".rjust(len(f"[{self.prompt.count}]: "))


out = {}
sys.ps1 = CountingPrompt()
sys.ps2 = ContinuationPrompt(sys.ps1)


def show(value):
    """Shows the value of an expression, and keeps it."""
    if value is None:
        return
    out[sys.ps1.count] = builtins._ = value
    text = pprint.pformat(value, width=60, sort_dicts=False)
    print(f" {sys.ps1.count} =", text.replace("\n", "\n" + " " * len(f" {sys.ps1.count} = ")))


sys.displayhook = show
