'', "", '''''', """a
b"""
'a' "b" '''c'''
r'\n', R"\d", u'u', U"U", b'b', B"\x00\377\n", rb'\d', Rb'\d', bR'\d', br"\d"
b'a' rb'\b' B"c"
u'a' 'b', 'a' u'b'
'\a\b\f\n\r\t\v\\\'\"\0\12\123\x41\u00e9\U0001F600\N{BULLET}\N{LATIN SMALL LETTER E WITH ACUTE}'
'\ud800', '\udc80\ud800', 'a\
b'
f'', f'a', f"{a}", f'{a}b{c}', f'{a!r}', f'{a!s:>{b}}', f'{a:>10}', f'{a=}', f'{a = !r:^{b}{c}}', f'{a:{b:{c}}}'
f'{{}}', f'{{{a}}}', f'a{{b}}c{{', f'}}', f'{a}}}{{'
f'{ a }', f'{a,}', f'{*a, b}', f'{yield_}', f'{(lambda x: y)}', f'{ {a: b}[c] }', f'{a["b"]}', f'{a['b']}'
f'{f'{f'{a}'}'}', f"{f'{a}' 'b'}"
f'''{
a  # comment
}''', f'''
{a
 = }
'''
f'{a:%Y-%m-%d}', f'{a:\n}', f'{a:{{}}}', f'{a!a:}'
rf'\d{a}\{b}', fr'{a:\d}', Rf'{{\}}', F'\x41{a}\N{BULLET}', f'\N{BULLET}{a}', f'{a}\
b'
'a' f'{b}' 'c' f'd' "e", f'a' 'b', '' f'{a}' '', u'a' f'{b}'
f'{a}' f'{b}'
t'', t'a{b}c', t'{a!r:>{b}}', t'{ a = }', t'{a:{b}}' t'{c}', t'{{{a}}}', rt'\d{a}', Tr"{a}", t'{a}' T'b'
t'{(a,
  b)}', t'{f'{a}'}', f'{t'{a}'}'
f'{a != b}', f'{a == b}', f'{a <= b}', f'{(a := b)}', f'{a:=5}', f'{a!=b!r}'
f"{a:{'b'}}", f'{a[b:c]}', f'{a(b=c)}', f'{a if b else c}', f'{not a}'
f'{a:é}é{b}', 'é' f'é{a}'
