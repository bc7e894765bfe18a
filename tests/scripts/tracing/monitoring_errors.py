"""Wrong arguments to sys.monitoring, and what callbacks answer."""

import sys
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
l=body.__code__.co_firstlineno
# errors
def t(f,*a):
    try: print(f(*a))
    except BaseException as e: print(type(e).__name__,e)
t(M.use_tool_id,6,'a');t(M.use_tool_id,-1,'a');t(M.use_tool_id,0,1);t(M.use_tool_id,'0','a');t(M.use_tool_id,10**20,'a')
t(M.use_tool_id,0,'a');t(M.use_tool_id,0,'b')
t(M.get_tool,9);t(M.free_tool_id,9);t(M.clear_tool_id,9);t(M.clear_tool_id,3);t(M.free_tool_id,3)
t(M.set_events,3,1);t(M.set_events,0,E.C_RETURN);t(M.set_events,0,E.C_RETURN|E.CALL);t(M.get_events,0);t(M.set_events,0,1<<20);t(M.set_events,0,-1);t(M.set_events,9,1);t(M.set_events,0,E.BRANCH);t(M.get_events,0);t(M.set_events,0,0)
t(M.set_local_events,0,1,1);t(M.set_local_events,3,t.__code__,1);t(M.set_local_events,0,t.__code__,E.RAISE);t(M.set_local_events,0,t.__code__,E.CALL|E.C_RETURN);t(M.get_local_events,0,t.__code__);t(M.set_local_events,0,t.__code__,1<<25);t(M.set_local_events,0,t.__code__,E.BRANCH);t(M.get_local_events,0,t.__code__);t(M.set_local_events,0,t.__code__,0)
t(M.get_local_events,0,1);t(M.get_local_events,3,t.__code__);t(M.get_events,4);t(M.get_events,9)
t(M.set_local_events,0,t.__code__,E.C_RETURN)
t(M.register_callback,0,3,None);t(M.register_callback,0,0,None);t(M.register_callback,9,1,None);t(M.register_callback,0,1<<19,None);t(M.register_callback,4,1,None);t(M.register_callback,0,1,5);t(M.register_callback,0,1,None);t(M.register_callback,0,-1,None)
t(M.register_callback,0,'a',None); t(M.set_events,0,'a');t(M.register_callback,0,1<<40,None)
t(M.set_events,0); t(M.restart_events,1); t(M._all_events)
t(M.register_callback,0,E.BRANCH,len);t(M.register_callback,0,E.BRANCH,None);t(M.register_callback,0,E.BRANCH_LEFT,len);t(M.register_callback,0,E.BRANCH,print);t(M.register_callback,0,E.BRANCH_LEFT,None)
t(M.register_callback,0,E.BRANCH_RIGHT,None)
M.free_tool_id(0)
# disable illegal
for n in ('RAISE','RERAISE','EXCEPTION_HANDLED','PY_UNWIND','PY_THROW','C_RETURN','C_RAISE','STOP_ITERATION','BRANCH','CALL'):
    M.use_tool_id(0,'a')
    M.register_callback(0,getattr(E,n),lambda *a:M.DISABLE)
    M.set_events(0, E.CALL if n[:2]=='C_' else getattr(E,n))
    try: body()
    except BaseException as e: 
        M.set_events(0,0)
        print(n,type(e).__name__,e, repr(e.__context__),e.__traceback__.tb_next and e.__traceback__.tb_next.tb_lineno-l)
    M.set_events(0,0)
    print(M.register_callback(0,getattr(E,n),None) is None)
    M.free_tool_id(0)
