//! Calling Python functions: making a frame and binding arguments to its locals.

use super::{FRAME_WORDS, Frame, Owner, eval, object, trampoline};
use crate::function::args::Args;
use crate::heap::Ref;
use crate::thread::{self, Thread};
use crate::types::code::PyCode;
use crate::types::dict::PyDict;
use crate::types::function::{PyFunction, PyNative};
use crate::types::generator;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol, stack};
use minipy_bytecode::code::flags;
use std::ptr;

/// Calls a Python function from native code.
pub fn call_function(function: &Ref<PyFunction>, args: Args<'_>) -> PyResult<Value> {
    let thread = thread::current();
    let frame = push_frame(thread, function.clone())?;
    let code = function.code();
    // SAFETY: the frame is fresh, with a local for each positional parameter; if binding fails it is taken down again.
    unsafe {
        if args.kwnames.is_empty() && code.takes_exactly(args.args.len()) {
            for (i, arg) in args.args.iter().enumerate() {
                *(*frame).localsplus().add(i) = arg.clone().into_bits();
            }
        } else if let Err(error) = bind(frame, function, args) {
            discard_frame(thread, frame);
            return Err(error);
        }
        (*frame).entry = true;
    }
    let result = match function.code().trampoline.get() {
        0 => eval::run(thread, frame)?,
        stub => trampoline::run(stub, thread, frame)?,
    };
    generator::wrap(thread, function.code(), result)
}

/// Calls anything from native code with arguments that move: into the frame of a Python function that takes just as many.
///
/// Inlined, so that they are written where they stay.
#[inline(always)]
pub fn call_moving<const N: usize>(callable: Value, args: [Value; N]) -> PyResult<Value> {
    let Some(function) = callable.downcast_exact::<PyFunction>() else {
        let args = Args::positional_only(&args);
        return match callable.downcast_exact::<PyNative>().map(|native| (native, &native.receiver)) {
            Some((native, Some(receiver))) => args.preceded_by(receiver, native.def.func),
            _ => protocol::call_args(&callable, args),
        };
    };
    if !function.code().runs_at_once(N) {
        return call_function(function, Args::positional_only(&args));
    }
    let thread = thread::current();
    // SAFETY: the frame takes the reference to the function over. It is fresh, with a local for each argument.
    let frame = unsafe {
        let frame = push_frame_moving(thread, function)?;
        std::mem::forget(callable);
        for (i, arg) in args.into_iter().enumerate() {
            // Volatile, so that they are moved one by one, as they were made.
            (*frame).localsplus().add(i).write_volatile(arg.into_bits());
        }
        (*frame).entry = true;
        frame
    };
    eval::run(thread, frame)
}

/// Calls a function without arguments in a namespace, as module and class bodies are.
pub(super) fn run_with_locals(function: &Ref<PyFunction>, locals: Option<Value>) -> PyResult<Value> {
    let _guard = stack::enter("")?;
    let thread = thread::current();
    let frame = push_frame(thread, function.clone())?;
    // SAFETY: the frame is fresh; if binding fails it is taken down again.
    unsafe {
        // `exec` takes any code object; parameters would be missing.
        if let Err(error) = bind(frame, function, Args::EMPTY) {
            discard_frame(thread, frame);
            return Err(error);
        }
        (*frame).locals = locals.map_or(0, Value::into_bits);
        (*frame).entry = true;
    }
    eval::run(thread, frame)
}

/// A new frame on top of the thread's, its locals empty. Counts against the recursion limit.
#[inline(always)]
pub fn push_frame(thread: &Thread, function: Ref<PyFunction>) -> PyResult<*mut Frame> {
    // SAFETY: the frame owns the function from here on, unless there is none.
    let frame = unsafe { push_frame_moving(thread, &function) }?;
    std::mem::forget(function);
    Ok(frame)
}

