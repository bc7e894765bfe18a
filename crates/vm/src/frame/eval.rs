//! The eval loop: dispatch over the private code. Handlers are in `ops`, a file per family.

use super::ops::{Next, State};
use super::quicken::{self, op};
use super::{Frame, bind, breaker};
use crate::exceptions::PyErr;
use crate::thread::Thread;
use crate::value::Value;
use crate::{PyResult, stack};

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
    // SAFETY: the frame is suspended, and nobody else runs it.
    let mut s = unsafe { State::enter(thread, entry) };
    match s.throw(error) {
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
        /// Ends a handler that may fail with a block of its own. Without one the branch on the result would lead to the dispatch
        /// itself, which LLVM copies only to where control goes on in any case: all such handlers would share one indirect jump.
        macro_rules! own_dispatch {
            () => {
                // SAFETY: no instruction at all; the number keeps LLVM from merging equal blocks.
                unsafe {
                    std::arch::asm!("/* {} */", const line!(), options(nomem, nostack, preserves_flags))
                }
            };
        }
        /// Runs a handler and steps over the instruction's `$caches` cache words.
        macro_rules! step {
            ($caches:literal, $call:expr) => {{
                match $call {
                    Ok(()) => {
                        s.skip(1 + $caches);
                        own_dispatch!();
                    }
                    Err(error) => break 'run Exit::Raised(error),
                }
            }};
        }
        /// Runs a handler that sets `ip` itself.
        macro_rules! jump {
            ($call:expr) => {{
                match $call {
                    Ok(()) => own_dispatch!(),
                    Err(error) => break 'run Exit::Raised(error),
                }
            }};
        }
        /// Runs a handler that may end the entry frame.
        macro_rules! leave {
            ($call:expr) => {{
                match $call {
                    Ok(None) => own_dispatch!(),
                    Ok(Some(value)) => break 'run Exit::Done(value),
                    Err(error) => break 'run Exit::Raised(error),
                }
            }};
        }
        /// Runs a handler that is not inlined.
        macro_rules! outlined {
            ($s:ident.$handler:ident($($arg:expr),*)) => {
                $s.outlined(|s| s.$handler($($arg),*))
            };
        }
        let (mut opcode, mut arg) = fetch!(s);
        loop {
            match opcode {
                op::NOP | op::NOT_TAKEN | op::EXTENDED_ARG => s.skip(1),
                op::RESUME => step!(0, check_breaker(&mut s, arg)),
                // Stack and locals.
                op::LOAD_FAST | op::LOAD_FAST_BORROW => {
                    s.load_fast(arg);
                    s.skip(1);
                }
                op::LOAD_FAST_CHECK => step!(0, outlined!(s.load_fast_check(arg))),
                op::LOAD_FAST_AND_CLEAR => {
                    s.load_fast_and_clear(arg);
                    s.skip(1);
                }
                op::LOAD_FAST_LOAD_FAST | op::LOAD_FAST_BORROW_LOAD_FAST_BORROW => {
                    s.load_fast(arg >> 4);
                    s.load_fast(arg & 15);
                    s.skip(1);
                }
                op::STORE_FAST => {
                    s.store_fast(arg);
                    s.skip(1);
                }
                op::STORE_FAST_LOAD_FAST => {
                    s.store_fast(arg >> 4);
                    s.load_fast(arg & 15);
                    s.skip(1);
                }
                op::STORE_FAST_STORE_FAST => {
                    s.store_fast(arg >> 4);
                    s.store_fast(arg & 15);
                    s.skip(1);
                }
                op::DELETE_FAST => step!(0, outlined!(s.delete_fast(arg))),
                op::LOAD_CONST => {
                    s.load_const(arg);
                    s.skip(1);
                }
                op::LOAD_SMALL_INT => {
                    s.push(Value::small_int(i64::from(arg)));
                    s.skip(1);
                }
                op::LOAD_COMMON_CONSTANT => step!(0, outlined!(s.load_common_constant(arg))),
                op::POP_TOP | op::POP_ITER | op::END_FOR => {
                    s.pop_top();
                    s.skip(1);
                }
                op::PUSH_NULL => {
                    s.push_null();
                    s.skip(1);
                }
                op::COPY => {
                    s.copy(arg);
                    s.skip(1);
                }
                op::SWAP => {
                    s.swap(arg);
                    s.skip(1);
                }
                op::END_SEND => {
                    s.end_send();
                    s.skip(1);
                }
                // Loads with the instruction behind them.
                op::FAST_ATTR => s.fast_attr(arg),
                op::FAST_METHOD => s.fast_method(arg),
                op::FAST_ADD => s.fast_operator::<{ op::ADD }>(arg),
                op::FAST_SUBTRACT => s.fast_operator::<{ op::SUBTRACT }>(arg),
                op::FAST_MULTIPLY => s.fast_operator::<{ op::MULTIPLY }>(arg),
                op::FAST_SUBSCRIPT => s.fast_operator::<{ op::SUBSCRIPT }>(arg),
                op::FASTS_ADD => s.fasts_operator::<{ op::ADD }>(arg),
                op::FASTS_SUBTRACT => s.fasts_operator::<{ op::SUBTRACT }>(arg),
                op::FASTS_MULTIPLY => s.fasts_operator::<{ op::MULTIPLY }>(arg),
                op::FASTS_SUBSCRIPT => s.fasts_operator::<{ op::SUBSCRIPT }>(arg),
                op::FASTS_LESS_JUMP => s.fasts_operator::<{ op::LESS_JUMP }>(arg),
                op::FASTS_LESS_EQUAL_JUMP => s.fasts_operator::<{ op::LESS_EQUAL_JUMP }>(arg),
                op::FASTS_EQUAL_JUMP => s.fasts_operator::<{ op::EQUAL_JUMP }>(arg),
                op::FASTS_NOT_EQUAL_JUMP => s.fasts_operator::<{ op::NOT_EQUAL_JUMP }>(arg),
                op::FASTS_GREATER_JUMP => s.fasts_operator::<{ op::GREATER_JUMP }>(arg),
                op::FASTS_GREATER_EQUAL_JUMP => s.fasts_operator::<{ op::GREATER_EQUAL_JUMP }>(arg),
                op::INT_ADD => s.int_operator::<{ op::ADD }>(arg),
                op::INT_SUBTRACT => s.int_operator::<{ op::SUBTRACT }>(arg),
                op::INT_MULTIPLY => s.int_operator::<{ op::MULTIPLY }>(arg),
                op::INT_REMAINDER => s.int_operator::<{ op::REMAINDER }>(arg),
                op::INT_FLOOR_DIVIDE => s.int_operator::<{ op::FLOOR_DIVIDE }>(arg),
                op::INT_BIT_AND => s.int_operator::<{ op::BIT_AND }>(arg),
                op::INT_LEFT_SHIFT => s.int_operator::<{ op::LEFT_SHIFT }>(arg),
                op::INT_RIGHT_SHIFT => s.int_operator::<{ op::RIGHT_SHIFT }>(arg),
                op::INT_SUBSCRIPT => s.int_operator::<{ op::SUBSCRIPT }>(arg),
                op::INT_LESS_JUMP => s.int_operator::<{ op::LESS_JUMP }>(arg),
                op::INT_LESS_EQUAL_JUMP => s.int_operator::<{ op::LESS_EQUAL_JUMP }>(arg),
                op::INT_EQUAL_JUMP => s.int_operator::<{ op::EQUAL_JUMP }>(arg),
                op::INT_NOT_EQUAL_JUMP => s.int_operator::<{ op::NOT_EQUAL_JUMP }>(arg),
                op::INT_GREATER_JUMP => s.int_operator::<{ op::GREATER_JUMP }>(arg),
                op::INT_GREATER_EQUAL_JUMP => s.int_operator::<{ op::GREATER_EQUAL_JUMP }>(arg),
                op::FAST_INT_ADD => s.fast_int_operator::<{ op::ADD }, { op::INT_ADD }>(arg),
                op::FAST_INT_SUBTRACT => s.fast_int_operator::<{ op::SUBTRACT }, { op::INT_SUBTRACT }>(arg),
                op::FAST_INT_MULTIPLY => s.fast_int_operator::<{ op::MULTIPLY }, { op::INT_MULTIPLY }>(arg),
                op::FAST_INT_REMAINDER => {
                    s.fast_int_operator::<{ op::REMAINDER }, { op::INT_REMAINDER }>(arg)
                }
                op::FAST_INT_FLOOR_DIVIDE => {
                    s.fast_int_operator::<{ op::FLOOR_DIVIDE }, { op::INT_FLOOR_DIVIDE }>(arg)
                }
                op::FAST_INT_BIT_AND => s.fast_int_operator::<{ op::BIT_AND }, { op::INT_BIT_AND }>(arg),
                op::FAST_INT_RIGHT_SHIFT => {
                    s.fast_int_operator::<{ op::RIGHT_SHIFT }, { op::INT_RIGHT_SHIFT }>(arg)
                }
                op::FAST_INT_SUBSCRIPT => {
                    s.fast_int_operator::<{ op::SUBSCRIPT }, { op::INT_SUBSCRIPT }>(arg)
                }
                op::FAST_INT_LESS_JUMP => {
                    s.fast_int_operator::<{ op::LESS_JUMP }, { op::INT_LESS_JUMP }>(arg)
                }
                op::FAST_INT_LESS_EQUAL_JUMP => {
                    s.fast_int_operator::<{ op::LESS_EQUAL_JUMP }, { op::INT_LESS_EQUAL_JUMP }>(arg)
                }
                op::FAST_INT_EQUAL_JUMP => {
                    s.fast_int_operator::<{ op::EQUAL_JUMP }, { op::INT_EQUAL_JUMP }>(arg)
                }
                op::FAST_INT_NOT_EQUAL_JUMP => {
                    s.fast_int_operator::<{ op::NOT_EQUAL_JUMP }, { op::INT_NOT_EQUAL_JUMP }>(arg)
                }
                op::FAST_INT_GREATER_JUMP => {
                    s.fast_int_operator::<{ op::GREATER_JUMP }, { op::INT_GREATER_JUMP }>(arg)
                }
                op::FAST_INT_GREATER_EQUAL_JUMP => {
                    s.fast_int_operator::<{ op::GREATER_EQUAL_JUMP }, { op::INT_GREATER_EQUAL_JUMP }>(arg)
                }
                op::CONST_ADD => s.const_operator::<{ op::ADD }>(arg),
                op::CONST_SUBTRACT => s.const_operator::<{ op::SUBTRACT }>(arg),
                op::CONST_MULTIPLY => s.const_operator::<{ op::MULTIPLY }>(arg),
                op::CONST_TRUE_DIVIDE => s.const_operator::<{ op::TRUE_DIVIDE }>(arg),
                op::CONST_REMAINDER => s.const_operator::<{ op::REMAINDER }>(arg),
                op::CONST_BIT_AND => s.const_operator::<{ op::BIT_AND }>(arg),
                // Operators.
                op::BINARY_OP => step!(5, outlined!(s.binary_op(arg))),
                op::COMPARE_OP => step!(1, s.compare_op(arg)),
                op::ADD => jump!(s.operator::<{ op::ADD }>(arg)),
                op::SUBTRACT => jump!(s.operator::<{ op::SUBTRACT }>(arg)),
                op::MULTIPLY => jump!(s.operator::<{ op::MULTIPLY }>(arg)),
                op::REMAINDER => jump!(s.operator::<{ op::REMAINDER }>(arg)),
                op::FLOOR_DIVIDE => jump!(s.operator::<{ op::FLOOR_DIVIDE }>(arg)),
                op::TRUE_DIVIDE => jump!(s.operator::<{ op::TRUE_DIVIDE }>(arg)),
                op::BIT_AND => jump!(s.operator::<{ op::BIT_AND }>(arg)),
                op::BIT_OR => jump!(s.operator::<{ op::BIT_OR }>(arg)),
                op::BIT_XOR => jump!(s.operator::<{ op::BIT_XOR }>(arg)),
                op::LEFT_SHIFT => jump!(s.operator::<{ op::LEFT_SHIFT }>(arg)),
                op::RIGHT_SHIFT => jump!(s.operator::<{ op::RIGHT_SHIFT }>(arg)),
                op::SUBSCRIPT => jump!(s.subscript(arg)),
                op::LESS_JUMP => jump!(s.compare_jump::<{ op::LESS_JUMP }>(arg)),
                op::LESS_EQUAL_JUMP => jump!(s.compare_jump::<{ op::LESS_EQUAL_JUMP }>(arg)),
                op::EQUAL_JUMP => jump!(s.compare_jump::<{ op::EQUAL_JUMP }>(arg)),
                op::NOT_EQUAL_JUMP => jump!(s.compare_jump::<{ op::NOT_EQUAL_JUMP }>(arg)),
                op::GREATER_JUMP => jump!(s.compare_jump::<{ op::GREATER_JUMP }>(arg)),
                op::GREATER_EQUAL_JUMP => jump!(s.compare_jump::<{ op::GREATER_EQUAL_JUMP }>(arg)),
                op::CONTAINS_OP => jump!(s.contains_op(arg)),
                op::IS_OP => s.is_op(arg),
                op::TO_BOOL => jump!(s.to_bool()),
                op::UNARY_NOT => {
                    s.unary_not();
                    s.skip(1);
                }
                op::UNARY_NEGATIVE => step!(0, outlined!(s.unary_negative())),
                op::UNARY_INVERT => step!(0, outlined!(s.unary_invert())),
                op::BINARY_SLICE => step!(0, outlined!(s.binary_slice())),
                op::STORE_SLICE => step!(0, outlined!(s.store_slice())),
                op::STORE_SUBSCR => step!(1, s.store_subscr()),
                op::DELETE_SUBSCR => step!(0, outlined!(s.delete_subscr())),
                // Jumps.
                op::JUMP_FORWARD => s.skip(1 + arg as usize),
                op::JUMP_BACKWARD => {
                    s.jump_back(2, arg);
                    if breaker::is_set() {
                        jump!(outlined!(s.serve_breaker()));
                    }
                    own_dispatch!();
                }
                op::JUMP_BACKWARD_NO_INTERRUPT => s.jump_back(1, arg),
                op::JUMP_BACKWARD_CHECKED => {
                    s.jump_back(1, arg);
                    if breaker::is_set() {
                        jump!(outlined!(s.serve_breaker()));
                    }
                }
                op::POP_JUMP_IF_FALSE => {
                    s.pop_jump_if(false);
                }
                op::POP_JUMP_IF_TRUE => {
                    s.pop_jump_if(true);
                }
                op::POP_JUMP_IF_NONE => {
                    s.pop_jump_if_none(true);
                }
                op::POP_JUMP_IF_NOT_NONE => {
                    s.pop_jump_if_none(false);
                }
                // Names.
                op::LOAD_GLOBAL => step!(4, outlined!(s.load_global(arg))),
                op::LOAD_GLOBAL_MODULE => step!(4, s.load_global_module(arg)),
                op::LOAD_GLOBAL_BUILTIN => step!(4, s.load_global_builtin(arg)),
                op::LOAD_NAME => step!(0, outlined!(s.load_name(arg))),
                op::STORE_NAME => step!(0, outlined!(s.store_name(arg))),
                op::DELETE_NAME => step!(0, outlined!(s.delete_name(arg))),
                op::STORE_GLOBAL => step!(0, s.store_global(arg)),
                op::DELETE_GLOBAL => step!(0, outlined!(s.delete_global(arg))),
                op::LOAD_LOCALS => step!(0, outlined!(s.load_locals())),
                op::LOAD_FROM_DICT_OR_GLOBALS => step!(0, outlined!(s.load_from_dict_or_globals(arg))),
                op::LOAD_FROM_DICT_OR_DEREF => step!(0, outlined!(s.load_from_dict_or_deref(arg))),
                op::LOAD_BUILD_CLASS => step!(0, outlined!(s.load_build_class())),
                op::SETUP_ANNOTATIONS => step!(0, outlined!(s.setup_annotations())),
                op::MAKE_CELL => {
                    outlined!(s.make_cell(arg));
                    s.skip(1);
                }
                op::COPY_FREE_VARS => {
                    outlined!(s.copy_free_vars(arg));
                    s.skip(1);
                }
                op::LOAD_DEREF => step!(0, outlined!(s.load_deref(arg))),
                op::STORE_DEREF => {
                    outlined!(s.store_deref(arg));
                    s.skip(1);
                }
                op::DELETE_DEREF => step!(0, outlined!(s.delete_deref(arg))),
                // Attributes.
                op::LOAD_ATTR => step!(9, outlined!(s.load_attr(arg))),
                op::LOAD_ATTR_INSTANCE => step!(9, s.load_attr_instance(arg)),
                op::LOAD_ATTR_METHOD => step!(9, s.load_attr_method(arg)),
                op::LOAD_ATTR_METHOD_NO_DICT => step!(9, s.load_attr_method_no_dict(arg)),
                op::LOAD_ATTR_CLASS_VALUE => step!(9, s.load_attr_class_value(arg)),
                op::LOAD_ATTR_MODULE => step!(9, s.load_attr_module(arg)),
                op::LOAD_ATTR_SLOT => step!(9, s.load_attr_slot(arg)),
                op::LOAD_ATTR_PROPERTY => jump!(outlined!(s.load_attr_property(arg))),
                op::LOAD_ATTR_POLYMORPHIC => step!(9, s.load_attr_polymorphic(arg)),
                op::STORE_ATTR_SLOT => step!(4, s.store_attr_slot(arg)),
                op::STORE_ATTR_INSTANCE => step!(4, s.store_attr_instance(arg)),
                op::STORE_ATTR_NEW => step!(4, s.store_attr_new(arg)),
                op::STORE_ATTR => step!(4, outlined!(s.store_attr(arg))),
                op::DELETE_ATTR => step!(0, outlined!(s.delete_attr(arg))),
                op::LOAD_SUPER_ATTR => step!(1, outlined!(s.load_super_attr(arg))),
                op::LOAD_SPECIAL => step!(0, outlined!(s.load_special(arg))),
                // Building.
                op::BUILD_TUPLE => {
                    s.build_tuple(arg);
                    s.skip(1);
                }
                op::BUILD_LIST => {
                    s.build_list(arg);
                    s.skip(1);
                }
                op::BUILD_SET => step!(0, outlined!(s.build_set(arg))),
                op::BUILD_MAP => step!(0, outlined!(s.build_map(arg))),
                op::BUILD_SLICE => {
                    outlined!(s.build_slice(arg));
                    s.skip(1);
                }
                op::BUILD_STRING => {
                    outlined!(s.build_string(arg));
                    s.skip(1);
                }
                op::BUILD_INTERPOLATION => step!(0, outlined!(s.build_interpolation(arg))),
                op::BUILD_TEMPLATE => step!(0, outlined!(s.build_template())),
                op::LIST_APPEND => {
                    s.list_append(arg);
                    s.skip(1);
                }
                op::LIST_EXTEND => step!(0, outlined!(s.list_extend(arg))),
                op::SET_ADD => step!(0, outlined!(s.set_add(arg))),
                op::SET_UPDATE => step!(0, outlined!(s.set_update(arg))),
                op::MAP_ADD => step!(0, outlined!(s.map_add(arg))),
                op::DICT_UPDATE => step!(0, outlined!(s.dict_update(arg))),
                op::DICT_MERGE => step!(0, outlined!(s.dict_merge(arg))),
                op::UNPACK_SEQUENCE => step!(1, s.unpack_sequence(arg)),
                op::UNPACK_EX => step!(0, outlined!(s.unpack_ex(arg))),
                op::CONVERT_VALUE => step!(0, outlined!(s.convert_value(arg))),
                op::FORMAT_SIMPLE => step!(0, outlined!(s.format_simple())),
                op::FORMAT_WITH_SPEC => step!(0, outlined!(s.format_with_spec())),
                // Calls and functions.
                op::CALL => jump!(s.call(arg)),
                op::CALL_KW => jump!(s.call_kw(arg)),
                op::CALL_FUNCTION_EX => jump!(outlined!(s.call_function_ex())),
                op::CALL_INTRINSIC_1 => step!(0, outlined!(s.call_intrinsic_1(arg))),
                op::CALL_INTRINSIC_2 => step!(0, outlined!(s.call_intrinsic_2(arg))),
                op::MAKE_FUNCTION => step!(0, outlined!(s.make_function())),
                op::SET_FUNCTION_ATTRIBUTE => step!(0, outlined!(s.set_function_attribute(arg))),
                op::RETURN_VALUE => leave!(s.return_value()),
                op::EXIT_INIT_CHECK => step!(0, outlined!(s.exit_init_check())),
                // Iteration, generators, coroutines.
                op::GET_ITER => step!(0, outlined!(s.get_iter())),
                op::FOR_ITER => jump!(outlined!(s.for_iter(arg))),
                op::FOR_ITER_RANGE => jump!(s.for_iter_range(arg)),
                op::FOR_ITER_LIST => jump!(s.for_iter_list(arg)),
                op::FOR_ITER_TUPLE => jump!(s.for_iter_tuple(arg)),
                op::FOR_ITER_GENERATOR => jump!(s.for_iter_generator(arg)),
                op::FOR_ITER_PAIR => jump!(s.for_iter_pair(arg)),
                op::RETURN_GENERATOR => leave!(outlined!(s.return_generator())),
                op::YIELD_VALUE => leave!(s.yield_value()),
                op::SEND => jump!(s.send(arg)),
                op::GET_YIELD_FROM_ITER => step!(0, outlined!(s.get_yield_from_iter())),
                op::GET_AWAITABLE => step!(0, outlined!(s.get_awaitable(arg))),
                op::GET_AITER => step!(0, outlined!(s.get_aiter())),
                op::GET_ANEXT => step!(0, outlined!(s.get_anext())),
                op::END_ASYNC_FOR => step!(0, outlined!(s.end_async_for())),
                op::CLEANUP_THROW => step!(0, outlined!(s.cleanup_throw())),
                op::GET_LEN => step!(0, outlined!(s.get_len())),
                // Matching.
                op::MATCH_MAPPING => {
                    outlined!(s.match_flag(crate::types::typeobj::TypeFlags::MAPPING));
                    s.skip(1);
                }
                op::MATCH_SEQUENCE => {
                    outlined!(s.match_flag(crate::types::typeobj::TypeFlags::SEQUENCE));
                    s.skip(1);
                }
                op::MATCH_KEYS => step!(0, outlined!(s.match_keys())),
                op::MATCH_CLASS => step!(0, outlined!(s.match_class(arg))),
                // Exceptions.
                op::PUSH_EXC_INFO => {
                    outlined!(s.push_exc_info());
                    s.skip(1);
                }
                op::POP_EXCEPT => {
                    outlined!(s.pop_except());
                    s.skip(1);
                }
                op::CHECK_EXC_MATCH => step!(0, outlined!(s.check_exc_match())),
                op::CHECK_EG_MATCH => step!(0, outlined!(s.check_eg_match())),
                op::RAISE_VARARGS => jump!(outlined!(s.raise_varargs(arg))),
                op::RERAISE => jump!(outlined!(s.reraise(arg))),
                op::WITH_EXCEPT_START => step!(0, outlined!(s.with_except_start())),
                // Imports.
                op::IMPORT_NAME => step!(0, outlined!(s.import_name(arg))),
                op::IMPORT_FROM => step!(0, outlined!(s.import_from(arg))),
                // Events; none while a callback runs.
                op::INSTRUMENTED if s.thread.events.tracing.get() > 0 => {
                    // SAFETY: `ip` is the executing instruction of the live frame.
                    unsafe {
                        (*s.frame).ip = s.ip;
                        opcode = quicken::plain(*s.ip);
                    }
                    continue;
                }
                op::INSTRUMENTED => match outlined!(s.instrumented()) {
                    Ok(Next::Execute(plain)) => {
                        opcode = plain;
                        continue;
                    }
                    Ok(Next::Fetch) => {}
                    Err(error) => break 'run Exit::Raised(error),
                },
                op::CACHE | op::RESERVED | op::INTERPRETER_EXIT => {
                    break 'run Exit::Raised(outlined!(s.refused()));
                }
                // SAFETY: the decoder lets no other opcodes through.
                _ => unsafe { std::hint::unreachable_unchecked() },
            }
            (opcode, arg) = fetch!(s);
        }
    };
    *state = s;
    exit
}

/// RESUME: `arg & 3` is 1 after a yield, 2 after a `yield from`, 3 after an await.
#[inline(always)]
fn check_breaker(s: &mut State, arg: u32) -> PyResult<()> {
    if breaker::is_set() && arg & 3 < 2 { s.outlined(State::serve_breaker) } else { Ok(()) }
}

/// Takes down a frame whose call failed before it began.
pub(super) unsafe fn discard(thread: &Thread, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe { bind::discard_frame(thread, frame) }
}
