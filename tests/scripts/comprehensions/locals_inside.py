"""What `locals()` and `f_locals` show while a comprehension runs that is inlined in a module or class body: its variables alone."""

import sys

x = 1
print([sorted(locals()) for q in [1]])
print([(sorted(sys._getframe().f_locals), type(sys._getframe().f_locals).__name__) for q in [1]])


class C:
    a = 1
    print([sorted(locals()) for q in [1]])


exec("print([sorted(locals()) for q in [1]])", {}, {"z": 1})
print(locals() is globals())
