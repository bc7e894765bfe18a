class Base:
    cls_attr = "base"
    def __init__(self): self.log = ["Base"]
    def m(self): return "Base.m"
    @classmethod
    def c(cls): return f"Base.c({cls.__name__})"
    @staticmethod
    def s(): return "Base.s"
    @property
    def p(self): return "Base.p"
    def __getitem__(self, i): return i


class Child(Base):
    cls_attr = "child"
    def __init__(self):
        super().__init__()
        self.log.append("Child")
    def m(self): return "Child>" + super().m()
    @classmethod
    def c(cls): return "Child>" + super().c()
    @staticmethod
    def s(): return "Child>" + super(Child, Child).s()
    @property
    def p(self): return "Child>" + super().p
    def attr(self): return super().cls_attr
    def item(self): return super().__getitem__(5)
    def nested(self):
        def inner(): return super(Child, self).m()
        return inner()
    def lam(self): return (lambda: super(__class__, self).m())()
    def gen(self): return [super(Child, self).m() for _ in range(1)]


c = Child()
print(c.log, c.m(), c.c(), Child.c(), c.s(), c.p, c.attr(), c.item(), c.nested(), c.lam(), c.gen())
s = super(Child, c)
print(s.__thisclass__.__name__, s.__self__ is c, s.__self_class__.__name__)
for f in (lambda: super(int, c), lambda: super().m(), lambda: super(Child, c).missing, lambda: super(5, c), lambda: super(Child).m):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


class Grand(Child):
    def m(self): return super(Child, self).m()


print(Grand().m())


def standalone(self): return super().m()


Child.st = standalone
try:
    c.st()
except RuntimeError as e:
    print(e)


class Setter(Base):
    def set(self):
        super().x = 1


try:
    Setter().set()
except AttributeError as e:
    print(e)
