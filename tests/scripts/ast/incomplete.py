"""What compile() makes of sources that could go on."""
import codeop, warnings
for s in ["a = 'a\\", "1 2", 'a="""', "def f():", "(", "if 1:\n  x\nelse:", "x = (1 +", "\\", "x\\", "'''a", "a = 'a\\\n", "f'{", "f'''{", "f'a", "@a", "try:\n x", "try:\n x\n", "[1,", "[1}", "x=", "def", "for", "a b", "if x:\n  y", "class A(", "f'{a", "'", "'a", "0x", "(1\n2", "def f(:", "#c", "", "\n", "if x:\n", "\n\n", "x y (", "with a", "lambda", "lambda x", "not", "match x:", "a.", "1 +", "await", "''''", "x = 3 if"]:
  for sym in ("single","exec","eval"):
    for fl in (0x4000|0x200, 0x4000, 0x200):
      try: compile(s, '<input>', sym, fl); print(repr(s),sym,hex(fl),"ok")
      except BaseException as e: print(repr(s),sym,hex(fl), type(e).__name__, e.args)
