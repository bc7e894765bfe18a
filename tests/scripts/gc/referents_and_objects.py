# Plain values are referents, too; objects that are being collected are not listed.
import gc

print(sorted(gc.get_referents([1, 3, 5])), sorted(gc.get_referents({1: 3, 5: 7})), gc.get_referents((None,)), gc.get_referents(1, "a", 4j))

class Watch:
    def __del__(self):
        print("listed", any(o is self for o in gc.get_objects()))

w = Watch()
w.cycle = w
del w
gc.collect()
