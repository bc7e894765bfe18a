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
t(_warnings._release_lock); t(_warnings._filters_mutated_lock_held)
_warnings._acquire_lock(); _warnings._acquire_lock(); t(_warnings._filters_mutated_lock_held); t(_warnings._release_lock); t(_warnings._release_lock); t(_warnings._release_lock)
t(_warnings.warn_explicit,'m',UserWarning,'f',1,registry=5)
t(_warnings.warn_explicit,'m',UserWarning,'f',1,module_globals=5)
t(_warnings.warn_explicit,'m',UserWarning,'f',1,module_globals=None)
t(_warnings.warn_explicit,'m',UserWarning,'f',1,module_globals={})
t(_warnings.warn_explicit,'m',UserWarning,'f',1,module_globals={'__name__':'x'})
t(_warnings.warn_explicit,'m',UserWarning,5,1)
t(_warnings.warn_explicit,'m',UserWarning,'f','x')
t(_warnings.warn_explicit,'m',5,'f',1)
t(_warnings.warn_explicit,UserWarning('q'),5,'f',1)
t(_warnings.warn,'m',5); t(_warnings.warn,5); t(_warnings.warn,UserWarning('z'),5); t(_warnings.warn,'m',int); t(_warnings.warn,'m',skip_file_prefixes=5); t(_warnings.warn,'m',skip_file_prefixes=(5,)); t(_warnings.warn,'m',stacklevel='x')
t(_warnings.warn,'m',None,1,None,3)
def filt(x):
    old=warnings.filters
    warnings.filters=x
    try: t(_warnings.warn,'mm'+str(x))
    finally: warnings.filters=old
filt(5); filt([5]); filt([()]); filt([(5,None,UserWarning,None,0)]); filt([('ignore',None,5,None,0)]); filt([('ignore',5,UserWarning,None,0)]); filt([('ignore',None,UserWarning,None,'x')]); filt([('foo',None,UserWarning,None,0)]); filt([('ignore','x',5,None,'x')]); filt(()); filt([('foo',None,UserWarning,None,0,1)])
filt([]); filt([('error',None,UserWarning,None,0)]); filt([('ignore','mm',UserWarning,'__main__',0)]);filt([['ignore','mm',UserWarning,'__main__',0]])
old=warnings.defaultaction
for d in (5,'foo','error',None):
    warnings.defaultaction=d; warnings.filters[:],sv=[],warnings.filters[:]; t(_warnings.warn,'mmz'+str(d)); warnings.filters[:]=sv
del warnings.defaultaction
warnings.filters[:],sv=[],warnings.filters[:]; t(_warnings.warn,'mmzz');  warnings.filters[:]=sv
warnings.defaultaction=old
o=warnings.onceregistry
warnings.onceregistry=5
filt([('once',None,UserWarning,None,0)])
del warnings.onceregistry
filt([('once',None,UserWarning,None,0)])
warnings.onceregistry=o
filt([('module',None,UserWarning,None,0)])
filt([('always',None,UserWarning,None,0)]); filt([('all',None,UserWarning,None,0)])
r={}
for i in range(2): _warnings.warn_explicit('mod',UserWarning,'f',1,registry=r)
print(r.keys())
r={'version':'x',1:2}
_warnings.warn_explicit('mod',UserWarning,'f',1,registry=r); print(list(r)[1:])
s=warnings._showwarnmsg
warnings._showwarnmsg=5
t(_warnings.warn,'zzz')
del warnings._showwarnmsg
t(_warnings.warn,'zzz1')
t(_warnings.warn_explicit,'zzz2',UserWarning,'nofile',3)
t(_warnings.warn_explicit,UserWarning('zzz3'),UserWarning,__file__,3)
class W(UserWarning):
    def __str__(self): return 'strW'
t(_warnings.warn_explicit,W('zzz4'),UserWarning,__file__,3)
class L:
    def get_source(self,name): print('gs',name); return 'a\n  b c\nd'
class S: loader=L()
t(_warnings.warn_explicit,'zzz5',UserWarning,'nofile',2,module_globals={'__name__':'x','__loader__':S.loader,'__spec__':S})
t(_warnings.warn_explicit,'zzz6',UserWarning,'nofile',9,module_globals={'__name__':'x','__loader__':S.loader,'__spec__':S})
L.get_source=lambda *a: 5
t(_warnings.warn_explicit,'zzz7',UserWarning,'nofile',2,module_globals={'__name__':'x','__loader__':S.loader,'__spec__':S})
L.get_source=lambda *a: None
t(_warnings.warn_explicit,'zzz8',UserWarning,'nofile',2,module_globals={'__name__':'x','__loader__':S.loader,'__spec__':S})
t(_warnings.warn_explicit,'zzz9',UserWarning,'nofile',2,module_globals={'__name__':'x','__loader__':None,'__spec__':S})
t(_warnings.warn_explicit,'zzz10',UserWarning,'nofile',2,module_globals={'__name__':'x','__spec__':S})
sys.stderr=None
t(_warnings.warn,'zzz12')
sys.stderr = output
warnings._showwarnmsg=s
wm=warnings.WarningMessage
del warnings.WarningMessage
t(_warnings.warn,'zzz13')
warnings.WarningMessage=wm
del sys.modules['warnings']
t(_warnings.warn,'zzz14'); print()
t(_warnings.warn,'zzz15',source=[]); print()
sys.modules['warnings']=warnings
__name__=5
t(_warnings.warn,'zzz16')
__name__=None
t(_warnings.warn,'zzz17')
del __name__
t(_warnings.warn,'zzz18')
__warningregistry__=5
t(_warnings.warn,'zzz19')
__warningregistry__=None
t(_warnings.warn,'zzz20')
t(_warnings.warn,'zzz21',stacklevel=10**30)
t(_warnings.warn,'zzz22',stacklevel=10**9)
t(_warnings.warn,'zzz23',stacklevel=-5)
