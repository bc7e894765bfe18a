"""Assignments to f_lineno from every line of a function to every other."""

import sys
import warnings
def jump(f,src,dst,ev='line'):
    l=f.__code__.co_firstlineno
    log=[];done=[]
    def tr(fr,e,a):
        if fr.f_code is not f.__code__: return
        if e==ev and fr.f_lineno==l+src and not done:
            done.append(1)
            try: fr.f_lineno=l+dst; log.append('ok')
            except Exception as x: log.append(f'{type(x).__name__}: {x}')
        return tr
    sys.settrace(tr)
    try:
        with warnings.catch_warnings(record=True) as w:
            warnings.simplefilter('always')
            try: r=f()
            except BaseException as x: r=repr(x)
    finally: sys.settrace(None)
    print(f.__name__,src,dst,log,r,[str(x.message) for x in w])
def a():
    x=1
    for i in [1,2]:
        y=2
    try:
        z=1/0
    except ZeroDivisionError as e:
        w=3
        v=4
    finally:
        u=5
    with open('/dev/null') as f:
        t=6
    [q for q in [1]]
    while x:
        x=0
    
    def h(): pass
    async def c(): pass
    return x
for s in range(1,20):
    for d in range(-1,22):
        jump(a,s,d)
