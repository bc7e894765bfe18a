# `__dict__` of instances of classes that come before a builtin class with a `__dict__` of its own.
import types
class Base: pass
class Meta2(Base, type): pass
class E(metaclass=Meta2): x=1
print(type(E.__dict__), 'x' in E.__dict__)
try: E.__dict__={}
except (AttributeError,TypeError) as e: print(type(e).__name__, e)
try: del E.__dict__
except (AttributeError,TypeError) as e: print(type(e).__name__, e)
dd=Base.__dict__['__dict__']
for o in (types.ModuleType("m"),):
    try: print(dd.__get__(o))
    except (AttributeError,TypeError) as e: print(type(e).__name__, e)
class M2(Base, types.ModuleType): pass
m=M2('q'); print(sorted(m.__dict__))
for f in (lambda: setattr(m,'__dict__',{}), lambda: delattr(m,'__dict__'), lambda: dd.__set__(m,{})):
    try: print(f())
    except (AttributeError,TypeError) as e: print(type(e).__name__, e)
class X2(Base, Exception): pass
x=X2(); x.__dict__={'a':1}; print(x.a)
try: del x.__dict__; print(x.__dict__)
except (AttributeError,TypeError) as e: print(type(e).__name__, e)
class D(dict): pass
d=D(); d.__dict__={'z':2}; print(d.z); del d.__dict__; print(d.__dict__)
class S(Base, staticmethod): pass
s=S(len); print(s.__dict__.keys()); s.__dict__={'q':1}; print(s.__dict__)
from typing import ParamSpec
print("__name__" in dir(ParamSpec("P")))