/// As [`push_frame`], for callers that hold the reference as a word.
///
/// # Safety
/// On success the frame has taken the reference over, and the caller must forget it.
#[inline(always)]
pub unsafe fn push_frame_moving(thread: &Thread, function: &Ref<PyFunction>) -> PyResult<*mut Frame> {
    // SAFETY: the caller's promise; the frame is fresh, with all its locals.
    unsafe {
        let frame = push_frame_unfilled(thread, function)?;
        fill_locals(frame, function.code(), ptr::null(), 0);
        Ok(frame)
    }
}

/// As [`push_frame_moving`], with the values of `count` words as first locals, which move there.
///
/// # Safety
/// As there; the function has as many locals, and on success the caller must forget the values.
#[inline(always)]
pub unsafe fn push_frame_filled(
    thread: &Thread,
    function: &Ref<PyFunction>,
    args: *const u64,
    count: usize,
) -> PyResult<*mut Frame> {
    // SAFETY: the caller's promise.
    unsafe {
        let frame = push_frame_unfilled(thread, function)?;
        fill_locals(frame, function.code(), args, count);
        Ok(frame)
    }
}

/// Writes a fresh frame's locals: `count` words from `args`, and zeros.
#[inline(always)]
unsafe fn fill_locals(frame: *mut Frame, code: &PyCode, args: *const u64, count: usize) {
    // SAFETY: the frame has room for its locals. Volatile, or else it becomes calls of `memcpy` and `memset`, which take longer
    // for the few locals that most functions have.
    unsafe {
        let first = (*frame).localsplus();
        for i in 0..count {
            first.add(i).write_volatile(*args.add(i));
        }
        for i in count..code.nlocalsplus as usize {
            first.add(i).write_volatile(0);
        }
    }
}

/// A new frame whose locals are yet to be written.
#[inline(always)]
unsafe fn push_frame_unfilled(thread: &Thread, function: &Ref<PyFunction>) -> PyResult<*mut Frame> {
    let code = function.code();
    let locals = code.nlocalsplus as usize;
    let left = thread.depth_left.get();
    if left <= 0 {
        return Err(too_deep(thread));
    }
    let frame = thread.data_stack.push(FRAME_WORDS + locals + code.stacksize as usize);
    if frame.is_null() {
        return Err(exceptions::memory_error());
    }
    thread.depth_left.set(left - 1);
    // SAFETY: the block is large enough.
    unsafe {
        init_frame(frame, function, thread.frame.get());
    }
    Ok(frame)
}

/// Writes the header of a frame, which takes over the reference to the function.
///
/// # Safety
/// `frame` has room for the function's frame.
#[inline(always)]
unsafe fn init_frame(frame: *mut Frame, function: &Ref<PyFunction>, previous: *mut Frame) {
    let code = function.code();
    // SAFETY: the caller's promise.
    unsafe {
        let locals = code.nlocalsplus as usize;
        code.header().incref();
        let ip = code.entry();
        ptr::write(
            frame,
            Frame {
                previous,
                code: code.as_ptr(),
                function: function.as_ptr(),
                locals: 0,
                object: 0,
                generator: ptr::null(),
                consts: code.consts_start(),
                ip,
                sp: ptr::null_mut(),
                return_offset: 0,
                owner: Owner::Thread,
                entry: false,
                indirect: false,
                constructs: false,
            },
        );
        (*frame).sp = (*frame).localsplus().add(locals);
    }
}

#[cold]
fn too_deep(thread: &Thread) -> exceptions::PyErr {
    // The error's own construction may need frames.
    thread.depth_left.set(thread.depth_left.get() + 50);
    let error = exceptions::recursion_error("maximum recursion depth exceeded");
    thread.depth_left.set(thread.depth_left.get() - 50);
    error
}

/// Takes down the frame on top of the thread's data stack.
///
/// # Safety
/// The frame has ended, or never ran.
#[inline(always)]
pub unsafe fn discard_frame(thread: &Thread, frame: *mut Frame) {
    thread.depth_left.set(thread.depth_left.get() + 1);
    // SAFETY: the caller gives the frame up.
    unsafe {
        if (*frame).object | (*frame).locals == 0 {
            object::drop_plain_frame(frame);
        } else {
            leave_to_object(frame);
        }
    }
    thread.data_stack.pop(frame);
}

