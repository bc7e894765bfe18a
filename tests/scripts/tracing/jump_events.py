"""From which events f_lineno can be set."""

import sys
import warnings

warnings.simplefilter("ignore")
M=sys.monitoring; E=M.events
def body():
    for x in [1,2]:
        y = len([x])
        if y: z = 3
    try: 1/0
    except ZeroDivisionError: pass
    g=gen()
    next(g)
    try: g.throw(KeyError)
    except KeyError: pass
    for x in gen(): pass
    try:
        def h(): raise ValueError
        h()
    except ValueError: pass
    try: int('x')
    except ValueError:
        try: raise
        except: pass
    for z in d(): pass
    return 1
def gen():
    yield 1
def d():
    yield from gen()
def test(ev,line,name='body'):
    res=set()
    M.use_tool_id(2,'x')
    def cb(code,*a):
        if code.co_name not in (name): return
        f=sys._getframe(1)
        try:
            f.f_lineno=line
            res.add('ok')
        except Exception as e: res.add(f'{type(e).__name__}: {e}')
        M.set_events(2,0)
    e=getattr(E,ev)
    M.register_callback(2,e,cb)
    M.set_events(2, E.CALL if ev in('C_RETURN','C_RAISE') else e)
    try: body()
    except Exception as e: res.add(('EXC',repr(e)))
    M.free_tool_id(2)
    print(ev,name,res)
l=body.__code__.co_firstlineno
for n in dir(E):
    if n[0]!='_' and n!='NO_EVENTS':
        for nm in ('body','gen'):
            test(n,l+4 if nm=='body' else gen.__code__.co_firstlineno+1,nm)
# settrace
for ev in ('call','line','return','exception','opcode'):
    res=set()
    def tr(f,e,a):
        if f.f_code.co_name not in('body',): return None
        f.f_trace_opcodes=True
        if e==ev:
            try: f.f_lineno=l+4; res.add('ok')
            except Exception as x: res.add(f'{type(x).__name__}: {x}')
            sys.settrace(None)
            return None
        return tr
    sys.settrace(tr)
    try: body()
    except Exception as e: res.add(repr(e))
    sys.settrace(None)
    print(ev,res)
f=sys._getframe()
for v in ('x',1.5,True,10**30,None,-1):
    try: f.f_lineno=v
    except Exception as e: print(repr(e))
try: del f.f_lineno
except Exception as e: print(repr(e))
