"""csv: dialects, the reader's states, what the writer quotes, and their errors."""

import re


def show(expression):
    try:
        result = repr(eval(expression, globals()))
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(expression, "->", re.sub("0x[0-9a-f]+", "0x", result)[:300])


import _csv
import csv

D = _csv.Dialect


class W:
    def __init__(self):
        self.out = []

    def write(self, text):
        self.out.append(text)
        return 7


def w(row, **options):
    file = W()
    result = _csv.writer(file, **options).writerow(row)
    return result, file.out


def r(lines, **options):
    return list(_csv.reader(lines, **options))


for expression in r"""D()
D(1)
D(None)
D('excel')
D('x')
D(delimiter=1)
D(delimiter='ab')
D(delimiter='')
D(delimiter=None)
D(delimiter='\n')
D(delimiter='\r')
D(delimiter=' ', skipinitialspace=True)
D(delimiter=' ')
D(escapechar=' ', skipinitialspace=True)
D(quotechar=' ', skipinitialspace=True)
D(delimiter='"')
D(delimiter=',', escapechar=',')
D(quotechar='"', escapechar='"')
D(quotechar='x', lineterminator='x')
D(escapechar='x', lineterminator='x')
D(delimiter=',', lineterminator=',')
D(lineterminator='!abc', quotechar='a')
D(escapechar='\n')
D(escapechar='')
D(escapechar=1)
D(quotechar='')
D(quotechar='ab')
D(quotechar=1)
D(quotechar=None)
D(quotechar=None, quoting=0)
D(quotechar=None, quoting=3)
D(quotechar=None, quoting=None)
D(quotechar=None, quoting=1)
D(quoting='x')
D(quoting=1.0)
D(quoting=7)
D(quoting=-1)
D(quoting=True)
D(quoting=10**30)
D(lineterminator=None)
D(lineterminator=1)
D(lineterminator='')
D(strict=[])
D(strict=1).strict
D(doublequote='').doublequote
D(skipinitialspace='x').skipinitialspace
D(bogus=1)
D(delimiter='\U0001F600').delimiter
D(D(delimiter=';')).delimiter
D(D(delimiter=';'), delimiter='.').delimiter
[getattr(D(),n) for n in ('delimiter','doublequote','escapechar','lineterminator','quotechar','quoting','skipinitialspace','strict')]
D().__reduce__()
D().__reduce_ex__(2)
__import__('copy').copy(D())
setattr(D(),'delimiter','x')
setattr(D(),'strict',1)
delattr(D(),'quoting')
delattr(D(),'strict')
setattr(D(),'foo',1)
D.foo
D(dialect='nope')
D(dialect='excel')
D(dialect=type('x',(),{'delimiter':';'})).delimiter
D(dialect=type('x',(),{'delimiter':';'})()).delimiter
D(dialect=type('x',(),{'delimiter':1})())
_csv.reader()
_csv.reader(1)
_csv.reader([],1,2)
_csv.reader([],'nope')
_csv.reader([],None)
_csv.reader([],bogus=1)
_csv.writer()
_csv.writer(1)
_csv.writer(W(), 'nope')
r([1])
r([b'a'])
r(['a,b'])
r(['a\nb'])
r(['a\n\n'])
r(['a\r\nb'])
r(['a\rb'])
r(['a\r'])
r(['"a\n','b"'])
r(['"a'])
r(['"a'], strict=True)
r(['"a"b'])
r(['"a"b'], strict=True)
r(['a\0b'])
r(['a"b'])
r(['a"b'],strict=True)
r(['a\\'],escapechar='\\')
r(['a\\'],escapechar='\\', strict=True)
r(['a\\\n','b'],escapechar='\\')
r(['a\\\nb'],escapechar='\\')
r(['"a\\'],escapechar='\\')
r(['"a\\\n','b"'],escapechar='\\')
r(['1,"2",x'],quoting=2)
r(['1,"2",3.5,,""'],quoting=2)
r(['1,"2",,""'],quoting=4)
r(['1,"2",,""'],quoting=5)
r(['1, "2"'],quoting=4,skipinitialspace=True)
r(['"1","2",x'],quoting=3)
r(['"a" , b'],skipinitialspace=True)
r(['"a""b",'''"'],doublequote=True)
r(['"a""b"'],doublequote=False)
r(['"a""b"'],doublequote=False,strict=True)
r(['','a','','\n','\r\n'])
r(['a,'])
r(['a, b', ' '],skipinitialspace=True)
r(['a'*10],quoting=2)
w([1])
w([])
w([None])
w([None],quoting=3)
w([None,None],quoting=3)
w([''],quoting=3)
w(['',''],quoting=3)
w([None],quoting=1)
w([None,''],quoting=1)
w([None,'',1,'a',1.5],quoting=2)
w([None,'',1,'a',1.5],quoting=4)
w([None,'',1,'a',1.5],quoting=5)
w([None],quoting=4)
w([None],quoting=5)
w([''],quoting=4)
w(['a,b'],quoting=3)
w(['a,b'],quoting=3,escapechar='\\')
w(['a"b'],quoting=3)
w(['a"b'],quoting=3,quotechar=None)
w(['a"b'],doublequote=False)
w(['a"b'],doublequote=False,escapechar='\\')
w(['a"b'],quoting=1,doublequote=False,escapechar='\\')
w(['a"b','a\\b'],escapechar='\\')
w(['a\nb','c\rd'],lineterminator='!')
w(['a!b'],lineterminator='!')
w(['a\nb'],quoting=3,escapechar='\\')
w([' a'],skipinitialspace=True)
w([' ',' a',''],skipinitialspace=True,delimiter=' ')
w([' '],delimiter=' ')
w(['',''],delimiter=' ')
w(5)
w('abc')
w([''],lineterminator='x')
w(['a b'],delimiter=' ')
w([''],quotechar=None,quoting=3)
w(['','a'],delimiter=' ',skipinitialspace=True)
w([None,'a'],delimiter=' ',skipinitialspace=True,quoting=3)
w([None,'a'],delimiter=' ',skipinitialspace=True,quoting=4)
w([None,1],delimiter=' ',skipinitialspace=True,quoting=2)
_csv.writer(W()).writerows([[1],[2]])
_csv.writer(W()).writerows(5)
_csv.writer(W()).writerows([5])
_csv.writer(W()).writerow()
_csv.field_size_limit()
_csv.field_size_limit('x')
_csv.field_size_limit(None)
_csv.field_size_limit(1.5)
_csv.field_size_limit(1,2)
_csv.get_dialect('nope')
_csv.get_dialect([])
_csv.unregister_dialect('nope')
_csv.unregister_dialect([])
_csv.register_dialect()
_csv.register_dialect(1)
_csv.register_dialect('x',1)
_csv.register_dialect('x','excel')
_csv.register_dialect('x','nope')
_csv.register_dialect('x',None)
_csv.register_dialect('x',bogus=1)
_csv.register_dialect('x',delimiter=1)
_csv.Reader()
_csv.Writer()
_csv.reader([]).dialect
_csv.reader([]).line_num
_csv.Reader.line_num
_csv.Reader.dialect
setattr(_csv.reader([]),'line_num',1)
next(_csv.reader([]))
_csv.Error.__module__, _csv.Error.__doc__
repr(_csv.reader([]))[:30]
_csv.Dialect.strict
_csv.Dialect.quoting
_csv.Dialect.delimiter""".splitlines():
    show(expression)
show(r'''r(['"a""b",""""'], doublequote=True)''')
show(r'''r(['\\\n1', '"'], escapechar='\\')''')
_csv.field_size_limit(5)
show("r(['aaaaaa'])")
show("r(['aaaaa'])")
