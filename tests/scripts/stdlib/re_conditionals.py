import re

for pattern in (r"(a)?(?(1)b|c)", r"(a)?b(?(1)c)d", r"(?P<q>')?x(?(q)')", r"(?<=(a))(?(1)b|c)"):
    print(pattern, [bool(re.fullmatch(pattern, text)) for text in ("ab", "c", "b", "bd", "abcd", "abd", "'x'", "x", "'x")])
