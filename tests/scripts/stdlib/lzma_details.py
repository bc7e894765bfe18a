"""_lzma: formats, filter chains, limits, errors."""

import re


def show(expression):
    try:
        result = repr(eval(expression, globals()))
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(expression, "->", re.sub("0x[0-9a-f]+", "0x", result)[:300])


import _lzma
import lzma
from _lzma import *

C = LZMACompressor
D = LZMADecompressor
data = b'hello world ' * 500


def comp(*args, **options):
    compressor = C(*args, **options)
    return compressor.compress(data) + compressor.flush()


raw = [{'id': FILTER_LZMA2, 'preset': 6}]
z = comp()
al = comp(FORMAT_ALONE)
rw = comp(FORMAT_RAW, filters=raw)


for expression in r"""comp()[:60]
len(comp(preset=9)), len(comp(preset=0)), len(comp(preset=9|PRESET_EXTREME))
comp(FORMAT_ALONE)[:40]
comp(FORMAT_RAW,filters=raw)[:40]
comp(check=CHECK_SHA256)[-20:]
C(FORMAT_AUTO)
C(99)
C('a')
C(FORMAT_ALONE,check=CHECK_CRC32)
C(FORMAT_ALONE,check=CHECK_NONE)
C(FORMAT_RAW)
C(FORMAT_RAW,preset=5)
C(preset=10)
C(preset=-1)
C(preset=2**40)
C(preset='a')
C(preset=5,filters=raw)
C(check=99)
C(check=2)
C(filters=[])
C(filters=5)
C(filters=[5])
C(filters=[{}])
C(filters=[{'id':'a'}])
C(filters=[{'id':99}])
C(filters=[{'id':FILTER_DELTA}])
C(filters=[{'id':FILTER_DELTA,'dist':5},{'id':FILTER_LZMA2}])
C(filters=[{'id':FILTER_DELTA,'foo':5},{'id':FILTER_LZMA2}])
C(filters=[{'id':FILTER_DELTA,'dist':500},{'id':FILTER_LZMA2}])
C(filters=[{'id':FILTER_LZMA2,'foo':5}])
C(filters=[{'id':FILTER_LZMA2,'preset':99}])
C(filters=[{'id':FILTER_LZMA2,'preset':'a'}])
C(filters=[{'id':FILTER_LZMA2,'dict_size':'a'}])
C(filters=[{'id':FILTER_LZMA2,'dict_size':2**40}])
C(filters=[{'id':FILTER_LZMA2,'dict_size':-1}])
C(filters=[{'id':FILTER_LZMA2,'lc':9}])
C(filters=[{'id':FILTER_X86,'start_offset':4},{'id':FILTER_LZMA2}])
C(filters=[{'id':FILTER_X86,'foo':4},{'id':FILTER_LZMA2}])
C(filters=[{'id':FILTER_X86},{'id':FILTER_LZMA2}])
C(filters=[{'id':FILTER_LZMA2}]*5)
C(filters=[{'id':FILTER_LZMA2},{'id':FILTER_X86}])
C(FORMAT_ALONE,filters=[{'id':FILTER_LZMA2}])
C(FORMAT_ALONE,filters=[{'id':FILTER_LZMA1}]*2)
comp(FORMAT_ALONE,filters=[{'id':FILTER_LZMA1,'preset':3,'dict_size':4096,'lc':2,'lp':1,'pb':1,'mode':MODE_FAST,'nice_len':20,'mf':MF_HC4,'depth':5}])[:30]
comp(filters=[{'id':FILTER_DELTA,'dist':5},{'id':FILTER_LZMA2}])[-60:]
C(1,2,3,4,5)
C(foo=1)
C().compress('a')
[(x.flush(),x.compress(b'')) for x in [C()]]
[(x.flush(),x.flush()) for x in [C()]]
D().decompress(z)==data
D().decompress(al)==data
D(FORMAT_XZ).decompress(al)
D(FORMAT_ALONE).decompress(z)
D(FORMAT_RAW,filters=raw).decompress(rw)==data
D(FORMAT_RAW)
D(FORMAT_XZ,filters=raw)
D(99)
D(FORMAT_RAW,memlimit=100,filters=raw)
D(memlimit=100).decompress(z)
D(memlimit=-1)
D(memlimit=2**65)
D(memlimit='a')
D(memlimit=None).decompress(z)==data
D(FORMAT_RAW,filters=[])
D(FORMAT_RAW,filters=[{'id':FILTER_LZMA1,'preset':6},{'id':FILTER_X86}])
D().check
[(x.decompress(z[:20]),x.check) for x in [D()]]
[(len(x.decompress(comp(check=CHECK_NONE))),x.check,x.eof,x.unused_data,x.needs_input) for x in [D()]]
[(len(x.decompress(al+b'foo')),x.check,x.eof,x.unused_data,x.needs_input) for x in [D()]]
[(len(x.decompress(z+b'foo')),x.check,x.eof,x.unused_data,x.needs_input) for x in [D()]]
[(len(x.decompress(z,10)),x.check,x.eof,x.unused_data,x.needs_input,len(x.decompress(b'',20))) for x in [D()]]
[(x.decompress(z),x.decompress(b'')) for x in [D()]]
D().decompress(z[:-5]+b'aaaaa')
D().decompress(b'\xfd7zXZ\x00')
D().decompress(b'junkjunkjunkjunk')
D().decompress(b'')
D().decompress('a')
D(foo=1)
D(1,2,3,4)
is_check_supported(0),is_check_supported(1),is_check_supported(4),is_check_supported(10),is_check_supported(2),is_check_supported(99)
is_check_supported('a')
is_check_supported(-1)
_lzma._encode_filter_properties({'id':FILTER_LZMA2,'preset':6})
_lzma._encode_filter_properties({'id':FILTER_LZMA1,'preset':6})
_lzma._encode_filter_properties({'id':FILTER_DELTA,'dist':5})
_lzma._encode_filter_properties({'id':FILTER_X86})
_lzma._encode_filter_properties({'id':FILTER_X86,'start_offset':16})
_lzma._encode_filter_properties({'id':99})
_lzma._encode_filter_properties(5)
_lzma._encode_filter_properties({'id':FILTER_LZMA1,'lc':99})
_lzma._decode_filter_properties(FILTER_LZMA2,b'\x16')
_lzma._decode_filter_properties(FILTER_LZMA1,b']\x00\x00\x80\x00')
_lzma._decode_filter_properties(FILTER_DELTA,b'\x04')
_lzma._decode_filter_properties(FILTER_X86,b'')
_lzma._decode_filter_properties(FILTER_X86,b'\x10\0\0\0')
_lzma._decode_filter_properties(FILTER_X86,b'\x10')
_lzma._decode_filter_properties(FILTER_LZMA2,b'')
_lzma._decode_filter_properties(99,b'')
_lzma._decode_filter_properties('a',b'')
_lzma._decode_filter_properties(FILTER_LZMA2,'a')
_lzma._decode_filter_properties(-1,b'')
LZMAError.__doc__, LZMAError.__module__
C.__text_signature__, D.__text_signature__
__import__('pickle').dumps(C())
lzma.decompress(lzma.compress(data))==data
lzma.decompress(b'')""".splitlines():
    show(expression)
