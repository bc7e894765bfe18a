//! Built-in functions on single objects: attributes, identity, numbers, characters.

use minipy_macros::pymodule;
use minipy_vm::macros_support::KwArgs;
use minipy_vm::protocol::{self, BinaryOp, UnaryOp};
use minipy_vm::types::str::StrRef;
use minipy_vm::types::{bytearray, bytes, int};
use minipy_vm::{Args, ListRef, PyDict, PyList, PyResult, PyStr, Value, exceptions, name};

/// An argument count as positional-only native functions word it.
fn check_count(name: &str, args: &[Value], min: usize, max: usize) -> PyResult<()> {
    let bound = match args.len() {
        n if n < min => ("at least", min),
        n if n > max => ("at most", max),
        _ => return Ok(()),
    };
    let quantity = if min == max { "" } else { bound.0 };
    let space = if quantity.is_empty() { "" } else { " " };
    Err(exceptions::type_error(format!(
        "{name} expected {quantity}{space}{} argument{}, got {}",
        bound.1,
        if bound.1 == 1 { "" } else { "s" },
        args.len()
    )))
}

pub(super) fn no_keywords(name: &str, args: Args<'_>) -> PyResult<()> {
    if args.has_keywords() {
        return Err(exceptions::type_error(format!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

#[pymodule(name = "builtins")]
pub mod functions {
    use super::*;

    /// Return the absolute value of the argument.
    #[pyfunction("(x, /)")]
    fn abs(number: &Value) -> PyResult<Value> {
        protocol::unary(UnaryOp::Absolute, number)
    }

    /// Return an ASCII-only representation of an object.
    ///
    /// As repr(), return a string containing a printable representation of an
    /// object, but escape the non-ASCII characters in the string returned by
    /// repr() using \\x, \\u or \\U escapes. This generates a string similar
    /// to that returned by repr() in Python 2.
    #[pyfunction("(obj, /)")]
    fn ascii(obj: &Value) -> PyResult<StrRef> {
        protocol::ascii(obj)
    }

    fn in_base(number: &Value, base: u8, prefix: &str) -> PyResult<String> {
        let number = protocol::as_index(number)?;
        let value = int::to_ibig(&number).unwrap_or_default();
        let (sign, magnitude) = value.into_parts();
        let sign = if sign == dashu_int::Sign::Negative { "-" } else { "" };
        Ok(format!("{sign}{prefix}{}", magnitude.in_radix(base)))
    }

    /// Return the binary representation of an integer.
    ///
    /// >>> bin(2796202)
    /// '0b1010101010101010101010'
    #[pyfunction("(number, /)")]
    fn bin(integer: &Value) -> PyResult<String> {
        in_base(integer, 2, "0b")
    }

    /// Return the octal representation of an integer.
    ///
    /// >>> oct(342391)
    /// '0o1234567'
    #[pyfunction("(number, /)")]
    fn oct(integer: &Value) -> PyResult<String> {
        in_base(integer, 8, "0o")
    }

    /// Return the hexadecimal representation of an integer.
    ///
    /// >>> hex(12648430)
    /// '0xc0ffee'
    #[pyfunction("(number, /)")]
    fn hex(integer: &Value) -> PyResult<String> {
        in_base(integer, 16, "0x")
    }

    /// Return whether the object is callable (i.e., some kind of function).
    ///
    /// Note that classes are callable, as are instances of classes with a
    /// __call__() method.
    #[pyfunction("(obj, /)")]
    fn callable(obj: &Value) -> bool {
        protocol::is_callable(obj)
    }

    /// Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.
    #[pyfunction("(i, /)")]
    fn chr(i: &Value) -> PyResult<StrRef> {
        let out_of_range = || exceptions::value_error("chr() arg not in range(0x110000)");
        let code = protocol::index_to_i64(i)?.ok_or_else(out_of_range)?;
        match u32::try_from(code) {
            Ok(code) if code < 0x110000 => Ok(PyStr::from_char(code)),
            _ => Err(out_of_range()),
        }
    }

    /// Return the ordinal value of a character.
    ///
    /// If the argument is a one-character string, return the Unicode code
    /// point of that character.
    ///
    /// If the argument is a bytes or bytearray object of length 1, return its
    /// single byte value.
    #[pyfunction("(character, /)")]
    fn ord(character: &Value) -> PyResult<i64> {
        let length = if let Some(s) = character.downcast::<PyStr>() {
            if s.len() == 1 {
                return Ok(i64::from(s.char_at(0)));
            }
            s.len()
        } else if let Some(b) = character.downcast::<bytes::PyBytes>() {
            if let [byte] = b[..] {
                return Ok(i64::from(byte));
            }
            b.len()
        } else if let Some(array) = character.downcast::<bytearray::PyByteArray>() {
            match array.with(|bytes| if let [byte] = bytes[..] { Ok(byte) } else { Err(bytes.len()) }) {
                Ok(byte) => return Ok(i64::from(byte)),
                Err(len) => len,
            }
        } else {
            return Err(exceptions::type_error(format!(
                "ord() expected string of length 1, but {} found",
                character.type_name()
            )));
        };
        Err(exceptions::type_error(format!(
            "ord() expected a character, but string of length {length} found"
        )))
    }

    /// Delete the named attribute from the given object.
    ///
    /// delattr(x, 'y') is equivalent to ``del x.y``
    #[pyfunction("(obj, name, /)")]
    fn delattr(obj: &Value, name: &Value) -> PyResult<()> {
        protocol::delattr(obj, protocol::attribute_name(name)?)
    }

    /// Sets the named attribute on the given object to the specified value.
    ///
    /// setattr(x, 'y', v) is equivalent to ``x.y = v``
    #[pyfunction("(obj, name, value, /)")]
    fn setattr(obj: &Value, name: &Value, value: Value) -> PyResult<()> {
        protocol::setattr(obj, protocol::attribute_name(name)?, value)
    }

    /// getattr(object, name[, default]) -> value
    ///
    /// Get a named attribute from an object; getattr(x, 'y') is equivalent to x.y.
    /// When a default argument is given, it is returned when the attribute doesn't
    /// exist; without it, an exception is raised in that case.
    #[pyfunction]
    fn getattr(args: Args<'_>) -> PyResult<Value> {
        no_keywords("getattr", args)?;
        check_count("getattr", args.args, 2, 3)?;
        let name = protocol::attribute_name(&args.args[1])?;
        match args.args.get(2) {
            None => protocol::getattr(&args.args[0], name),
            Some(default) => {
                Ok(protocol::lookup_attr(&args.args[0], name)?.unwrap_or_else(|| default.clone()))
            }
        }
    }

    /// Return whether the object has an attribute with the given name.
    ///
    /// This is done by calling getattr(obj, name) and catching AttributeError.
    #[pyfunction("(obj, name, /)")]
    fn hasattr(obj: &Value, name: &Value) -> PyResult<bool> {
        Ok(protocol::lookup_attr(obj, protocol::attribute_name(name)?)?.is_some())
    }

    /// dir([object]) -> list of strings
    ///
    /// If called without an argument, return the names in the current scope.
    /// Else, return an alphabetized list of names comprising (some of) the attributes
    /// of the given object, and of attributes reachable from it.
    /// If the object supplies a method named __dir__, it will be used; otherwise
    /// the default dir() logic is used and returns:
    ///   for a module object: the module's attributes.
    ///   for a class object:  its attributes, and recursively the attributes
    ///     of its bases.
    ///   for any other object: its attributes, its class's attributes, and
    ///     recursively the attributes of its class's base classes.
    #[pyfunction]
    fn dir(args: Args<'_>) -> PyResult<ListRef> {
        no_keywords("dir", args)?;
        check_count("dir", args.args, 0, 1)?;
        match args.args.first() {
            Some(object) => protocol::dir(object),
            None => {
                let locals = minipy_vm::frame::current_locals()?;
                let names = protocol::collect(&protocol::call_method(&locals, name!("keys"), &[])?)?;
                let list = PyList::from_vec(names);
                protocol::call_method(list.as_value(), name!("sort"), &[])?;
                Ok(list)
            }
        }
    }

    /// Return the tuple (x//y, x%y).  Invariant: div*y + mod == x.
    #[pyfunction("(x, y, /)")]
    fn divmod(x: &Value, y: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Divmod, x, y)
    }

    /// Return type(value).__format__(value, format_spec)
    ///
    /// Many built-in types implement format_spec according to the
    /// Format Specification Mini-language. See help('FORMATTING')
    /// for details.
    ///
    /// If type(value) does not supply a method named __format__
    /// and format_spec is empty, then str(value) is returned.
    #[pyfunction("(value, format_spec='', /)")]
    fn format(value: &Value, format_spec: Option<&minipy_vm::Ref<PyStr>>) -> PyResult<StrRef> {
        match format_spec {
            Some(spec) => protocol::format(value, spec),
            None => protocol::format(value, name!("")),
        }
    }

    /// Return the hash value for the given object.
    ///
    /// Two objects that compare equal must also have the same hash value, but the
    /// reverse is not necessarily true.
    #[pyfunction("(obj, /)")]
    fn hash(obj: &Value) -> PyResult<i64> {
        protocol::hash(obj)
    }

    /// Return the identity of an object.
    ///
    /// This is guaranteed to be unique among simultaneously existing objects.
    /// (CPython uses the object's memory address.)
    #[pyfunction("(obj, /)")]
    fn id(obj: &Value) -> PyResult<u64> {
        let id = obj.id();
        if crate::sys::is_audited() {
            crate::sys::audit("builtins.id", &[Value::from(id)])?;
        }
        Ok(id)
    }

    /// Return whether an object is an instance of a class or of a subclass thereof.
    ///
    /// A tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to
    /// check against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)
    /// or ...`` etc.
    #[pyfunction("(obj, class_or_tuple, /)")]
    fn isinstance(obj: &Value, class_or_tuple: &Value) -> PyResult<bool> {
        protocol::isinstance(obj, class_or_tuple)
    }

    /// Return whether 'cls' is derived from another class or is the same class.
    ///
    /// A tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to
    /// check against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)
    /// or ...``.
    #[pyfunction("(cls, class_or_tuple, /)")]
    fn issubclass(cls: &Value, class_or_tuple: &Value) -> PyResult<bool> {
        protocol::issubclass(cls, class_or_tuple)
    }

    /// Return the number of items in a container.
    #[pyfunction("(obj, /)")]
    fn len(obj: &Value) -> PyResult<usize> {
        protocol::len(obj)
    }

    /// Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.
    ///
    /// Some types, such as ints, are able to use a more efficient algorithm when
    /// invoked using the three argument form.
    #[pyfunction("(base, exp, mod=None)")]
    fn pow(base: &Value, exp: &Value, r#mod: Option<&Value>) -> PyResult<Value> {
        protocol::pow(base, exp, r#mod.unwrap_or(&Value::NONE))
    }

    /// Return the canonical string representation of the object.
    ///
    /// For many object types, including most builtins, eval() will return
    /// an object equal to the one from which the repr was obtained.
    #[pyfunction("(obj, /)")]
    fn repr(obj: &Value) -> PyResult<StrRef> {
        protocol::repr(obj)
    }

    /// Round a number to a given precision in decimal digits.
    ///
    /// The return value is an integer if ndigits is omitted or None.  Otherwise
    /// the return value has the same type as the number.  ndigits may be negative.
    #[pyfunction("(number, ndigits=None)")]
    fn round(number: &Value, ndigits: Option<&Value>) -> PyResult<Value> {
        let args: &[Value] = ndigits.map_or(&[], std::slice::from_ref);
        protocol::call_special(number, name!("__round__"), args)?.ok_or_else(|| {
            exceptions::type_error(format!("type {} doesn't define __round__ method", number.type_name()))
        })
    }

    /// vars([object]) -> dictionary
    ///
    /// Without arguments, equivalent to locals().
    /// With an argument, equivalent to object.__dict__.
    #[pyfunction]
    fn vars(args: Args<'_>) -> PyResult<Value> {
        no_keywords("vars", args)?;
        check_count("vars", args.args, 0, 1)?;
        match args.args.first() {
            None => minipy_vm::frame::current_locals(),
            Some(object) => protocol::lookup_attr(object, name!("__dict__"))?
                .ok_or_else(|| exceptions::type_error("vars() argument must have __dict__ attribute")),
        }
    }

    /// Return the dictionary containing the current scope's global variables.
    ///
    /// NOTE: Updates to this dictionary *will* affect name lookups in the current
    /// global scope and vice-versa.
    #[pyfunction("()")]
    fn globals() -> PyResult<minipy_vm::DictRef> {
        minipy_vm::frame::current_globals()
    }

    /// Return a dictionary containing the current scope's local variables.
    ///
    /// NOTE: Whether or not updates to this dictionary will affect name lookups in
    /// the local scope and vice-versa is *implementation dependent* and not
    /// covered by any backwards compatibility guarantees.
    #[pyfunction("()")]
    fn locals() -> PyResult<Value> {
        minipy_vm::frame::current_locals()
    }

    /// Import a module.
    ///
    /// Because this function is meant for use by the Python
    /// interpreter and not for general use, it is better to use
    /// importlib.import_module() to programmatically import a module.
    ///
    /// The globals argument is only used to determine the context;
    /// they are not modified.  The locals argument is unused.  The fromlist
    /// should be a list of names to emulate ``from name import ...``, or an
    /// empty list to emulate ``import name``.
    /// When importing a module from a package, note that __import__('A.B', ...)
    /// returns package A when fromlist is empty, but its submodule B when
    /// fromlist is not empty.  The level argument is used to determine whether to
    /// perform absolute or relative imports: 0 is absolute, while a positive number
    /// is the number of parent directories to search relative to the current module.
    #[pyfunction("(name, globals=None, locals=None, fromlist=(), level=0)")]
    fn __import__(
        name: &Value,
        globals: Option<&Value>,
        locals: Option<&Value>,
        fromlist: Option<&Value>,
        level: i64,
    ) -> PyResult<Value> {
        let none = Value::NONE;
        let empty = minipy_vm::types::tuple::empty().into_value();
        crate::import::import(
            name,
            globals.unwrap_or(&none),
            locals.unwrap_or(&none),
            fromlist.unwrap_or(&empty),
            level,
        )
    }

    /// Call sys.breakpointhook(*args, **kws).
    ///
    /// sys.breakpointhook() must accept whatever arguments are passed.
    ///
    /// By default, this drops you into the pdb debugger.
    #[pyfunction("(*args, **kws)")]
    fn breakpoint(args: &[Value], kws: KwArgs<'_>) -> PyResult<Value> {
        let hook = crate::sys::get("breakpointhook")?
            .ok_or_else(|| exceptions::runtime_error("lost sys.breakpointhook"))?;
        crate::sys::audit("builtins.breakpoint", std::slice::from_ref(&hook))?;
        let keywords = PyDict::new_ref();
        for (name, value) in kws.iter() {
            keywords.set_str(name, value.clone())?;
        }
        protocol::call_kwargs(&hook, args, Some(&keywords))
    }
}

pub use functions::MODULE;
