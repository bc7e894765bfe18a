import warnings
def show(code):
    with warnings.catch_warnings(record=True) as w:
        warnings.simplefilter("always")
        try: compile(code, "<w>", "exec")
        except SyntaxError as e: print("error", e.msg)
        for x in w: print(repr(code), x.category.__name__, x.message, x.lineno)
for code in (r"'\d'", r"b'\q'", "x is 1", "x is not 'a'", "assert (1, 'm')", "1()", "'a'()", "[1][1, 2]", "'a'[1.5]", "(1)(2)", "{}[1]()", "0x1for x in y", "1if 2else 3", "def f():\n try: pass\n finally: return", "while 1:\n try: pass\n finally: break", r"'\400'", "1 is 1 is 1", "None()", "[]()", "f'\\d'", "0or 1", "5 .real()"): show(code)
warnings.warn("plain"); warnings.warn("dep", DeprecationWarning); warnings.warn("twice"); 
for _ in range(2): warnings.warn("once per place")
def f(): warnings.warn("from caller", stacklevel=2)
f()
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try: warnings.warn("now an error", UserWarning)
    except UserWarning as e: print("raised", e)
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always"); warnings.warn(ResourceWarning("res")); print(len(w), w[0].category.__name__)
warnings.filterwarnings("ignore", message="quiet"); warnings.warn("quiet please"); print("end")
