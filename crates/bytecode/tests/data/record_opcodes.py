"""Record the oracle's opcode facts: python3.14 record_opcodes.py > opcodes.txt"""
import _opcode
import opcode

FLAGS = "arg const name jump free local exc".split()


def effect(number, oparg, jump):
    try:
        return _opcode.stack_effect(number, oparg, jump=jump)
    except ValueError:
        try:
            return _opcode.stack_effect(number, None, jump=jump)
        except ValueError:
            return "-"


def number(item):
    return item[1]


for name, num in sorted((opcode.opmap | opcode._specialized_opmap).items(), key=number):
    flags = [f.upper() for f in FLAGS if getattr(_opcode, "has_" + f)(num)] or ["NONE"]
    # COPY 0 and SWAP 0 never occur; every other operand is fair game.
    opargs = [1, 2, 3, 4, 5, 7, 8, 16, 255, 256, 0x1234]
    effects = [effect(num, arg, jump) for arg in opargs for jump in (None, False, True)]
    caches = opcode._inline_cache_entries.get(name, 0)
    print(name, num, caches, "|".join(flags), *effects)