/// Gives the record to its frame object if it has one that is still in use elsewhere; drops both otherwise.
///
/// # Safety
/// The call has ended.
#[cold]
#[inline(never)]
pub unsafe fn leave_to_object(frame: *mut Frame) {
    // SAFETY: `object` is an owned reference to the frame's object.
    unsafe {
        if (*frame).object == 0 {
            return object::drop_frame(frame);
        }
        let object = Value::from_bits(ptr::replace(&raw mut (*frame).object, 0));
        let shared = object.header().is_some_and(|h| h.refcount() > 1);
        let this = object.downcast_unchecked::<object::PyFrame>();
        if shared {
            (*frame).object = object.bits();
            this.take_over(frame);
        } else {
            object::drop_frame(frame);
            // Nobody can reach the record through the object any more.
            this.frame.set(ptr::null_mut());
        }
    }
}

/// Binds the arguments of a call to the frame's locals.
///
/// # Safety
/// `frame` is a fresh frame of `function`.
pub unsafe fn bind(frame: *mut Frame, function: &Ref<PyFunction>, args: Args<'_>) -> PyResult<()> {
    let code = function.code();
    // SAFETY: the fresh frame's locals.
    let locals = unsafe { std::slice::from_raw_parts_mut((*frame).localsplus(), code.nlocalsplus as usize) };
    let argcount = code.argcount as usize;
    let kwonly = code.kwonlyargcount as usize;
    let positional = args.positional();
    let taken = positional.len().min(argcount);
    for (local, arg) in locals.iter_mut().zip(&positional[..taken]) {
        *local = arg.clone().into_bits();
    }
    let has_varargs = code.has_flag(flags::CO_VARARGS);
    if has_varargs {
        locals[argcount + kwonly] = PyTuple::from_slice(&positional[taken..]).into_value().into_bits();
    }
    let extra = if code.has_flag(flags::CO_VARKEYWORDS) {
        let dict = PyDict::new_ref();
        locals[argcount + kwonly + usize::from(has_varargs)] = dict.to_value().into_bits();
        Some(dict)
    } else {
        None
    };
    for (name, value) in args.keywords() {
        bind_keyword(function, locals, name, value, extra.as_ref(), args.kwnames)?;
    }
    if positional.len() > argcount && !has_varargs {
        return Err(too_many_positional(function, positional.len(), locals));
    }
    if positional.len() < argcount {
        fill_defaults(function, locals, positional.len())?;
    }
    if kwonly > 0 {
        fill_keyword_only(function, &mut locals[argcount..argcount + kwonly])?;
    }
    Ok(())
}

fn bind_keyword(
    function: &PyFunction,
    locals: &mut [u64],
    name: &StrRef,
    value: &Value,
    extra: Option<&crate::DictRef>,
    given: &[Value],
) -> PyResult<()> {
    let code = function.code();
    let posonly = code.object.posonlyargcount as usize;
    let named = code.argcount as usize + code.kwonlyargcount as usize;
    let names = &code.locals[..named];
    let find = |range: std::ops::Range<usize>| -> Option<usize> {
        let start = range.start;
        let by_identity = names[range.clone()].iter().position(|n| n.is(name));
        by_identity.or_else(|| names[range].iter().position(|n| n.eq(name))).map(|i| i + start)
    };
    if let Some(index) = find(posonly..named) {
        if locals[index] != 0 {
            return Err(exceptions::type_error(format!(
                "{}() got multiple values for argument '{name}'",
                function.qualname.get()
            )));
        }
        locals[index] = value.clone().into_bits();
        return Ok(());
    }
    if let Some(extra) = extra {
        return extra.set_str(name, value.clone());
    }
    if find(0..posonly).is_some() {
        return Err(positional_only_by_keyword(function, given));
    }
    let parameters: Vec<String> = names[posonly..].iter().map(|n| n.to_string_lossy()).collect();
    let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
    let called = format!("{}()", function.qualname.get());
    Err(exceptions::unexpected_keyword(&called, &name.to_string_lossy(), &parameters))
}

