from string.templatelib import Template, Interpolation
name, n = "World", 5
t = t"Hello {name}! {n:>5} {n + 1!r} {n=}"
print(type(t).__name__, t.strings, t.values)
for i in t.interpolations:
    print(i.value, i.expression, i.conversion, repr(i.format_spec))
print([part if isinstance(part, str) else part.value for part in t])
def render(t):
    out = []
    for p in t:
        match p:
            case str(s): out.append(s)
            case Interpolation(value, _, conv, spec):
                value = {"r": repr, "s": str, "a": ascii, None: lambda x: x}[conv](value)
                out.append(format(value, spec))
    return "".join(out)
print(render(t), render(t""), render(t"{{x}} {n}"))
print((t"a{1}" + t"b{2}").strings, (t"x" t"{n}").values, t"".strings, t"{n}".strings, list(t""))
try:
    t"a" + "b"
except TypeError as e:
    print(e)
print(t"{name!r:>{n}}".interpolations[0].format_spec, t"{t'{n}'}".values[0].values, rt"\n{n}".strings)
print(repr(t"a{n}b"), t"x{n}".interpolations[0])
print(Template("a", Interpolation(1, "one"), "b").strings, hash(t"a") != 0, t"a" == t"a")
