//! The eval loop: dispatch over the private code. Handlers are in `ops`, a file per family.

use super::ops::State;
use super::{Frame, bind, breaker};
use crate::exceptions::PyErr;
use crate::thread::Thread;
use crate::value::Value;
use crate::{PyResult, stack};
use minipy_bytecode::Opcode as O;

/// How control leaves the inner loop.
pub(super) enum Exit {
    /// The entry frame returned or yielded.
    Done(Value),
    /// An exception was raised by the current instruction.
    Raised(PyErr),
}

/// Runs `entry` until it returns, yields or raises. The frame is on top of the thread's and marked as entry frame.
pub fn run(thread: &'static Thread, entry: *mut Frame) -> PyResult<Value> {
    if let Err(error) = stack::enter("") {
        // SAFETY: the frame has not run.
        unsafe { super::ops::abandon(thread, entry) };
        return Err(error);
    }
    // SAFETY: the frame is fresh or suspended, and nobody else runs it.
    finish(unsafe { State::enter(thread, entry) })
}

/// Continues a suspended frame by raising `error` at the instruction where it waits.
pub fn throw_into(thread: &'static Thread, entry: *mut Frame, error: PyErr) -> PyResult<Value> {
    // SAFETY: the frame is suspended behind the instruction that raises now.
    let mut s = unsafe { State::enter(thread, entry) };
    s.step_back();
    match s.handle(error) {
        Some(error) => Err(error),
        None => finish(s),
    }
}

fn finish(mut s: State) -> PyResult<Value> {
    loop {
        match dispatch(&mut s) {
            Exit::Done(value) => return Ok(value),
            Exit::Raised(error) => {
                if let Some(error) = s.handle(error) {
                    return Err(error);
                }
            }
        }
    }
}

/// The instruction at `ip` as (opcode, operand).
macro_rules! fetch {
    ($s:ident) => {{
        // SAFETY: verified code never runs off its end.
        let word = unsafe { *$s.ip };
        (word as u16, (word >> 32) as u32)
    }};
}

