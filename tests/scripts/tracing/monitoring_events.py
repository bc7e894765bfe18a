"""Every monitoring event of small functions, in order."""

import sys

M=sys.monitoring; E=M.events
NAMES=[n for n in dir(E) if not n.startswith('_') and n not in('NO_EVENTS','BRANCH')]
def record(f, events=None, tool=2):
    M.use_tool_id(tool,'t')
    out=[]
    targets=set()
    def collect(c):
        targets.add(c)
        for k in c.co_consts:
            if hasattr(k,'co_code'): collect(k)
    collect(f.__code__)
    def mk(n):
        def cb(code,*a):
            if code in targets or code.co_name in ('gen','agen','it','__next__','helper'):
                out.append((n,code.co_name)+tuple(map(rep,a)))
        return cb
    def rep(a):
        if a is M.MISSING: return 'MISSING'
        if isinstance(a,int): return a
        if isinstance(a,BaseException): return type(a).__name__
        if hasattr(a,'__qualname__'): return type(a).__name__+':'+a.__qualname__
        return type(a).__name__
    s=0
    for n in NAMES:
        M.register_callback(tool,getattr(E,n),mk(n))
        if n not in('C_RETURN','C_RAISE') and (events is None or n in events): s|=getattr(E,n)
    M.set_events(tool,s)
    try:
        try: f()
        finally: M.set_events(tool,0)
    except BaseException as e:
        out.append(('EXC',type(e).__name__,str(e)))
    M.free_tool_id(tool)
    print('==',f.__name__)
    for o in out: print(' ',*o)
def t1():
    for i in range(2): pass
def t2():
    for i in (x for x in [1]): pass
def t3():
    class it:
        n=0
        def __iter__(self): return self
        def __next__(self):
            self.n+=1
            if self.n>1: raise StopIteration
            return 1
    for i in it(): i
def t4():
    def gen():
        try:
            yield 1
        except KeyError: pass
        yield 2
        return 3
    g=gen()
    next(g)
    g.throw(KeyError())
    try: next(g)
    except StopIteration: pass
    def d():
        r = yield from gen()
        return r
    for x in d(): pass
    g=gen(); g.send(None); g.close()
def t5():
    class A:
        def __init__(self): self.x=len([])
    A(); dict(a=1); f=A().__init__; f()
    print.__name__
    [].append(1)
    a=[].append; a(2)
    try: a(*[1,2])
    except TypeError: pass
    int('3',base=10)
    "x".startswith(*("x",))
def t6():
    async def agen():
        yield 1
        yield 2
    async def m():
        async for x in agen(): pass
        async with C() as c: pass
    class C:
        async def __aenter__(self): return 1
        async def __aexit__(self,*a): return 1
    c=m()
    try: c.send(None)
    except StopIteration: pass
def t7():
    try:
        raise ValueError
    except KeyError:
        pass
    except ValueError as e:
        try: raise
        finally: x=1
def t8():
    class A:
        def m(self): return 1
    class B(A):
        def m(self): return super().m()
    B().m()
def t9():
    x=[1]
    if x and not x[1:] or None: y=1
    while x: x.pop()
    z = 1 if x is None else 2
    [q for q in x if q]
    match x:
        case []: pass
        case [1]: pass
def t10():
    def gen():
        yield 1
        raise ValueError
    a,b=gen()
def t11():
    def gen():
        yield 1
    try:
        gen().throw(ValueError)
    except ValueError: pass
    a=list(gen())
    try: next(iter([]))
    except StopIteration: pass
for t in (t1,t2,t3,t4,t5,t6,t7,t8,t9,t10,t11):
    record(t, [n for n in NAMES if n != 'INSTRUCTION'])
record(t9)
