from collections import deque
class X(deque): pass
d = X()
X.__new__ = lambda cls,*a,**k: [42]
for f in (lambda: d*2, lambda: d+deque([1]), lambda: d.copy(), lambda: d.__copy__(), lambda: 2*d):
    try: print(f())
    except Exception as e: print(type(e).__name__,e)
