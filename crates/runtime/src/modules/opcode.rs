//! `_opcode`: what `dis` and `opcode` ask about instructions.

use minipy_bytecode::opcode::{self, Flags};
use minipy_macros::pymodule;
use minipy_vm::types::code::PyCode;
use minipy_vm::{PyList, PyResult, PyTuple, Value, exceptions, protocol};

const INTRINSICS_1: [&str; 12] = [
    "INTRINSIC_1_INVALID",
    "INTRINSIC_PRINT",
    "INTRINSIC_IMPORT_STAR",
    "INTRINSIC_STOPITERATION_ERROR",
    "INTRINSIC_ASYNC_GEN_WRAP",
    "INTRINSIC_UNARY_POSITIVE",
    "INTRINSIC_LIST_TO_TUPLE",
    "INTRINSIC_TYPEVAR",
    "INTRINSIC_PARAMSPEC",
    "INTRINSIC_TYPEVARTUPLE",
    "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
];

const INTRINSICS_2: [&str; 6] = [
    "INTRINSIC_2_INVALID",
    "INTRINSIC_PREP_RERAISE_STAR",
    "INTRINSIC_TYPEVAR_WITH_BOUND",
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
    "INTRINSIC_SET_TYPEPARAM_DEFAULT",
];

/// Operators by the operand of BINARY_OP; from 13 on the same in place.
const OPERATORS: [(&str, &str); 13] = [
    ("ADD", "+"),
    ("AND", "&"),
    ("FLOOR_DIVIDE", "//"),
    ("LSHIFT", "<<"),
    ("MATRIX_MULTIPLY", "@"),
    ("MULTIPLY", "*"),
    ("REMAINDER", "%"),
    ("OR", "|"),
    ("POWER", "**"),
    ("RSHIFT", ">>"),
    ("SUBTRACT", "-"),
    ("TRUE_DIVIDE", "/"),
    ("XOR", "^"),
];

fn strings(texts: &[&str]) -> Value {
    PyList::from_vec(texts.iter().map(|&text| Value::from(text)).collect()).into_value()
}

fn has(number: i32, flag: Flags) -> bool {
    info(number).is_some_and(|info| info.flags.contains(flag))
}

fn info(number: i32) -> Option<&'static opcode::OpcodeInfo> {
    opcode::OpcodeInfo::get(u16::try_from(number).ok()?)
}

/// Opcode support module.
#[pymodule(name = "_opcode")]
pub mod functions {
    use super::*;

    #[pyattr]
    const ENABLE_SPECIALIZATION: i64 = 1;
    #[pyattr]
    const ENABLE_SPECIALIZATION_FT: i64 = 1;

    /// Compute the stack effect of the opcode.
    #[pyfunction("(opcode, oparg=None, /, *, jump=None)")]
    fn stack_effect(opcode: i32, oparg: Option<Value>, jump: Option<Value>) -> PyResult<i64> {
        let oparg = match oparg.filter(|v| !v.is_none()) {
            Some(value) => protocol::index_to_i64(&value)?.and_then(|n| u32::try_from(n).ok()),
            None => Some(0),
        };
        let jump = match jump.filter(|v| !v.is_none()) {
            None => None,
            Some(value) => match value.as_bool() {
                Some(jump) => Some(jump),
                None => {
                    return Err(exceptions::value_error("stack_effect: jump must be False, True or None"));
                }
            },
        };
        let invalid = || exceptions::value_error("invalid opcode or oparg");
        let info = info(opcode).ok_or_else(invalid)?;
        let oparg = oparg.ok_or_else(invalid)?;
        opcode::stack_effect(info.number, oparg, jump).ok_or_else(invalid)
    }

    /// Return True if opcode is valid, False otherwise.
    #[pyfunction("(opcode)")]
    fn is_valid(opcode: i32) -> bool {
        info(opcode).is_some()
    }

    /// Return True if the opcode uses its oparg, False otherwise.
    #[pyfunction("(opcode)")]
    fn has_arg(opcode: i32) -> bool {
        has(opcode, Flags::ARG)
    }

    /// Return True if the opcode accesses a constant, False otherwise.
    #[pyfunction("(opcode)")]
    fn has_const(opcode: i32) -> bool {
        has(opcode, Flags::CONST)
    }

    /// Return True if the opcode accesses an attribute by name, False otherwise.
    #[pyfunction("(opcode)")]
    fn has_name(opcode: i32) -> bool {
        has(opcode, Flags::NAME)
    }

    /// Return True if the opcode has a jump target, False otherwise.
    #[pyfunction("(opcode)")]
    fn has_jump(opcode: i32) -> bool {
        has(opcode, Flags::JUMP)
    }

    /// Return True if the opcode accesses a free variable, False otherwise.
    ///
    /// Note that 'free' in this context refers to names in the current scope
    /// that are referenced by inner scopes or names in outer scopes that are
    /// referenced from this scope. It does not include references to global
    /// or builtin scopes.
    #[pyfunction("(opcode)")]
    fn has_free(opcode: i32) -> bool {
        has(opcode, Flags::FREE)
    }

    /// Return True if the opcode accesses a local variable, False otherwise.
    #[pyfunction("(opcode)")]
    fn has_local(opcode: i32) -> bool {
        has(opcode, Flags::LOCAL)
    }

    /// Return True if the opcode sets an exception handler, False otherwise.
    #[pyfunction("(opcode)")]
    fn has_exc(opcode: i32) -> bool {
        has(opcode, Flags::EXC)
    }

    /// Return the specialization stats
    #[pyfunction("()")]
    fn get_specialization_stats() {}

    /// Return array of symbols of binary ops.
    ///
    /// Indexed by the BINARY_OP oparg value.
    #[pyfunction("()")]
    fn get_nb_ops() -> Value {
        let pair = |name: String, symbol: String| {
            PyTuple::from_array([Value::from(name), Value::from(symbol)]).into_value()
        };
        let mut all: Vec<Value> =
            OPERATORS.iter().map(|(name, symbol)| pair(format!("NB_{name}"), (*symbol).to_owned())).collect();
        all.extend(
            OPERATORS.iter().map(|(name, symbol)| pair(format!("NB_INPLACE_{name}"), format!("{symbol}="))),
        );
        all.push(pair("NB_SUBSCR".to_owned(), "[]".to_owned()));
        PyList::from_vec(all).into_value()
    }

    /// Return a list of names of the unary intrinsics.
    #[pyfunction("()")]
    fn get_intrinsic1_descs() -> Value {
        strings(&INTRINSICS_1)
    }

    /// Return a list of names of the binary intrinsics.
    #[pyfunction("()")]
    fn get_intrinsic2_descs() -> Value {
        strings(&INTRINSICS_2)
    }

    /// Return a list of special method names.
    #[pyfunction("()")]
    fn get_special_method_names() -> Value {
        strings(&["__enter__", "__exit__", "__aenter__", "__aexit__"])
    }

    /// Return the executor object at offset in code if exists, None otherwise.
    #[pyfunction("(code, offset)")]
    fn get_executor(code: &Value, _offset: i32) -> PyResult<()> {
        if code.downcast::<PyCode>().is_none() {
            return Err(exceptions::type_error(format!(
                "expected a code object, not '{}'",
                code.type_name()
            )));
        }
        Err(exceptions::value_error("no executor at given byte offset"))
    }
}
