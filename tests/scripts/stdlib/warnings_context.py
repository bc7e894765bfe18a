import _warnings, sys, warnings


class Output:
    """Standard error, shown among the output without the place of this file."""

    def write(self, text):
        print(text.replace(__file__, "FILE"), end="")

    def flush(self):
        pass


sys.stderr = output = Output()
def t(f,*a,**k):
    try: print(f(*a,**k))
    except BaseException as e: print(type(e).__name__,e)
class C: pass
c=C()
v=_warnings._warnings_context
tok=v.set(c)
t(_warnings.warn,'a1')
c._filters=5
t(_warnings.warn,'a2')
c._filters=[]
t(_warnings.warn,'a3')
c._filters=[('error',None,UserWarning,None,0)]
t(_warnings.warn,'a4')
c._filters=[('error',None,UserWarning,None)]
t(_warnings.warn,'a5')
c.log=None
c._filters=[('always',None,UserWarning,None,0)]
t(_warnings.warn,'a6')
v.set(None)
t(_warnings.warn,'a7')
v.reset(tok)
r={}
warnings.simplefilter('once'); _warnings.warn_explicit('b1',UserWarning,'f',1,registry=r); print(r)
warnings.simplefilter('module'); _warnings.warn_explicit('b2',UserWarning,'f',1,registry=r); print(r)
warnings.simplefilter('always'); _warnings.warn_explicit('b3',UserWarning,'f',1,registry=r); print(r)
warnings.simplefilter('default'); _warnings.warn_explicit('b3',UserWarning,'f',1,registry=r); print(r)
warnings.simplefilter('once'); _warnings.warn_explicit('b1',UserWarning,'f',1); print(warnings.onceregistry)
warnings.onceregistry=5; t(_warnings.warn_explicit,'b4',UserWarning,'f',1)
del warnings.onceregistry; t(_warnings.warn_explicit,'b5',UserWarning,'f',1)
t(_warnings.warn_explicit,5,UserWarning,'f',1); t(_warnings.warn_explicit,b'5',UserWarning,'f',1)
t(_warnings.warn_explicit,'b6',UserWarning,'f.py',1,None); t(_warnings.warn_explicit,'b6',UserWarning,'',1); t(_warnings.warn_explicit,'b6',UserWarning,'.py',1)
class B(UserWarning):
    def __str__(self): return 5
t(_warnings.warn_explicit,B(),UserWarning,'f.py',1)
class B(UserWarning):
    def __new__(c,x): return 5
t(_warnings.warn_explicit,'b7',B,'f.py',1)
warnings.simplefilter('error'); t(_warnings.warn_explicit,'b8',B,'f.py',1)
t(_warnings.warn,'b9',stacklevel=100); print(sys.__warningregistry__ if hasattr(sys,'__warningregistry__') else None)
warnings.simplefilter('default')
t(_warnings.warn,'b9',stacklevel=100); print(sys.__warningregistry__ if hasattr(sys,'__warningregistry__') else None)
import threading
_warnings._acquire_lock()
th=threading.Thread(target=lambda:(t(_warnings._release_lock), t(_warnings._filters_mutated_lock_held),_warnings._acquire_lock(),print('got')))
th.start(); th.join(0.2); print('releasing'); _warnings._release_lock(); th.join()