/// The error for positional-only parameters among the `given` keywords; it names them all.
fn positional_only_by_keyword(function: &PyFunction, given: &[Value]) -> exceptions::PyErr {
    let code = function.code();
    let parameters = &code.locals[..code.object.posonlyargcount as usize];
    let is_given = |name: &StrRef| given.iter().any(|g| g.downcast::<PyStr>().is_some_and(|g| g.eq(name)));
    let names: Vec<String> = parameters.iter().filter(|n| is_given(n)).map(|n| n.to_string_lossy()).collect();
    exceptions::type_error(format!(
        "{}() got some positional-only arguments passed as keyword arguments: '{}'",
        function.qualname.get(),
        names.join(", ")
    ))
}

fn fill_defaults(function: &PyFunction, locals: &mut [u64], given: usize) -> PyResult<()> {
    let argcount = function.code().argcount as usize;
    let defaults = function.defaults.get();
    let ndefaults = defaults.as_ref().map_or(0, |d| d.len());
    let required = argcount.saturating_sub(ndefaults);
    let missing: Vec<usize> = (given.min(required)..required).filter(|&i| locals[i] == 0).collect();
    if !missing.is_empty() {
        return Err(missing_arguments(function, &missing, "positional"));
    }
    if let Some(defaults) = defaults {
        // More defaults than parameters: the last ones count.
        let skip = ndefaults.saturating_sub(argcount);
        for (i, default) in defaults[skip..].iter().enumerate() {
            let local = &mut locals[required + i];
            if *local == 0 {
                *local = default.clone().into_bits();
            }
        }
    }
    Ok(())
}

fn fill_keyword_only(function: &PyFunction, locals: &mut [u64]) -> PyResult<()> {
    let code = function.code();
    let first = code.argcount as usize;
    let mut missing = Vec::new();
    for (i, local) in locals.iter_mut().enumerate() {
        if *local != 0 {
            continue;
        }
        match function.kwdefault(&code.locals[first + i]) {
            Some(default) => *local = default.into_bits(),
            None => missing.push(first + i),
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing_arguments(function, &missing, "keyword-only")) }
}

#[cold]
fn missing_arguments(function: &PyFunction, missing: &[usize], kind: &str) -> exceptions::PyErr {
    let names: Vec<String> = missing.iter().map(|&i| format!("'{}'", function.code().locals[i])).collect();
    let list = match &names[..] {
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [head @ .., last] => format!("{}, and {last}", head.join(", ")),
        [] => String::new(),
    };
    exceptions::type_error(format!(
        "{}() missing {} required {kind} argument{}: {list}",
        function.qualname.get(),
        names.len(),
        if names.len() == 1 { "" } else { "s" }
    ))
}

#[cold]
fn too_many_positional(function: &PyFunction, given: usize, locals: &[u64]) -> exceptions::PyErr {
    let code = function.code();
    let argcount = code.argcount as usize;
    let kwonly = code.kwonlyargcount as usize;
    let kwonly_given = locals[argcount..argcount + kwonly].iter().filter(|&&l| l != 0).count();
    let defaults = function.defaults.get().map_or(0, |d| d.len());
    let (takes, plural) = if defaults > 0 {
        (format!("from {} to {argcount}", argcount - defaults.min(argcount)), true)
    } else {
        (argcount.to_string(), argcount != 1)
    };
    let kwonly_note = if kwonly_given > 0 {
        format!(
            " positional argument{} (and {kwonly_given} keyword-only argument{})",
            if given == 1 { "" } else { "s" },
            if kwonly_given == 1 { "" } else { "s" }
        )
    } else {
        String::new()
    };
    exceptions::type_error(format!(
        "{}() takes {takes} positional argument{} but {given}{kwonly_note} {} given",
        function.qualname.get(),
        if plural { "s" } else { "" },
        if given == 1 && kwonly_given == 0 { "was" } else { "were" }
    ))
}

/// A keyword argument's name as a str, for calls with `**mapping`.
pub fn keyword_name(name: &Value) -> PyResult<&StrRef> {
    name.downcast::<PyStr>().ok_or_else(|| exceptions::type_error("keywords must be strings"))
}
