def rpn(s):
    st = []
    for t in s.split():
        match t:
            case "+" | "-" | "*" | "/":
                b, a = st.pop(), st.pop(); st.append({"+": a + b, "-": a - b, "*": a * b, "/": a // b if b else 0}[t])
            case _: st.append(int(t))
    return st.pop()
def shunt(s):
    prec = {"+": 1, "-": 1, "*": 2, "/": 2}; out, ops = [], []
    for t in s.replace("(", " ( ").replace(")", " ) ").split():
        if t in prec:
            while ops and ops[-1] != "(" and prec[ops[-1]] >= prec[t]: out.append(ops.pop())
            ops.append(t)
        elif t == "(": ops.append(t)
        elif t == ")":
            while (o := ops.pop()) != "(": out.append(o)
        else: out.append(t)
    return " ".join(out + ops[::-1])
for e in ("1 + 2 * 3", "(1 + 2) * 3", "10 - 4 - 3", "2 * (3 + (4 - 1)) / 3"): print(e, "|", shunt(e), "|", rpn(shunt(e)), eval(e.replace("/", "//")))
try: rpn("1 +")
except IndexError as e: print(e)
