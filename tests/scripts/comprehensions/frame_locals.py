# What the frame of a module or class body shows while an inlined comprehension runs.
import sys
x=1
print([sorted(locals()) for a in [0]][0], [locals() is globals() for a in [0]], [sys._getframe().f_locals is globals() for a in []])
def show(f): return f.f_locals, f.f_locals.get('x','nox')
print([show(sys._getframe()) for q in [5]])
print([vars() for q in [5]][0], [dir() for q in [5]])
print([eval('q') for q in [5]])
try: print([eval('x') for q in [5]])
except NameError as e: print(e)
print([exec('zz=q+x') for q in [5]])
print(globals().get('zz'))
class C:
    y=2
    print([eval('q') for q in [5]])
    try: print([eval('y') for q in [5]])
    except NameError as e: print(e)
    print([dir() for q in [5]])
    print([(lambda: sys._getframe(1).f_locals)() for q in [5]])
    l = [lambda: q for q in [5]]
    print([ (lambda: q, locals())[1].keys() for q in [5]])
p=[sys._getframe().f_locals for q in [5]][0]
print(p, len(p), list(p)); p['q']=3; print(p); p['new']=4
print(p, 'new' in globals())
