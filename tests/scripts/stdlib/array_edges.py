# Values whose conversion changes the array, characters out of range, a deprecated type code.
import array, warnings

class Clears:
    def __init__(self, victim): self.victim = victim
    def __index__(self):
        self.victim.clear()
        return 0

victim = array.array("i", [1, 2, 3])
try: victim[1] = Clears(victim)
except IndexError as e: print(e, victim)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    wide = array.array("u", b"\xff\xff\xff\xff")
    print([str(w.message) for w in caught])
for show in wide.tounicode, lambda: repr(wide):
    try: print(show())
    except ValueError as e: print(e)
