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
for exc in (ImportError('i'),KeyError('k'),OSError('o')):
  for n in ('__main__','x'):
    class L:
        def get_source(self,name): print('gs',name); raise exc
    class S: loader=L(); name='sname'
    t(_warnings.warn_explicit,'m%s%r'%(n,exc),UserWarning,'f',1,module_globals={'__name__':n,'__loader__':S.loader,'__spec__':S})
class L:
    def get_source(self,name): print('gs',name); return 'a\nb'
class S: loader=L(); name='sname'
t(_warnings.warn_explicit,'q1',UserWarning,'f',1,module_globals={'__name__':'__main__','__loader__':S.loader,'__spec__':S})
t(_warnings.warn_explicit,'q2',UserWarning,'f',1,module_globals={'__name__':'__main__','__loader__':S.loader,'__spec__':None})
t(_warnings.warn_explicit,'q3',UserWarning,'f',1,module_globals={'__name__':5,'__loader__':S.loader,'__spec__':S})
S.name=5
t(_warnings.warn_explicit,'q4',UserWarning,'f',1,module_globals={'__name__':'__main__','__loader__':S.loader,'__spec__':S})
