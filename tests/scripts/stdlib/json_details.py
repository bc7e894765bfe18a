"""_json: the encoder's and scanner's own interfaces, positions of errors, notes."""

import re


def show(expression):
    try:
        result = repr(eval(expression, globals()))
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(expression, "->", re.sub("0x[0-9a-f]+", "0x", result)[:300])


import _json
import json

from json.encoder import encode_basestring_ascii as eb, encode_basestring as ebb
def d(o): raise TypeError('nope %r'%(o,))
class O: pass
def e(o, lvl=0, markers={}, default=d, enc=eb, indent=None, ks=': ', isep=', ', sort=False, skip=False, nan=True):
    return _json.make_encoder(markers, default, enc, indent, ks, isep, sort, skip, nan)(o, lvl)
cyc=[]; cyc.append(cyc)
cycd={}; cycd['a']=cycd
class SD(dict):
    def items(self): return [('z',1),('y',2)]
class SD2(dict):
    def items(self): return 5
class SD3(dict):
    def items(self): return [1]
class FI(int):
    def __repr__(self): return 'no'
class FF(float):
    def __repr__(self): return 'no'
class L2(list):
    def __iter__(self): return iter([7,8])


for expression in r"""e([1,'a',None,True,1.5])
e([1,[2],{'a':3}], indent='  ')
e([], indent='  ')
e({}, indent='  ')
e([[]], indent='  ')
e([1], 2, indent='  ')
e([1], indent=4)
e({'a':1,'b':{'c':[]}}, indent='\t', isep=',')
e(1)
e('x')
e(O())
e([O()])
e({'k':[1,O()]})
e({(1,2):1})
e({(1,2):1}, skip=True)
e({(1,2):1,3:4}, skip=True)
e({1:1,1.5:2,True:3,None:4,float('nan'):1})
e({1:1,'a':2}, sort=True)
e({2:1,1:2}, sort=True)
e(float('nan'), nan=False)
e([float('inf')], nan=False)
e({float('inf'):1}, nan=False)
e([FI(3),FF(2.5),{FI(3):FF(2.5)}])
e(cyc)
e(cycd)
e(SD(a=1))
e(SD())
e(SD(a=1),sort=True)
e(SD2(a=1))
e(SD3(a=1))
e(L2([1]))
e(L2())
e('a', enc=lambda s: 5)
e(['a'], enc=lambda s: 5)
e({'a':1}, enc=lambda s: 5)
e({'a':1}, enc=lambda s: s.upper())
e({'a':1}, enc=ebb)
e(O(), default=lambda o: [1,2])
e(O(), default=lambda o: o)
e(1, 'x')
_json.make_encoder([],1,2,3,'','',1,1,1)
_json.make_encoder(None,d,eb,None,':',',',0,0,1)([])
_json.make_encoder(None,d,eb,None,':',',',0,0,1)(obj=[],_current_indent_level=0)
_json.make_encoder(None,d,eb,None,':',',',0,0,1)(1,2,3)
_json.make_encoder(None,5,5,None,':',',',0,0,1)([object()],0)
_json.make_encoder(None,d,eb,None,':',',',[],{},1).sort_keys
_json.make_encoder(None,d,eb,None,':',',',[],{},1).allow_nan
_json.make_encoder(None,d,eb,None,5,',',[],{},1)
_json.make_encoder(None,d,eb,None,'5',',',[],{})
_json.make_encoder(None,d,eb,None,'5',',',skipkeys=[],sort_keys={},allow_nan=1)
json.loads('1'*5000)
json.loads('-')
json.loads('-I')
json.loads('1.')
json.loads('1e')
json.loads('1.5e+')
json.loads('01')
json.loads('{"a":1 "b"')
json.loads('{"a":1,}')
json.loads('[1,]')
json.loads('[1 2]')
json.loads('[1,')
json.loads('[')
json.loads('{')
json.loads('{"a"')
json.loads('{"a" 1')
json.loads('{"a":')
json.loads('{"a":1')
json.loads('{"a":1,')
json.loads('{1')
json.loads('[1, NaN, -Infinity, Infinity]')
json.loads('[1.5, 2]', parse_float=lambda s: (s,type(s)), parse_int=lambda s:s)
json.loads('{"a":1}', object_hook=lambda d: 5)
json.loads('{"a":1,"a":2}', object_pairs_hook=lambda d: d)
json.loads('{}', object_pairs_hook=lambda d: d)
_json.make_scanner(json.JSONDecoder()).strict
_json.make_scanner(json.JSONDecoder()).parse_float
setattr(_json.make_scanner(json.JSONDecoder()),'strict',0)
_json.make_scanner(json.JSONDecoder(),1)
_json.make_scanner(ctx=json.JSONDecoder())
_json.make_scanner(json.JSONDecoder())('x','y')
_json.Scanner""".splitlines():
    show(expression)
sc = _json.scanstring
for expression in (
    "sc('abc',0)",
    'sc(\'abc"\',0)',
    'sc(\'abc"\',-1)',
    'sc(\'abc"\',10)',
    "sc(b'abc',0)",
    "sc('a',0,False)",
    'sc(\'a\\\\x"\',0)',
    'sc(\'a\\\\u12"\',0)',
    'sc(\'a\\\\u12xx"\',0)',
    'sc(\'\\\\ud834\\\\udd20"\',0)',
    'sc(\'\\\\ud834\\\\u0020"\',0)',
    'sc(\'\\\\ud834x"\',0)',
    'sc(\'a\\nb"\',0)',
    'sc(\'a\\nb"\',0,False)',
    'sc()',
    "sc('a')",
    "sc('a','b')",
    "sc('abc\\\\',0)",
    "sc('abc\\\\u',0)",
    "sc('abc\\\\u1234',0)",
    'sc(\'x"\',0,strict=False)',
    'sc(\'\\\\u+123"\',0)',
    'sc(\'\\\\u 123"\',0)',
):
    show(expression)
