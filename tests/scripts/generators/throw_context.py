def g():
    try: 1/0
    except ZeroDivisionError:
        yield 1
x=g(); next(x)
try: x.throw(ValueError('v'))
except ValueError as e: print(repr(e.__context__))
def g2():
    yield from g()
x=g2(); next(x)
try: x.throw(ValueError('v'))
except ValueError as e: print(repr(e.__context__))
import types
@types.coroutine
def w(): yield 5
async def c():
    try: 1/0
    except ZeroDivisionError:
        await w()
x=c(); x.send(None)
try: x.throw(ValueError('v'))
except ValueError as e: print(repr(e.__context__))
async def c2():
    try: 1/0
    except ZeroDivisionError:
        await c3()
async def c3():
    try: await w()
    except KeyError as e: raise ValueError from e
x=c2(); x.send(None)
try: x.throw(KeyError('v'))
except ValueError as e: print(repr(e.__context__), repr(e.__context__.__context__))
class Aw:
    def __await__(self):
        try: yield 1
        except KeyError as e: print('ctx',repr(e.__context__)); raise
async def c4():
    try: 1/0
    except ZeroDivisionError:
        await Aw()
x=c4(); x.send(None)
try: x.throw(KeyError('v'))
except KeyError as e: print(repr(e.__context__))
class It:
    def __iter__(self): return self
    def __next__(self): return 1
    def throw(self,*a): print('throw',a); raise a[0]
def g5():
    try: 1/0
    except ZeroDivisionError:
        yield from It()
x=g5(); x.send(None)
try: x.throw(KeyError('v'))
except KeyError as e: print(repr(e.__context__))
class It2:
    def __iter__(self): return self
    def __next__(self): 
        if hasattr(self,'x'): raise self.x
        return 1
i=It2()
def g6():
    try: 1/0
    except ZeroDivisionError:
        yield from i
x=g6(); x.send(None)
i.x=KeyError('a')
try: x.send(None)
except KeyError as e: print(repr(e.__context__))
def g():
    try: yield 1
    finally: pass
for caller in (0,1):
    x=g(); next(x)
    e=KeyError('k')
    try:
        try: raise IndexError('i')
        except IndexError:
            x.throw(e)
    except KeyError as f: print(repr(f.__context__))
    x=g(); next(x)
    e=KeyError('k'); e.__context__=OSError('o')
    try: x.throw(e)
    except KeyError as f: print(repr(f.__context__))
def h():
    try: 1/0
    except ZeroDivisionError: yield 1
x=h(); next(x)
e=KeyError('k'); e.__context__=OSError('o')
try: x.throw(e)
except KeyError as f: print(repr(f.__context__), repr(f.__context__.__context__))
x=h(); next(x)
e=KeyError('k'); e.__context__=OSError('o')
try:
    try: raise IndexError('i')
    except IndexError: x.throw(e)
except KeyError as f: print(repr(f.__context__), repr(f.__context__.__context__))
def outer(): 
    try: raise TypeError('t')
    except TypeError: yield from h()
x=outer(); next(x)
e=KeyError('k')
try:
    try: raise IndexError('i')
    except IndexError: x.throw(e)
except KeyError as f:
    c=f
    while c: print(repr(c)); c=c.__context__
x=outer(); next(x)
try:
    try: raise IndexError('i')
    except IndexError: x.close()
finally: print('closed')
def i():
    try: yield 1
    except GeneratorExit as e:
        print('ctx', repr(e.__context__)); raise
def outer2(): 
    try: raise TypeError('t')
    except TypeError: yield from i()
x=outer2(); next(x); x.close()
x=outer2(); next(x)
try: x.throw(GeneratorExit('z'))
except GeneratorExit as e: print(repr(e.__context__))
