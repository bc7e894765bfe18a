def nest(depth):
    for a in range(2):
        while True:
            if depth:
                for b in [1]:
                    try:
                        with_value = nest(depth - 1)
                    except RecursionError:
                        raise
                    else:
                        if with_value:
                            break
                else:
                    return "no"
                break
            return "bottom"
        else:
            return "never"
    return f"level {depth}"


print(nest(0), nest(1), nest(4))
expr = "(" * 60 + "1" + ")" * 60
print(eval(expr))
print(eval("-" * 50 + "1"))
print(eval("[" * 40 + "]" * 40))
code = ""
for i in range(15):
    code += "    " * i + f"if {i} < 100:\n"
code += "    " * 15 + "print('deep')\n"
exec(code)
source = "x = 0\n" + "".join(f"x += {i}\n" for i in range(500)) + "print(x)\n"
exec(source)
print(len(eval("[" + ",".join(map(str, range(1000))) + "]")))
print(eval("+".join(["1"] * 800)))
