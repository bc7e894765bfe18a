//! The exception classes that share their base's layout.

use super::{
    PyAttributeError, PyBaseException, PyBaseExceptionGroup, PyImportError, PyNameError, PyOSError,
    PyStopIteration, PySyntaxError, PySystemExit, PyUnicodeDecodeError, PyUnicodeEncodeError,
    PyUnicodeTranslateError,
};
use crate::heap::Payload;
use crate::macros_support::{ClassCell, ClassDef, ClassFlags, Members};
use crate::slots::Slots;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, protocol};

/// Each class with `BaseException`'s payload has a constructor of its own name.
const OWN_NEW: &Members = &Members {
    methods: &[],
    getset: &[],
    attrs: &[],
    slots: Some(|slots: &mut Slots| slots.new = PyBaseException::class().slots().new),
    text_signature: None,
};

/// `str()` of a KeyError shows the key as `repr` does, so that an empty string can be seen.
const KEY_ERROR: &Members = &Members {
    methods: &[],
    getset: &[],
    attrs: &[],
    slots: Some(|slots: &mut Slots| slots.str = Some(key_error_str)),
    text_signature: None,
};

fn key_error_str(zelf: &Value) -> PyResult<Value> {
    let this = crate::macros_support::receiver::<PyBaseException>(zelf);
    let args = this.args.get();
    let text = match &args[..] {
        [key] => protocol::repr(key)?,
        _ => super::methods::str_of_args(this)?,
    };
    Ok(text.into_value())
}

macro_rules! exception_classes {
    ($($(#$members:ident)? $(@$payload:ident)? $getter:ident = $name:literal: $base:expr, $doc:literal;)*) => {
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
                    metaclass: None,
                    payload: payload_info!($($payload)?),
                    members: members!($($members)? ; $($payload)?),
                };
                static CELL: ClassCell = ClassCell::new();
                CELL.get_or_init(&DEF)
            }
        )*
        /// Every class defined here, bases first.
        pub const SIMPLE_CLASSES: &[fn() -> &'static TypeRef] = &[$($getter),*];
    };
}

macro_rules! payload_info {
    () => {
        PyBaseException::INFO
    };
    ($payload:ident) => {
        $payload::INFO
    };
}

macro_rules! members {
    (;) => {
        &[OWN_NEW]
    };
    (; $payload:ident) => {
        &[]
    };
    ($members:ident ;) => {
        &[$members]
    };
}

/// Classes with a payload of their own.
macro_rules! payload_classes {
    ($($getter:ident = $payload:ident;)*) => {
        $(
            #[doc = concat!("The class of `", stringify!($payload), "`.")]
            #[inline]
            pub fn $getter() -> &'static TypeRef {
                $payload::class()
            }
        )*
        /// Every such class.
        pub const PAYLOAD_CLASSES: &[fn() -> &'static TypeRef] = &[$($getter),*];
    };
}

payload_classes! {
    base_exception_class = PyBaseException;
    stop_iteration_class = PyStopIteration;
    system_exit_class = PySystemExit;
    attribute_error_class = PyAttributeError;
    name_error_class = PyNameError;
    import_error_class = PyImportError;
    os_error_class = PyOSError;
    syntax_error_class = PySyntaxError;
    unicode_encode_error_class = PyUnicodeEncodeError;
    unicode_decode_error_class = PyUnicodeDecodeError;
    unicode_translate_error_class = PyUnicodeTranslateError;
    base_exception_group_class = PyBaseExceptionGroup;
}

