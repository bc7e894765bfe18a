"""Streams of trace function calls."""

import sys
M=sys.monitoring; E=M.events
print(M._all_events())
def tr(f,e,a): return tr
sys.settrace(tr); print(M._all_events()); sys.settrace(None)
sys.setprofile(lambda *a:None); print(M._all_events()); sys.setprofile(None)
print(M._all_events())
# generator loops
def gen():
    yield 1
    yield 2
def loop():
    for x in gen():
        pass
    return 1
class It:
    n=0
    def __iter__(self): return self
    def __next__(self):
        self.n+=1
        if self.n>1: raise StopIteration
def loop2():
    for x in It():
        pass
def d():
    yield from gen()
def loop3():
    for x in d(): x
def oneline():
    for i in range(3): i
    while i: i-=1
def settr(f, n):
    out=[]
    def tr(fr,e,a):
        out.append((fr.f_code.co_name,e,fr.f_lineno-f.__code__.co_firstlineno, fr.f_lasti, type(a[1]).__name__ if e=='exception' else None))
        return tr
    for i in range(n):
        out.clear()
        sys.settrace(tr); f(); sys.settrace(None)
    print('--',f.__name__,n); 
    for o in out: print(*o)
for f in loop,loop2,loop3,oneline:
    settr(f,1)
    a=None
settr(loop,50)
for i in range(100): loop()
settr(loop,1)


def jumped(src, dst):
    def target():
        a=1
        b=2
        c=3
        for i in [1]: d=4
        e=5
    l=target.__code__.co_firstlineno
    log=[]; done=[]
    def tr(fr,e,a):
        if fr.f_code is not target.__code__: return
        log.append((e,fr.f_lineno-l))
        if e=='line' and fr.f_lineno==l+src and not done: done.append(1); fr.f_lineno=l+dst
        return tr
    sys.settrace(tr); target(); sys.settrace(None); print(log)
import warnings
warnings.simplefilter('ignore')
jumped(2,4); jumped(4,2); jumped(2,2)

def inner():
    a=1
    b=2
def outer():
    x=1
    inner()
    y=2
def bad(fr,e,a):
    if fr.f_code is inner.__code__ and e==which: 1/0
    return bad
import traceback
for which in ('call','line','return','exception'):
    sys.settrace(bad)
    try: outer()
    except Exception as x: traceback.print_exception(x,file=sys.stdout)
    print(sys.gettrace() is bad)
    sys.settrace(None)
def ended():
    global frame
    frame=sys._getframe()
    return 5
ended(); print(frame.f_lasti,frame.f_lineno,frame.f_locals)
