"""Regular expressions over a log."""

import re

LEVELS = ("INFO", "WARN", "ERROR", "DEBUG")
text = "\n".join(
    f"2026-01-{i % 28 + 1:02d} {i % 24:02d}:{i % 60:02d}:00 [{LEVELS[i % 4]}] user{i % 50}@example{i % 3}.com "
    f"GET /path/{i}/page?id={i * 7}&q=a+b took {i % 900}ms"
    for i in range(36_000)
)
line = re.compile(r"(?P<date>\d{4}-\d\d-\d\d) (?P<time>[\d:]+) \[(?P<level>\w+)\] (?P<user>\S+@\S+) (?P<rest>.*)")
counts = {}
for found in line.finditer(text):
    counts[found["level"]] = counts.get(found["level"], 0) + len(found["rest"])
emails = re.findall(r"\b[\w.]+@[\w.]+\.com\b", text)
slow = re.findall(r"took ([5-9]\d\d)ms$", text, re.MULTILINE)
masked = re.sub(r"id=(\d+)", lambda m: "id=" + "x" * len(m[1]), text)
swapped = re.sub(r"(\w+)@(\w+)", r"\2 at \1", text)
words = re.split(r"[\s/?&=+]+", text)
lazy = len(re.findall(r"\[.*?\] .*?@", text))
alternatives = len(re.findall(r"(?:foo|bar|page|user1\d|WARN)", text))
backward = len(re.findall(r"(?<=GET )/\w+(?=/\d)", text))
print(counts, len(emails), len(slow), len(masked), len(swapped), len(words), lazy, alternatives, backward)