/// Runs instructions until the entry frame is done or one raises.
#[inline(always)]
fn dispatch(state: &mut State) -> Exit {
    // A local copy keeps the registers out of memory.
    let mut s = *state;
    let exit = 'run: {
        /// Runs a handler and steps over the instruction's `$caches` cache words.
        macro_rules! step {
            ($caches:literal, $call:expr) => {{
                match $call {
                    Ok(()) => s.skip(1 + $caches),
                    Err(error) => break 'run Exit::Raised(error),
                }
            }};
        }
        /// Runs a handler that sets `ip` itself.
        macro_rules! jump {
            ($call:expr) => {{
                if let Err(error) = $call {
                    break 'run Exit::Raised(error);
                }
            }};
        }
        /// Runs a handler that may end the entry frame.
        macro_rules! leave {
            ($call:expr) => {{
                match $call {
                    Ok(None) => {}
                    Ok(Some(value)) => break 'run Exit::Done(value),
                    Err(error) => break 'run Exit::Raised(error),
                }
            }};
        }
        loop {
            let (opcode, arg) = fetch!(s);
            const fn n(opcode: O) -> u16 {
                opcode as u16
            }
            match opcode {
                x if x == n(O::NOP) || x == n(O::NOT_TAKEN) || x == n(O::EXTENDED_ARG) => s.skip(1),
                x if x == n(O::RESUME) => step!(0, check_breaker(&mut s, arg)),
                // Stack and locals.
                x if x == n(O::LOAD_FAST) || x == n(O::LOAD_FAST_BORROW) => {
                    s.load_fast(arg);
                    s.skip(1);
                }
                x if x == n(O::LOAD_FAST_CHECK) => step!(0, s.load_fast_check(arg)),
                x if x == n(O::LOAD_FAST_AND_CLEAR) => {
                    s.load_fast_and_clear(arg);
                    s.skip(1);
                }
                x if x == n(O::LOAD_FAST_LOAD_FAST) || x == n(O::LOAD_FAST_BORROW_LOAD_FAST_BORROW) => {
                    s.load_fast(arg >> 4);
                    s.load_fast(arg & 15);
                    s.skip(1);
                }
                x if x == n(O::STORE_FAST) => {
                    s.store_fast(arg);
                    s.skip(1);
                }
                x if x == n(O::STORE_FAST_LOAD_FAST) => {
                    s.store_fast(arg >> 4);
                    s.load_fast(arg & 15);
                    s.skip(1);
                }
                x if x == n(O::STORE_FAST_STORE_FAST) => {
                    s.store_fast(arg >> 4);
                    s.store_fast(arg & 15);
                    s.skip(1);
                }
                x if x == n(O::DELETE_FAST) => step!(0, s.delete_fast(arg)),
                x if x == n(O::LOAD_CONST) => {
                    s.load_const(arg);
                    s.skip(1);
                }
                x if x == n(O::LOAD_SMALL_INT) => {
                    s.push(Value::small_int(i64::from(arg)));
                    s.skip(1);
                }
                x if x == n(O::LOAD_COMMON_CONSTANT) => step!(0, s.load_common_constant(arg)),
                x if x == n(O::POP_TOP) || x == n(O::POP_ITER) || x == n(O::END_FOR) => {
                    s.pop_top();
                    s.skip(1);
                }
                x if x == n(O::PUSH_NULL) => {
                    s.push_null();
                    s.skip(1);
                }
                x if x == n(O::COPY) => {
                    s.copy(arg);
                    s.skip(1);
                }
                x if x == n(O::SWAP) => {
                    s.swap(arg);
                    s.skip(1);
                }
                x if x == n(O::END_SEND) => {
                    s.end_send();
                    s.skip(1);
                }
                // Operators.
                x if x == n(O::BINARY_OP) => step!(5, s.binary_op(arg)),
                x if x == n(O::COMPARE_OP) => step!(1, s.compare_op(arg)),
                x if x == n(O::CONTAINS_OP) => step!(1, s.contains_op(arg)),
                x if x == n(O::IS_OP) => {
                    s.is_op(arg);
                    s.skip(1);
                }
                x if x == n(O::TO_BOOL) => step!(3, s.to_bool()),
                x if x == n(O::UNARY_NOT) => {
                    s.unary_not();
                    s.skip(1);
                }
                x if x == n(O::UNARY_NEGATIVE) => step!(0, s.unary_negative()),
                x if x == n(O::UNARY_INVERT) => step!(0, s.unary_invert()),
                x if x == n(O::BINARY_SLICE) => step!(0, s.binary_slice()),
                x if x == n(O::STORE_SLICE) => step!(0, s.store_slice()),
                x if x == n(O::STORE_SUBSCR) => step!(1, s.store_subscr()),
                x if x == n(O::DELETE_SUBSCR) => step!(0, s.delete_subscr()),
                // Jumps.
                x if x == n(O::JUMP_FORWARD) => s.skip(1 + arg as usize),
                x if x == n(O::JUMP_BACKWARD) => {
                    s.jump_back(2, arg);
                    if breaker::is_set() {
                        jump!(s.serve_breaker());
                    }
                }
                x if x == n(O::JUMP_BACKWARD_NO_INTERRUPT) => s.jump_back(1, arg),
                x if x == n(O::POP_JUMP_IF_FALSE) => s.pop_jump_if(false, arg),
                x if x == n(O::POP_JUMP_IF_TRUE) => s.pop_jump_if(true, arg),
                x if x == n(O::POP_JUMP_IF_NONE) => s.pop_jump_if_none(true, arg),
                x if x == n(O::POP_JUMP_IF_NOT_NONE) => s.pop_jump_if_none(false, arg),
                // Names.
                x if x == n(O::LOAD_GLOBAL) => step!(4, s.load_global(arg)),
                x if x == n(O::LOAD_NAME) => step!(0, s.load_name(arg)),
                x if x == n(O::STORE_NAME) => step!(0, s.store_name(arg)),
                x if x == n(O::DELETE_NAME) => step!(0, s.delete_name(arg)),
                x if x == n(O::STORE_GLOBAL) => step!(0, s.store_global(arg)),
                x if x == n(O::DELETE_GLOBAL) => step!(0, s.delete_global(arg)),
                x if x == n(O::LOAD_LOCALS) => step!(0, s.load_locals()),
                x if x == n(O::LOAD_FROM_DICT_OR_GLOBALS) => step!(0, s.load_from_dict_or_globals(arg)),
                x if x == n(O::LOAD_FROM_DICT_OR_DEREF) => step!(0, s.load_from_dict_or_deref(arg)),
                x if x == n(O::LOAD_BUILD_CLASS) => step!(0, s.load_build_class()),
                x if x == n(O::SETUP_ANNOTATIONS) => step!(0, s.setup_annotations()),
                x if x == n(O::MAKE_CELL) => {
                    s.make_cell(arg);
                    s.skip(1);
                }
                x if x == n(O::COPY_FREE_VARS) => {
                    s.copy_free_vars(arg);
                    s.skip(1);
                }
                x if x == n(O::LOAD_DEREF) => step!(0, s.load_deref(arg)),
                x if x == n(O::STORE_DEREF) => {
                    s.store_deref(arg);
                    s.skip(1);
                }
                x if x == n(O::DELETE_DEREF) => step!(0, s.delete_deref(arg)),
                // Attributes.
                x if x == n(O::LOAD_ATTR) => step!(9, s.load_attr(arg)),
                x if x == n(O::STORE_ATTR) => step!(4, s.store_attr(arg)),
                x if x == n(O::DELETE_ATTR) => step!(0, s.delete_attr(arg)),
                x if x == n(O::LOAD_SUPER_ATTR) => step!(1, s.load_super_attr(arg)),
                x if x == n(O::LOAD_SPECIAL) => step!(0, s.load_special(arg)),
                // Building.
                x if x == n(O::BUILD_TUPLE) => {
                    s.build_tuple(arg);
                    s.skip(1);
                }
                x if x == n(O::BUILD_LIST) => {
                    s.build_list(arg);
                    s.skip(1);
                }
                x if x == n(O::BUILD_SET) => step!(0, s.build_set(arg)),
                x if x == n(O::BUILD_MAP) => step!(0, s.build_map(arg)),
                x if x == n(O::BUILD_SLICE) => {
                    s.build_slice(arg);
                    s.skip(1);
                }
                x if x == n(O::BUILD_STRING) => {
                    s.build_string(arg);
                    s.skip(1);
                }
                x if x == n(O::BUILD_INTERPOLATION) => step!(0, s.build_interpolation(arg)),
                x if x == n(O::BUILD_TEMPLATE) => step!(0, s.build_template()),
                x if x == n(O::LIST_APPEND) => {
                    s.list_append(arg);
                    s.skip(1);
                }
                x if x == n(O::LIST_EXTEND) => step!(0, s.list_extend(arg)),
                x if x == n(O::SET_ADD) => step!(0, s.set_add(arg)),
                x if x == n(O::SET_UPDATE) => step!(0, s.set_update(arg)),
                x if x == n(O::MAP_ADD) => step!(0, s.map_add(arg)),
                x if x == n(O::DICT_UPDATE) => step!(0, s.dict_update(arg)),
                x if x == n(O::DICT_MERGE) => step!(0, s.dict_merge(arg)),
                x if x == n(O::UNPACK_SEQUENCE) => step!(1, s.unpack_sequence(arg)),
                x if x == n(O::UNPACK_EX) => step!(0, s.unpack_ex(arg)),
                x if x == n(O::CONVERT_VALUE) => step!(0, s.convert_value(arg)),
                x if x == n(O::FORMAT_SIMPLE) => step!(0, s.format_simple()),
                x if x == n(O::FORMAT_WITH_SPEC) => step!(0, s.format_with_spec()),
                // Calls and functions.
                x if x == n(O::CALL) => jump!(s.call(arg)),
                x if x == n(O::CALL_KW) => jump!(s.call_kw(arg)),
                x if x == n(O::CALL_FUNCTION_EX) => jump!(s.call_function_ex()),
                x if x == n(O::CALL_INTRINSIC_1) => step!(0, s.call_intrinsic_1(arg)),
                x if x == n(O::CALL_INTRINSIC_2) => step!(0, s.call_intrinsic_2(arg)),
                x if x == n(O::MAKE_FUNCTION) => step!(0, s.make_function()),
                x if x == n(O::SET_FUNCTION_ATTRIBUTE) => step!(0, s.set_function_attribute(arg)),
                x if x == n(O::RETURN_VALUE) => leave!(s.return_value()),
                x if x == n(O::EXIT_INIT_CHECK) => step!(0, s.exit_init_check()),
                // Iteration, generators, coroutines.
                x if x == n(O::GET_ITER) => step!(0, s.get_iter()),
                x if x == n(O::FOR_ITER) => jump!(s.for_iter(arg)),
                x if x == n(O::RETURN_GENERATOR) => leave!(s.return_generator()),
                x if x == n(O::YIELD_VALUE) => leave!(s.yield_value()),
                x if x == n(O::SEND) => jump!(s.send(arg)),
                x if x == n(O::GET_YIELD_FROM_ITER) => step!(0, s.get_yield_from_iter()),
                x if x == n(O::GET_AWAITABLE) => step!(0, s.get_awaitable(arg)),
                x if x == n(O::GET_AITER) => step!(0, s.get_aiter()),
                x if x == n(O::GET_ANEXT) => step!(0, s.get_anext()),
                x if x == n(O::END_ASYNC_FOR) => step!(0, s.end_async_for()),
                x if x == n(O::CLEANUP_THROW) => step!(0, s.cleanup_throw()),
                x if x == n(O::GET_LEN) => step!(0, s.get_len()),
                // Matching.
                x if x == n(O::MATCH_MAPPING) => {
                    s.match_flag(crate::types::typeobj::TypeFlags::MAPPING);
                    s.skip(1);
                }
                x if x == n(O::MATCH_SEQUENCE) => {
                    s.match_flag(crate::types::typeobj::TypeFlags::SEQUENCE);
                    s.skip(1);
                }
                x if x == n(O::MATCH_KEYS) => step!(0, s.match_keys()),
                x if x == n(O::MATCH_CLASS) => step!(0, s.match_class(arg)),
                // Exceptions.
                x if x == n(O::PUSH_EXC_INFO) => {
                    s.push_exc_info();
                    s.skip(1);
                }
                x if x == n(O::POP_EXCEPT) => {
                    s.pop_except();
                    s.skip(1);
                }
                x if x == n(O::CHECK_EXC_MATCH) => step!(0, s.check_exc_match()),
                x if x == n(O::CHECK_EG_MATCH) => step!(0, s.check_eg_match()),
                x if x == n(O::RAISE_VARARGS) => jump!(s.raise_varargs(arg)),
                x if x == n(O::RERAISE) => jump!(s.reraise(arg)),
                x if x == n(O::WITH_EXCEPT_START) => step!(0, s.with_except_start()),
                // Imports.
                x if x == n(O::IMPORT_NAME) => step!(0, s.import_name(arg)),
                x if x == n(O::IMPORT_FROM) => step!(0, s.import_from(arg)),
                _ => break 'run Exit::Raised(crate::exceptions::system_error("unknown opcode")),
            }
        }
    };
    *state = s;
    exit
}

/// RESUME: `arg & 3` is 1 after a yield, 2 after a `yield from`, 3 after an await.
#[inline(always)]
fn check_breaker(s: &mut State, arg: u32) -> PyResult<()> {
    if breaker::is_set() && arg & 3 < 2 { s.serve_breaker() } else { Ok(()) }
}

/// Takes down a frame whose call failed before it began.
pub(super) unsafe fn discard(thread: &Thread, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe { bind::discard_frame(thread, frame) }
}
