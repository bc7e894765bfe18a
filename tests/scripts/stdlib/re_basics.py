import re
print(re.match(r"(\w+) (\d+)", "abc 123").groups(), re.search("b+", "aabbb").span(), re.findall(r"\d+", "a1b22"), re.sub("a", "b", "banana", count=2), re.split(r"[,;]", "a,b;c"), re.fullmatch("a*", "aaa").group(), re.match("x", "y"))
m = re.search(r"(?P<y>\d{4})-(?P<m>\d\d)", "on 2026-03!"); print(m["y"], m.groupdict(), m.start("m"), m.end(), m.string, m.re.pattern, m.lastgroup, m.expand(r"\g<m>/\1"), m)
print(re.sub(r"(\w)(\w)", r"\2\1", "abcd"), re.sub(r"\d", lambda m: str(int(m[0]) * 2), "a1b2"), re.subn("x", "", "xxa"), re.escape("a.b*c"), re.compile("a", re.I).match("A").group(), re.findall(r"(a)(b)?", "aba"))
print(re.findall(r"^\w", "a\nb", re.M), re.search(r"a.b", "a\nb", re.S).group(), re.findall(r"(?i:A)b", "ab Ab"), re.search(r"(?<=x)y(?!z)", "xyz xy").start(), re.findall(r"\bfoo\b", "foo food foo"), re.match(r"(a|b)*?c", "abac").group(1), re.findall(r"a{2,3}?", "aaaa"), re.match(r"(?:(a)|b)+", "ab").groups())
print([m.group() for m in re.finditer(r"[^\W\d_]+", "ab1 çd_e")], re.split(r"(\s)", "a b"), re.match(r"(?x) a  b # c", "ab").group(), re.findall(r"(?>a+)b|a", "aaab a"), re.match(r"a++b", "aab").group(), re.search(r"(\d)\1", "1223").group(), re.compile(r"(?a)\w").flags & re.A == re.A, re.match("(?s:.)", "\n") is not None, re.sub("", "-", "ab"))
for p in ("(", "a)", "[a", "*a", "a**", "(?P<1>a)", "(?P<a>x)(?P<a>y)", r"\1", "a{3,1}", "(?<=a+)b", "(?z)", "[z-a]", "\\", "(?P=x)", "(?"):
    try: re.compile(p)
    except re.PatternError as e: print(repr(p), e, e.pos)
print(re.compile("a|b"), re.compile(b"x").pattern, re.purge(), re.NOFLAG, re.I | re.M)
