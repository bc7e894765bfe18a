//! The exception classes that share their base's layout.

use super::PyBaseException;
use crate::heap::Payload;
use crate::macros_support::{ClassCell, ClassDef, ClassFlags};
use crate::types::typeobj::TypeRef;

macro_rules! exception_classes {
    ($($getter:ident = $name:literal: $base:expr, $doc:literal;)*) => {
        $(
            #[doc = concat!("The class `", $name, "`.")]
            pub fn $getter() -> &'static TypeRef {
                static DEF: ClassDef = ClassDef {
                    name: $name,
                    module: "builtins",
                    doc: Some($doc),
                    text_signature: None,
                    flags: ClassFlags(ClassFlags::BASETYPE | ClassFlags::GC | ClassFlags::DICT | ClassFlags::SHARED_LAYOUT),
                    class: $getter,
                    base: Some($base),
                    payload: PyBaseException::INFO,
                    members: &[],
                };
                static CELL: ClassCell = ClassCell::new();
                CELL.get_or_init(&DEF)
            }
        )*
        /// Every class defined here, bases first.
        pub const SIMPLE_CLASSES: &[fn() -> &'static TypeRef] = &[$($getter),*];
    };
}

/// The class `BaseException`.
pub fn base_exception_class() -> &'static TypeRef {
    PyBaseException::class()
}

exception_classes! {
    exception_class = "Exception": base_exception_class, "Common base class for all non-exit exceptions.";
    generator_exit_class = "GeneratorExit": base_exception_class, "Request that a generator exit.";
    keyboard_interrupt_class = "KeyboardInterrupt": base_exception_class, "Program interrupted by user.";
    arithmetic_error_class = "ArithmeticError": exception_class, "Base class for arithmetic errors.";
    floating_point_error_class = "FloatingPointError": arithmetic_error_class, "Floating-point operation failed.";
    overflow_error_class = "OverflowError": arithmetic_error_class, "Result too large to be represented.";
    zero_division_error_class = "ZeroDivisionError": arithmetic_error_class, "Second argument to a division or modulo operation was zero.";
    assertion_error_class = "AssertionError": exception_class, "Assertion failed.";
    buffer_error_class = "BufferError": exception_class, "Buffer error.";
    eof_error_class = "EOFError": exception_class, "Read beyond end of file.";
    lookup_error_class = "LookupError": exception_class, "Base class for lookup errors.";
    index_error_class = "IndexError": lookup_error_class, "Sequence index out of range.";
    memory_error_class = "MemoryError": exception_class, "Out of memory.";
    reference_error_class = "ReferenceError": exception_class, "Weak ref proxy used after referent went away.";
    runtime_error_class = "RuntimeError": exception_class, "Unspecified run-time error.";
    not_implemented_error_class = "NotImplementedError": runtime_error_class, "Method or function hasn't been implemented yet.";
    recursion_error_class = "RecursionError": runtime_error_class, "Recursion limit exceeded.";
    python_finalization_error_class = "PythonFinalizationError": runtime_error_class, "Operation blocked during Python finalization.";
    stop_async_iteration_class = "StopAsyncIteration": exception_class, "Signal the end from iterator.__anext__().";
    system_error_class = "SystemError": exception_class, "Internal error in the Python interpreter.\n\nPlease report this to the Python maintainer, along with the traceback,\nthe Python version, and the hardware/OS platform and version.";
    type_error_class = "TypeError": exception_class, "Inappropriate argument type.";
    value_error_class = "ValueError": exception_class, "Inappropriate argument value (of correct type).";
    unicode_error_class = "UnicodeError": value_error_class, "Unicode related error.";
    warning_class = "Warning": exception_class, "Base class for warning categories.";
    bytes_warning_class = "BytesWarning": warning_class, "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or comparing to str.";
    deprecation_warning_class = "DeprecationWarning": warning_class, "Base class for warnings about deprecated features.";
    encoding_warning_class = "EncodingWarning": warning_class, "Base class for warnings about encodings.";
    future_warning_class = "FutureWarning": warning_class, "Base class for warnings about constructs that will change semantically\nin the future.";
    import_warning_class = "ImportWarning": warning_class, "Base class for warnings about probable mistakes in module imports";
    pending_deprecation_warning_class = "PendingDeprecationWarning": warning_class, "Base class for warnings about features which will be deprecated\nin the future.";
    resource_warning_class = "ResourceWarning": warning_class, "Base class for warnings about resource usage.";
    runtime_warning_class = "RuntimeWarning": warning_class, "Base class for warnings about dubious runtime behavior.";
    syntax_warning_class = "SyntaxWarning": warning_class, "Base class for warnings about dubious syntax.";
    unicode_warning_class = "UnicodeWarning": warning_class, "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems.";
    stop_iteration_class = "StopIteration": exception_class, "Signal the end from iterator.__next__().";
    system_exit_class = "SystemExit": base_exception_class, "Request to exit from the interpreter.";
    attribute_error_class = "AttributeError": exception_class, "Attribute not found.";
    name_error_class = "NameError": exception_class, "Name not found globally.";
    unbound_local_error_class = "UnboundLocalError": name_error_class, "Local name referenced but not bound to a value.";
    key_error_class = "KeyError": lookup_error_class, "Mapping key not found.";
    import_error_class = "ImportError": exception_class, "Import can't find module, or can't find name in module.";
    module_not_found_error_class = "ModuleNotFoundError": import_error_class, "Module not found.";
    os_error_class = "OSError": exception_class, "Base class for I/O related errors.";
    base_exception_group_class = "BaseExceptionGroup": base_exception_class, "A combination of multiple unrelated exceptions.";
    user_warning_class = "UserWarning": warning_class, "Base class for warnings generated by user code.";
}
