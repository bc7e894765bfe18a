from dataclasses import *
@dataclass
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, repr=False)
    secret: str = field(default="s", compare=False, init=False)
p = P(1); q = P(1, 0)
print(p, p == q, p != P(2), p.tags is q.tags, asdict(p), astuple(p), [f.name for f in fields(P)], replace(p, x=9), is_dataclass(P), P.__match_args__)
@dataclass(order=True, frozen=True)
class V:
    major: int
    minor: int = field(default=0)
    note: str = field(default="", compare=False)
print(V(1, 2) < V(1, 3), sorted([V(2), V(1, 5)]), hash(V(1)) == hash(V(1, 0, "x")), max(V(1), V(0, 9)))
try: V(1).major = 2
except FrozenInstanceError as e: print(e)
@dataclass
class Base:
    a: int
    def __post_init__(self): self.total = self.a * 2
@dataclass
class Child(Base):
    b: InitVar[int] = 5
    c: int = field(kw_only=True, default=7)
    def __post_init__(self, b): super().__post_init__(); self.b2 = b
c = Child(1, 2, c=3); print(c, c.total, c.b2)
@dataclass(slots=True, kw_only=True)
class S:
    v: int
    w: "str" = "w"
print(S(v=1), S.__slots__)
for bad in ("P()", "P(1, 2, 3, 4)", "V(1) < 5", "S(1)", "hash(P(1))", "S(v=1).__dict__", "replace(p, secret=1)", "make_dataclass('M', ['x', ('y', int, 5)])(1)"):
    try: print(eval(bad))
    except Exception as e: print(bad, type(e).__name__, e)
for body in ("x: list = []", "x: int = 1\n    y: int"):
    try: exec(f"@dataclass\nclass Bad:\n    {body}")
    except (ValueError, TypeError) as e: print(e)
