import sys
class Thing:
    def __init__(self): self.colour = 1
    def process(self): return self.proces()
    def missing_self(self): return colour
t = Thing()
import traceback
def show(f):
    try:
        f()
    except Exception as e:
        print("".join(traceback.format_exception_only(e)).strip())
foobar = 1
show(lambda: t.color)
show(lambda: t.process())
show(lambda: foobaz)
show(lambda: t.missing_self())
show(lambda: pritn(1))
show(lambda: [].apend(1))
show(lambda: "".uper())
show(lambda: sys.pth)
show(lambda: math.pi)
show(lambda: completely_unrelated_name)
show(lambda: int("5").bit_lenght())
def imp():
    from itertools import cycel
show(imp)
def imp2():
    import jsno
show(imp2)
def kw(first, second): pass
show(lambda: kw(frist=1, second=2))
show(lambda: print(1, ned=2))
show(lambda: t.nothing_like_it)
show(lambda: Thing.proccess)
