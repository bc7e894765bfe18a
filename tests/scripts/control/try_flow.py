def f(kind):
    try:
        print("try")
        if kind == "raise":
            raise ValueError("v")
        if kind == "return":
            return "from try"
    except ValueError as e:
        print("except", e)
    else:
        print("else")
    finally:
        print("finally")
    return "end"


for kind in ("plain", "raise", "return"):
    print(kind, "->", f(kind))


def override():
    for i in range(3):
        try:
            continue
        finally:
            print("cleanup", i)
    while True:
        try:
            break
        finally:
            print("leaving")
    try:
        return 1
    finally:
        print("before return")


print(override())


def nested():
    log = []
    try:
        try:
            log.append(1)
            1 / 0
        finally:
            log.append(2)
    except ZeroDivisionError:
        log.append(3)
    finally:
        log.append(4)
    return log


print(nested())
