name, n, f = "World", 42, 3.14159
print(f"Hello {name}! {n + 1} {f:.2f} {n:>5}|{n:<5}|{n:^5}|{n:05d} {n:#x} {n!r} {name!r:>10}")
print(f"{n=} {f=:.1f} {name=!s} {n + 1 = } {name = !r:>10}", f"{{literal}} {{{n}}}", f"{'nested ' + f'{name}'}", f"{n:{'>'}{10}}|", f"{f:{n // 10}.{2}f}")
print(f"{n if n > 5 else 0} {[x for x in range(3)]} {({'a': 1})['a']} {(lambda x: x * 2)(5)} {name[0]} {name.upper()} {len(name)}")
print(f"{'a' 'b'}", f"{"same quotes"}", f"{f"{f"{1 + 1}"}"}", f'{'x'}', rf"\d{n}\n", fr"{n}\t", F"{n}", f"a{n}" "b{n}" f"c{n}", f"" == "", f"{'\n'}|{'\t'}".encode())
print(f"""multi
{n}
  {name}""", f"{
    n  # comment
}", f"{n!s:>{len(name)}}", f"{n:,} {1234567.891:,.2f} {0.5:%} {255:b}")
d = {"k": [1, 2]}
print(f"{d['k'][1]} {d["k"]!r} {d['k'] = }", f"{1,2}", f"{*[1, 2], 3}", f"{n:{n}}"[-3:], f"{-n} {not n} {~n} {n == 42} {n != 1} {n >= 1}", f"{3:}", f"{'x':}")
class C:
    def __format__(self, s): return f"C<{s}>"
    def __str__(self): return "strC"
    def __repr__(self): return "reprC"
c = C()
print(f"{c} {c:spec} {c!s} {c!r} {c!s:>6} {c=} {c=!s} {c=:x}")
import datetime
print(f"{datetime.date(2026, 3, 1):%d.%m.%Y}", f"{datetime.datetime(2026, 1, 2, 3, 4):%H:%M}", f"{(x := 5)} {x}", f"{n:{'#'}{'x'}}", f"{yield_ if (yield_ := 1) else 0}")
def g(): return f"{(yield)}"
it = g(); next(it)
try:
    it.send("sent")
except StopIteration as e:
    print(e.value)
try:
    f"{undefined_name}"
except NameError as e:
    print(e)
try:
    f"{n:z}{name:d}"
except ValueError as e:
    print(e)
print(f"\N{BULLET} {n} \x41 \u00e9 \\ {'\\'}", f'{n:\x3e5}', f"{{}}{{{{", f"}}}}{n}", f"{n}" f"{n}" "%s" % 1)
