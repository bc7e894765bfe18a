"""zlib: parameters, flushes, unused and unconsumed data, errors."""

import re


def show(expression):
    try:
        result = repr(eval(expression, globals()))
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(expression, "->", re.sub("0x[0-9a-f]+", "0x", result)[:300])


import zlib

data = bytes(range(256)) * 40
z = zlib.compress(data)


def d(*args, **options):
    return zlib.decompressobj(*args, **options)


def c(*args, **options):
    return zlib.compressobj(*args, **options)


for expression in r"""zlib.compress(b'abc'*100)
zlib.compress(b'abc'*100,0)
zlib.compress(b'abc'*100,9)
zlib.compress(b'abc'*100,10)
zlib.compress(b'abc'*100,-2)
zlib.compress(b'abc'*100,1,31)[:9]
zlib.compress(b'abc'*100,wbits=-15)
zlib.compress(b'abc',wbits=0)
zlib.compress(b'abc',wbits=16)
zlib.compress('abc')
zlib.compress(5)
zlib.compress()
zlib.compress(data=b'')
zlib.compress(b'',level=1.5)
zlib.decompress(z)==data
zlib.decompress(z[:-1])
zlib.decompress(z[:-5])
zlib.decompress(z+b'x')==data
zlib.decompress(b'')
zlib.decompress(b'abc')
zlib.decompress(b'x\x9cabc')
zlib.decompress(z,wbits=-15)
zlib.decompress(z,47)==data
zlib.decompress(z,bufsize=0)==data
zlib.decompress(z,bufsize=-1)
zlib.decompress(z,bufsize=1)==data
zlib.decompress('x')
zlib.decompress(z,wbits=100)
zlib.decompress(z,0)==data
zlib.decompress(z,15,16384,5)
zlib.crc32(b'abc')
zlib.crc32(b'abc',5)
zlib.crc32(b'abc',-1)
zlib.crc32(b'abc',2**40)
zlib.crc32('abc')
zlib.crc32(b'abc',1.5)
zlib.adler32(b'abc')
zlib.adler32(b'abc',5)
zlib.adler32(b'abc',-1)
zlib.adler32(b'abc',2**40)
zlib.adler32(b'a'*100000)
c().compress(b'abc')
c(10)
c(-2)
c(1,8,15,9,0)
c(1,7)
c(wbits=16)
c(memLevel=10)
c(memLevel=0)
c(strategy=5)
c(strategy=3).flush()
c(zdict=b'abc').compress(b'abcabc')
c(zdict='abc')
c(zdict=None)
c(zdict=b'')
c().flush(0)
c().flush(99)
c().flush(2)
c().flush(1)
c().flush(3)
c().flush(5)
c().flush(6)
[x.flush() for x in [c()]*2]
[(x.flush(),x.compress(b'a')) for x in [c()]]
c().copy
c().copy().flush()
[x.flush() and x.copy() for x in [c()]]
__import__('copy').copy(c()).flush()
__import__('copy').deepcopy(c()).flush()
__import__('pickle').dumps(c())
type(c())
type(c())()
d().decompress(z)==data
d().decompress(z,10)
[(x.decompress(z,10),len(x.unconsumed_tail),x.eof,x.unused_data) for x in [d()]]
[(len(x.decompress(z+b'foo')),len(x.unconsumed_tail),x.eof,x.unused_data) for x in [d()]]
[(x.decompress(z,0)==data) for x in [d()]]
d().decompress(z,-1)
d().decompress(z,max_length=5)
d().decompress('a')
d().decompress(b'abc')
d().flush()
d().flush(0)
d().flush(-1)
d().flush(5)
[(x.decompress(z,10),len(x.flush()),x.eof,x.unused_data,x.unconsumed_tail) for x in [d()]]
[(x.decompress(z[:-10],10),len(x.flush()),x.eof,x.unused_data,x.unconsumed_tail) for x in [d()]]
[(x.decompress(z+b'abc',10),len(x.flush(1)),x.eof,x.unused_data,x.unconsumed_tail) for x in [d()]]
[(len(x.decompress(z)),x.decompress(b'more'),x.unused_data) for x in [d()]]
d(zdict=b'abc').decompress(c(zdict=b'abc').flush())
d(zdict=b'abc').decompress((lambda o:o.compress(b'abcabc')+o.flush())(c(zdict=b'abc')))
d().decompress((lambda o:o.compress(b'abcabc')+o.flush())(c(zdict=b'abc')))
d(zdict=b'xyz').decompress((lambda o:o.compress(b'abcabc')+o.flush())(c(zdict=b'abc')))
d(-15,zdict=b'abc').decompress((lambda o:o.compress(b'abcabc')+o.flush())(c(wbits=-15,zdict=b'abc')))
d(zdict=5)
d(100)
d(wbits=0).decompress(z)==data
d().copy().decompress(z)==data
__import__('copy').copy(d()).decompress(z)==data
__import__('pickle').dumps(d())
type(d())
type(d())()
setattr(d(),'eof',1)
zlib._ZlibDecompressor().decompress(z)==data
[(x.decompress(z,10),x.needs_input,x.eof,x.unused_data,x.decompress(b'',5),x.needs_input) for x in [zlib._ZlibDecompressor()]]
[(len(x.decompress(z+b'foo')),x.eof,x.unused_data,x.needs_input) for x in [zlib._ZlibDecompressor()]]
[(x.decompress(z),x.decompress(b'')) for x in [zlib._ZlibDecompressor()]]
zlib._ZlibDecompressor().decompress(b'abc')
zlib._ZlibDecompressor(1,2,3)
zlib._ZlibDecompressor(zdict='a')
zlib._ZlibDecompressor(wbits=99)
zlib._ZlibDecompressor().copy
zlib.error.__module__, zlib.error.__doc__
zlib.ZLIB_VERSION, zlib.ZLIB_RUNTIME_VERSION,zlib.__version__
zlib.crc32(memoryview(b'abcdef')[::2])""".splitlines():
    show(expression)
