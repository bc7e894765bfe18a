# A slot of one class is no attribute of another one's instances, however often it is asked for.
class Class: __slots__=("slot",)
class Sneaky:
    __slots__=("shadowed",)
    shadowing=Class.slot
o=Sneaky(); o.shadowed=42
try: print(o.shadowing)
except TypeError as e: print(e)
try: o.shadowing=3; print('set')
except TypeError as e: print(e)
try: print(Class.slot.__get__(o))
except TypeError as e: print(e)
class Empty:
    __slots__=()
    s=Class.slot
for _ in range(5):
    try: print(Empty().s)
    except TypeError as e: print(e)
class D:
    s=Class.slot
for _ in range(5):
    try: print(D().s)
    except TypeError as e: print(e)
def f(o): return o.shadowing
for _ in range(5):
    try: print(f(o))
    except TypeError as e: print(e)
def g(o): o.shadowing=5
for _ in range(5):
    try: print(g(o))
    except TypeError as e: print(e)