/// Every exception class of `builtins` by name, aliases included.
pub fn all_classes() -> Vec<(String, &'static TypeRef)> {
    let classes = PAYLOAD_CLASSES.iter().chain(SIMPLE_CLASSES).map(|class| class());
    let mut all: Vec<_> =
        classes.chain([super::group::exception_group_class()]).map(|class| (class.name(), class)).collect();
    all.extend(["IOError", "EnvironmentError"].map(|alias| (alias.to_owned(), os_error_class())));
    all
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
    @PyNameError unbound_local_error_class = "UnboundLocalError": name_error_class, "Local name referenced but not bound to a value.";
    #KEY_ERROR key_error_class = "KeyError": lookup_error_class, "Mapping key not found.";
    @PyImportError module_not_found_error_class = "ModuleNotFoundError": import_error_class, "Module not found.";
    user_warning_class = "UserWarning": warning_class, "Base class for warnings generated by user code.";
    @PyOSError connection_error_class = "ConnectionError": os_error_class, "Connection error.";
    @PyOSError blocking_io_error_class = "BlockingIOError": os_error_class, "I/O operation would block.";
    @PyOSError broken_pipe_error_class = "BrokenPipeError": connection_error_class, "Broken pipe.";
    @PyOSError child_process_error_class = "ChildProcessError": os_error_class, "Child process error.";
    @PyOSError connection_aborted_error_class = "ConnectionAbortedError": connection_error_class, "Connection aborted.";
    @PyOSError connection_refused_error_class = "ConnectionRefusedError": connection_error_class, "Connection refused.";
    @PyOSError connection_reset_error_class = "ConnectionResetError": connection_error_class, "Connection reset.";
    @PyOSError file_exists_error_class = "FileExistsError": os_error_class, "File already exists.";
    @PyOSError file_not_found_error_class = "FileNotFoundError": os_error_class, "File not found.";
    @PyOSError is_a_directory_error_class = "IsADirectoryError": os_error_class, "Operation doesn't work on directories.";
    @PyOSError not_a_directory_error_class = "NotADirectoryError": os_error_class, "Operation only works on directories.";
    @PyOSError interrupted_error_class = "InterruptedError": os_error_class, "Interrupted by signal.";
    @PyOSError permission_error_class = "PermissionError": os_error_class, "Not enough permissions.";
    @PyOSError process_lookup_error_class = "ProcessLookupError": os_error_class, "Process not found.";
    @PyOSError timeout_error_class = "TimeoutError": os_error_class, "Timeout expired.";
    @PySyntaxError indentation_error_class = "IndentationError": syntax_error_class, "Improper indentation.";
    @PySyntaxError tab_error_class = "TabError": indentation_error_class, "Improper mixture of spaces and tabs.";
    @PySyntaxError incomplete_input_error_class = "_IncompleteInputError": syntax_error_class, "incomplete input.";
}

/// Defines an exception class of a native module: a function that gives the class. Its layout is that of `Exception` unless a
/// payload is named, that of the base class.
#[macro_export]
macro_rules! module_exception {
    ($(#[$meta:meta])* $getter:ident = $module:literal, $name:literal: $base:expr, $doc:expr) => {
        $crate::module_exception! {
            $(#[$meta])* $getter = $module, $name: $base => $crate::exceptions::PyBaseException, $doc
        }
    };
    ($(#[$meta:meta])* $getter:ident = $module:literal, $name:literal: $base:expr => $payload:ty, $doc:expr) => {
        $(#[$meta])*
        pub fn $getter() -> &'static $crate::TypeRef {
            use $crate::macros_support::{ClassCell, ClassDef, ClassFlags};
            static DEF: ClassDef = ClassDef {
                name: $name,
                module: $module,
                doc: $doc,
                text_signature: None,
                flags: ClassFlags(
                    ClassFlags::BASETYPE
                        | ClassFlags::GC
                        | ClassFlags::DICT
                        | ClassFlags::HEAP
                        | ClassFlags::SHARED_LAYOUT,
                ),
                class: $getter,
                base: Some($base),
                metaclass: None,
                payload: <$payload as $crate::Payload>::INFO,
                members: &[],
            };
            static CELL: ClassCell = ClassCell::new();
            CELL.get_or_init(&DEF)
        }
    };
}
