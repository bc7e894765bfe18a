match a:
    case 1 | -1 | 1.5 | 1+2j | -1-2j: pass
    case 'a' 'b' | b'c': pass
    case None | True | False: pass
    case _: pass
    case b: pass
    case b.c | b.c.d: pass
    case (b): pass
    case (b | c) as d: pass
    case (): pass
    case (b,): pass
    case (b, *c): pass
    case []: pass
    case [b]: pass
    case [b, *_, c,]: pass
    case [*b]: pass
    case b, c: pass
    case *b, c: pass
    case b,: pass
    case {}: pass
    case {'a': b, -1: _, c.d: e, None: f, **rest}: pass
    case {**rest}: pass
    case {1: 2,}: pass
    case B(): pass
    case b.C(1, d): pass
    case C(d, e=f, g=_,): pass
    case C(d=1): pass
    case [C(d), {'e': [f]}] if g := h: pass
    case match: pass
match a, b:
    case c: d
match *a, b:
    case c:
        d;
match (a):
    case (b): c
match [a]:
    case [b]: c
match -a:
    case b: c
match not a:
    case b: c
match match:
    case case:
        match case:
            case match: pass
        case = 1
        case.a
    case type: type x = int
match = {match: match}
match -a
match * a
match (a), b
match[a:b]
match.a: b
match
case
