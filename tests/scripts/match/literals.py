def f(x):
    match x:
        case 0: return "zero"
        case 1 | 2 | 3: return "small"
        case -1: return "minus one"
        case 1.5: return "float"
        case 1 + 2j: return "complex"
        case "a" | "b": return "letter"
        case b"x": return "bytes"
        case None: return "none"
        case True: return "true"
        case False: return "false"
        case str(): return f"str {x}"
        case int(n) if n > 100: return f"big {n}"
        case int() | float(): return f"number {x}"
        case _: return "other"


for v in (0, 1, 3, -1, 1.5, 1 + 2j, "a", "zz", b"x", None, True, False, 101, 50, 2.5, [], 0.0, 1.0):
    print(repr(v), f(v))


def g(command):
    match command.split():
        case ["go", ("north" | "south") as d]: return f"going {d}"
        case ["go", other]: return f"cannot go {other}"
        case ["get", obj, *rest] if rest: return f"get {obj} and {rest}"
        case ["get", obj]: return f"get {obj}"
        case []: return "empty"
        case [single]: return f"single {single}"
        case [first, *_, last]: return f"{first}...{last}"


for c in ("go north", "go up", "get lamp", "get a b c", "", "look", "a b c d"):
    print(g(c))
match = 5
case = 6
print(match + case)
match match:
    case 5: print("soft keyword")
type = "t"
print(type)
