from typing import *
import typing
print(Optional[int], Union[int, str], List[int], Dict[str, Any], Callable[[int], str], Literal["a", 1], Tuple[int, ...], ClassVar[int], Annotated[int, "m"], TypeVar("T"), Any, NoReturn, Type[int], list[int] | None, get_origin(list[int]), get_args(dict[str, int]), cast(int, "x"))
T = TypeVar("T")
class Box(Generic[T]):
    def __init__(self, v: T): self.v = v
print(Box[int], Box[int](5).v, Box.__parameters__, Box[int].__args__, Box.__mro__[1])
class Proto(Protocol):
    def m(self) -> int: ...
@runtime_checkable
class Sized2(Protocol):
    def __len__(self): ...
print(isinstance([], Sized2), isinstance(5, Sized2))
class TD(TypedDict, total=False):
    a: Required[int]
    b: str
print(TD(a=1), TD.__required_keys__, TD.__optional_keys__, TD.__total__)
for bad in ("Proto()", "isinstance(5, Proto)", "List[int]()", "Union[()]", "Optional[int, str]", "isinstance(1, List[int])", "Literal[1]()", "Box[int, str]", "Any()", "issubclass(int, Union[int, str])"):
    try: print(eval(bad))
    except TypeError as e: print(bad, e)
U = NewType("U", int); print(U(5), U, U.__supertype__); print(assert_type(1, int), reveal_type.__name__, typing.is_typeddict(TD), get_overloads(print), final(Box) is Box)
def f(x: "Box[int]", *a: Unpack[tuple[int, str]]) -> Self: ...
print(f.__annotations__["x"], TypeAlias, ParamSpec("P"), Concatenate[int, ...], Never, LiteralString, TypeGuard[int], Self, NotRequired[int], ReadOnly[int])
