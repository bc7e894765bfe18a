//! The one opcode table: every instruction of CPython 3.14, listed once.

/// Expands `$callback!` with the whole table, so that any crate can derive enums, decoders and dispatch from it.
///
/// The callback receives four sections. A row of `base` or `pseudo` is
/// `/// doc`, `NAME handler_name = number, caches entries, |n| pops => pushes, FLAG | FLAG;`
/// where `n` is the operand (an `i64`) in the two stack expressions. A row of `specialized` or
/// `instrumented` is `NAME handler_name = number, of BASE_NAME, FLAG | FLAG;` and shares the
/// rest with its base instruction.
#[macro_export]
macro_rules! for_each_opcode {
    ($callback:path) => {
        $callback! {
            base {
                /// Placeholder for an inline cache entry; never executed.
                CACHE cache = 0, caches 0, |_n| 0 => 0, NONE;
                /// `container[start:stop]`.
                BINARY_SLICE binary_slice = 1, caches 0, |_n| 3 => 1, NONE;
                /// Build a `string.templatelib.Template` from a tuple of strings and a tuple of interpolations (PEP 750).
                BUILD_TEMPLATE build_template = 2, caches 0, |_n| 2 => 1, NONE;
                /// Call with an argument tuple and an optional keyword mapping.
                CALL_FUNCTION_EX call_function_ex = 4, caches 0, |_n| 4 => 1, NONE;
                /// `except*` match: split the group into the rest and the matching part.
                CHECK_EG_MATCH check_eg_match = 5, caches 0, |_n| 2 => 2, NONE;
                /// `except` match: replace the type by whether the exception below matches it.
                CHECK_EXC_MATCH check_exc_match = 6, caches 0, |_n| 2 => 2, NONE;
                /// Handle an exception raised by `throw()` or `close()` while delegating.
                CLEANUP_THROW cleanup_throw = 7, caches 0, |_n| 3 => 2, NONE;
                /// `del container[sub]`.
                DELETE_SUBSCR delete_subscr = 8, caches 0, |_n| 2 => 0, NONE;
                /// Pop the exhausted `for` slot at the end of a loop.
                END_FOR end_for = 9, caches 0, |_n| 1 => 0, NONE;
                /// Drop the receiver at the end of a `yield from` or `await`.
                END_SEND end_send = 10, caches 0, |_n| 2 => 1, NONE;
                /// Check that `__init__` returned None.
                EXIT_INIT_CHECK exit_init_check = 11, caches 0, |_n| 1 => 0, NONE;
                /// Format the top of the stack with an empty format spec.
                FORMAT_SIMPLE format_simple = 12, caches 0, |_n| 1 => 1, NONE;
                /// Format a value with a format spec.
                FORMAT_WITH_SPEC format_with_spec = 13, caches 0, |_n| 2 => 1, NONE;
                /// `aiter(x)`.
                GET_AITER get_aiter = 14, caches 0, |_n| 1 => 1, NONE;
                /// Push the awaitable of `anext(x)`.
                GET_ANEXT get_anext = 15, caches 0, |_n| 1 => 2, NONE;
                /// `iter(x)`.
                GET_ITER get_iter = 16, caches 0, |_n| 1 => 1, NONE;
                /// Reserved; never emitted.
                RESERVED reserved = 17, caches 0, |_n| 0 => 0, NONE;
                /// Push `len(x)`, keeping x.
                GET_LEN get_len = 18, caches 0, |_n| 1 => 2, NONE;
                /// The iterator that `yield from x` delegates to.
                GET_YIELD_FROM_ITER get_yield_from_iter = 19, caches 0, |_n| 1 => 1, NONE;
                /// Leave the interpreter loop.
                INTERPRETER_EXIT interpreter_exit = 20, caches 0, |_n| 1 => 0, NONE;
                /// Push `builtins.__build_class__`.
                LOAD_BUILD_CLASS load_build_class = 21, caches 0, |_n| 0 => 1, NONE;
                /// Push the locals mapping.
                LOAD_LOCALS load_locals = 22, caches 0, |_n| 0 => 1, NONE;
                /// Make a function of a code object.
                MAKE_FUNCTION make_function = 23, caches 0, |_n| 1 => 1, NONE;
                /// Push the values of the mapping for a tuple of keys, or None.
                MATCH_KEYS match_keys = 24, caches 0, |_n| 2 => 3, NONE;
                /// Push whether the subject is a mapping.
                MATCH_MAPPING match_mapping = 25, caches 0, |_n| 1 => 2, NONE;
                /// Push whether the subject is a sequence.
                MATCH_SEQUENCE match_sequence = 26, caches 0, |_n| 1 => 2, NONE;
                /// Do nothing; carries a line.
                NOP nop = 27, caches 0, |_n| 0 => 0, NONE;
                /// Marks the fall-through side of a conditional jump for branch events.
                NOT_TAKEN not_taken = 28, caches 0, |_n| 0 => 0, NONE;
                /// Restore the previously handled exception.
                POP_EXCEPT pop_except = 29, caches 0, |_n| 1 => 0, NONE;
                /// Pop the iterator at the end of a loop.
                POP_ITER pop_iter = 30, caches 0, |_n| 1 => 0, NONE;
                /// Drop the top of the stack.
                POP_TOP pop_top = 31, caches 0, |_n| 1 => 0, NONE;
                /// Make the top the handled exception and push the previous one below it.
                PUSH_EXC_INFO push_exc_info = 32, caches 0, |_n| 1 => 2, NONE;
                /// Push a null (the absent `self` of a call).
                PUSH_NULL push_null = 33, caches 0, |_n| 0 => 1, NONE;
                /// Make a generator, coroutine or async generator of this frame and return it.
                RETURN_GENERATOR return_generator = 34, caches 0, |_n| 0 => 1, NONE;
                /// Return the top of the stack to the caller.
                RETURN_VALUE return_value = 35, caches 0, |_n| 1 => 1, NONE;
                /// Make `__annotations__` if it is missing.
                SETUP_ANNOTATIONS setup_annotations = 36, caches 0, |_n| 0 => 0, NONE;
                /// `container[start:stop] = value`.
                STORE_SLICE store_slice = 37, caches 0, |_n| 4 => 0, NONE;
                /// `container[sub] = value`.
                STORE_SUBSCR store_subscr = 38, caches 1, |_n| 3 => 0, NONE;
                /// `bool(x)`.
                TO_BOOL to_bool = 39, caches 3, |_n| 1 => 1, NONE;
                /// `~x`.
                UNARY_INVERT unary_invert = 40, caches 0, |_n| 1 => 1, NONE;
                /// `-x`.
                UNARY_NEGATIVE unary_negative = 41, caches 0, |_n| 1 => 1, NONE;
                /// `not x` of a bool.
                UNARY_NOT unary_not = 42, caches 0, |_n| 1 => 1, NONE;
                /// Call `__exit__` with the exception being handled.
                WITH_EXCEPT_START with_except_start = 43, caches 0, |_n| 5 => 6, NONE;
                /// Binary or in-place operator or subscript, `oparg` being a `BinaryOp`.
                BINARY_OP binary_op = 44, caches 5, |_n| 2 => 1, ARG;
                /// Build an `Interpolation`; bit 0: a format spec is on the stack, bits 2..: conversion.
                BUILD_INTERPOLATION build_interpolation = 45, caches 0, |n| 2 + (n & 1) => 1, ARG;
                /// List of the top `oparg` values.
                BUILD_LIST build_list = 46, caches 0, |n| n => 1, ARG;
                /// Dict of the top `oparg` pairs.
                BUILD_MAP build_map = 47, caches 0, |n| 2 * n => 1, ARG;
                /// Set of the top `oparg` values.
                BUILD_SET build_set = 48, caches 0, |n| n => 1, ARG;
                /// Slice of 2 or 3 values.
                BUILD_SLICE build_slice = 49, caches 0, |n| n => 1, ARG;
                /// Concatenate `oparg` strings.
                BUILD_STRING build_string = 50, caches 0, |n| n => 1, ARG;
                /// Tuple of the top `oparg` values.
                BUILD_TUPLE build_tuple = 51, caches 0, |n| n => 1, ARG;
                /// Call with `oparg` positional arguments; below them the callable and self or null.
                CALL call = 52, caches 3, |n| n + 2 => 1, ARG;
                /// Call the one-argument intrinsic `oparg`.
                CALL_INTRINSIC_1 call_intrinsic_1 = 53, caches 0, |_n| 1 => 1, ARG;
                /// Call the two-argument intrinsic `oparg`.
                CALL_INTRINSIC_2 call_intrinsic_2 = 54, caches 0, |_n| 2 => 1, ARG;
                /// Call with `oparg` arguments, the last ones named by the tuple on top.
                CALL_KW call_kw = 55, caches 3, |n| n + 3 => 1, ARG;
                /// Rich comparison; bits 5..: operator, bit 4: convert to bool, bits 0..3: comparison mask.
                COMPARE_OP compare_op = 56, caches 1, |_n| 2 => 1, ARG;
                /// `in`, or `not in` when `oparg` is 1.
                CONTAINS_OP contains_op = 57, caches 1, |_n| 2 => 1, ARG;
                /// f-string conversion: 1 str, 2 repr, 3 ascii.
                CONVERT_VALUE convert_value = 58, caches 0, |_n| 1 => 1, ARG;
                /// Push the value at depth `oparg`.
                COPY copy = 59, caches 0, |n| n => n + 1, ARG;
                /// Copy the closure into the `oparg` free variables.
                COPY_FREE_VARS copy_free_vars = 60, caches 0, |_n| 0 => 0, ARG;
                /// `del x.name`.
                DELETE_ATTR delete_attr = 61, caches 0, |_n| 1 => 0, ARG | NAME;
                /// Empty a cell.
                DELETE_DEREF delete_deref = 62, caches 0, |_n| 0 => 0, ARG | FREE;
                /// Delete a local.
                DELETE_FAST delete_fast = 63, caches 0, |_n| 0 => 0, ARG | LOCAL;
                /// Delete a global.
                DELETE_GLOBAL delete_global = 64, caches 0, |_n| 0 => 0, ARG | NAME;
                /// Delete a name.
                DELETE_NAME delete_name = 65, caches 0, |_n| 0 => 0, ARG | NAME;
                /// Merge keyword arguments into the dict at depth `oparg`, duplicates being an error.
                DICT_MERGE dict_merge = 66, caches 0, |n| n + 4 => n + 3, ARG;
                /// Update the dict at depth `oparg`.
                DICT_UPDATE dict_update = 67, caches 0, |n| n + 1 => n, ARG;
                /// End of `async for`: swallow StopAsyncIteration; the operand leads back to the loop for branch events.
                END_ASYNC_FOR end_async_for = 68, caches 0, |_n| 2 => 0, ARG | JUMP;
                /// Eight higher bits of the operand of the next instruction.
                EXTENDED_ARG extended_arg = 69, caches 0, |_n| 0 => 0, ARG;
                /// Push the next item, or jump when the iterator is exhausted.
                FOR_ITER for_iter = 70, caches 1, |_n| 1 => 2, ARG | JUMP;
                /// The awaitable of an `await`, `async with` enter (1) or exit (2).
                GET_AWAITABLE get_awaitable = 71, caches 0, |_n| 1 => 1, ARG;
                /// Push attribute `name` of the module on top.
                IMPORT_FROM import_from = 72, caches 0, |_n| 1 => 2, ARG | NAME;
                /// Import a module with level and fromlist.
                IMPORT_NAME import_name = 73, caches 0, |_n| 2 => 1, ARG | NAME;
                /// `is`, or `is not` when `oparg` is 1.
                IS_OP is_op = 74, caches 0, |_n| 2 => 1, ARG;
                /// Jump backwards, checking for interrupts.
                JUMP_BACKWARD jump_backward = 75, caches 1, |_n| 0 => 0, ARG | JUMP;
                /// Jump backwards without checking for interrupts.
                JUMP_BACKWARD_NO_INTERRUPT jump_backward_no_interrupt = 76, caches 0, |_n| 0 => 0, ARG | JUMP;
                /// Jump forwards.
                JUMP_FORWARD jump_forward = 77, caches 0, |_n| 0 => 0, ARG | JUMP;
                /// Append to the list at depth `oparg`.
                LIST_APPEND list_append = 78, caches 0, |n| n + 1 => n, ARG;
                /// Extend the list at depth `oparg`.
                LIST_EXTEND list_extend = 79, caches 0, |n| n + 1 => n, ARG;
                /// Attribute `oparg >> 1`; bit 0: for a method call, push self or null too.
                LOAD_ATTR load_attr = 80, caches 9, |n| 1 => 1 + (n & 1), ARG | NAME;
                /// Push one of the common constants.
                LOAD_COMMON_CONSTANT load_common_constant = 81, caches 0, |_n| 0 => 1, ARG;
                /// Push a constant.
                LOAD_CONST load_const = 82, caches 0, |_n| 0 => 1, ARG | CONST;
                /// Push the contents of a cell.
                LOAD_DEREF load_deref = 83, caches 0, |_n| 0 => 1, ARG | LOCAL;
                /// Push a local known to be bound.
                LOAD_FAST load_fast = 84, caches 0, |_n| 0 => 1, ARG | LOCAL;
                /// Push a local (null if unbound) and unbind it.
                LOAD_FAST_AND_CLEAR load_fast_and_clear = 85, caches 0, |_n| 0 => 1, ARG | LOCAL;
                /// Push a local that outlives its use on the stack.
                LOAD_FAST_BORROW load_fast_borrow = 86, caches 0, |_n| 0 => 1, ARG | LOCAL;
                /// Push two locals that outlive their use.
                LOAD_FAST_BORROW_LOAD_FAST_BORROW load_fast_borrow_load_fast_borrow = 87, caches 0, |_n| 0 => 2, ARG | LOCAL;
                /// Push a local, raising UnboundLocalError.
                LOAD_FAST_CHECK load_fast_check = 88, caches 0, |_n| 0 => 1, ARG | LOCAL;
                /// Push two locals, `oparg >> 4` and `oparg & 15`.
                LOAD_FAST_LOAD_FAST load_fast_load_fast = 89, caches 0, |_n| 0 => 2, ARG | LOCAL;
                /// Look a name up in the mapping on top, then in a cell.
                LOAD_FROM_DICT_OR_DEREF load_from_dict_or_deref = 90, caches 0, |_n| 1 => 1, ARG | FREE;
                /// Look a name up in the mapping on top, then in globals and builtins.
                LOAD_FROM_DICT_OR_GLOBALS load_from_dict_or_globals = 91, caches 0, |_n| 1 => 1, ARG | NAME;
                /// Push global or builtin `oparg >> 1`; bit 0: push a null after it.
                LOAD_GLOBAL load_global = 92, caches 4, |n| 0 => 1 + (n & 1), ARG | NAME;
                /// Look a name up in locals, globals and builtins.
                LOAD_NAME load_name = 93, caches 0, |_n| 0 => 1, ARG | NAME;
                /// Push the int `oparg`.
                LOAD_SMALL_INT load_small_int = 94, caches 0, |_n| 0 => 1, ARG;
                /// Push a special method and self or null (`with` statements).
                LOAD_SPECIAL load_special = 95, caches 0, |_n| 1 => 2, ARG;
                /// `super(...).name`, name `oparg >> 2`; bit 0: method call, bit 1: two-argument super.
                LOAD_SUPER_ATTR load_super_attr = 96, caches 1, |n| 3 => 1 + (n & 1), ARG | NAME;
                /// Put a local into a fresh cell.
                MAKE_CELL make_cell = 97, caches 0, |_n| 0 => 0, ARG | FREE;
                /// Add a pair to the dict at depth `oparg`.
                MAP_ADD map_add = 98, caches 0, |n| n + 2 => n, ARG;
                /// Match a class pattern with `oparg` positional sub-patterns; push a tuple or None.
                MATCH_CLASS match_class = 99, caches 0, |_n| 3 => 1, ARG;
                /// Pop a bool and jump if it is False.
                POP_JUMP_IF_FALSE pop_jump_if_false = 100, caches 1, |_n| 1 => 0, ARG | JUMP;
                /// Pop and jump if None.
                POP_JUMP_IF_NONE pop_jump_if_none = 101, caches 1, |_n| 1 => 0, ARG | JUMP;
                /// Pop and jump unless None.
                POP_JUMP_IF_NOT_NONE pop_jump_if_not_none = 102, caches 1, |_n| 1 => 0, ARG | JUMP;
                /// Pop a bool and jump if it is True.
                POP_JUMP_IF_TRUE pop_jump_if_true = 103, caches 1, |_n| 1 => 0, ARG | JUMP;
                /// `raise` with 0, 1 or 2 arguments.
                RAISE_VARARGS raise_varargs = 104, caches 0, |n| n => 0, ARG;
                /// Raise the exception on top again; a non-zero `oparg` says where `lasti` is.
                RERAISE reraise = 105, caches 0, |n| n + 1 => n, ARG;
                /// Send a value to the sub-iterator; jump when it returns.
                SEND send = 106, caches 1, |_n| 2 => 2, ARG | JUMP;
                /// Add to the set at depth `oparg`.
                SET_ADD set_add = 107, caches 0, |n| n + 1 => n, ARG;
                /// Set defaults, keyword defaults, annotations or closure of a function.
                SET_FUNCTION_ATTRIBUTE set_function_attribute = 108, caches 0, |_n| 2 => 1, ARG;
                /// Update the set at depth `oparg`.
                SET_UPDATE set_update = 109, caches 0, |n| n + 1 => n, ARG;
                /// `x.name = value`.
                STORE_ATTR store_attr = 110, caches 4, |_n| 2 => 0, ARG | NAME;
                /// Store into a cell.
                STORE_DEREF store_deref = 111, caches 0, |_n| 1 => 0, ARG | FREE;
                /// Store into a local.
                STORE_FAST store_fast = 112, caches 0, |_n| 1 => 0, ARG | LOCAL;
                /// Store into local `oparg >> 4`, push local `oparg & 15`.
                STORE_FAST_LOAD_FAST store_fast_load_fast = 113, caches 0, |_n| 1 => 1, ARG | LOCAL;
                /// Store into locals `oparg >> 4` and `oparg & 15`.
                STORE_FAST_STORE_FAST store_fast_store_fast = 114, caches 0, |_n| 2 => 0, ARG | LOCAL;
                /// Store a global.
                STORE_GLOBAL store_global = 115, caches 0, |_n| 1 => 0, ARG | NAME;
                /// Store a name.
                STORE_NAME store_name = 116, caches 0, |_n| 1 => 0, ARG | NAME;
                /// Exchange the top with the value at depth `oparg`.
                SWAP swap = 117, caches 0, |n| n => n, ARG;
                /// Unpack with a starred target.
                UNPACK_EX unpack_ex = 118, caches 0, |n| 1 => (n & 0xff) + (n >> 8) + 1, ARG;
                /// Unpack into exactly `oparg` values.
                UNPACK_SEQUENCE unpack_sequence = 119, caches 1, |n| 1 => n, ARG;
                /// Yield the top of the stack; the value sent replaces it.
                YIELD_VALUE yield_value = 120, caches 0, |_n| 1 => 1, ARG;
                /// Function entry or resumption point; checks for pending interrupts and fires start/resume events.
                RESUME resume = 128, caches 0, |_n| 0 => 0, ARG;
                /// Instruction event, then the original instruction.
                INSTRUMENTED_INSTRUCTION instrumented_instruction = 238, caches 0, |_n| 0 => 0, NONE;
                /// Line event, then the original instruction.
                INSTRUMENTED_LINE instrumented_line = 254, caches 0, |_n| 0 => 0, NONE;
                /// Enter an optimised trace.
                ENTER_EXECUTOR enter_executor = 255, caches 0, |_n| 0 => 0, ARG;
            }
            specialized {
                BINARY_OP_INPLACE_ADD_UNICODE binary_op_inplace_add_unicode = 3, of BINARY_OP, LOCAL;
                BINARY_OP_ADD_FLOAT binary_op_add_float = 129, of BINARY_OP, NONE;
                BINARY_OP_ADD_INT binary_op_add_int = 130, of BINARY_OP, NONE;
                BINARY_OP_ADD_UNICODE binary_op_add_unicode = 131, of BINARY_OP, NONE;
                BINARY_OP_EXTEND binary_op_extend = 132, of BINARY_OP, NONE;
                BINARY_OP_MULTIPLY_FLOAT binary_op_multiply_float = 133, of BINARY_OP, NONE;
                BINARY_OP_MULTIPLY_INT binary_op_multiply_int = 134, of BINARY_OP, NONE;
                BINARY_OP_SUBSCR_DICT binary_op_subscr_dict = 135, of BINARY_OP, NONE;
                BINARY_OP_SUBSCR_GETITEM binary_op_subscr_getitem = 136, of BINARY_OP, NONE;
                BINARY_OP_SUBSCR_LIST_INT binary_op_subscr_list_int = 137, of BINARY_OP, NONE;
                BINARY_OP_SUBSCR_LIST_SLICE binary_op_subscr_list_slice = 138, of BINARY_OP, NONE;
                BINARY_OP_SUBSCR_STR_INT binary_op_subscr_str_int = 139, of BINARY_OP, NONE;
                BINARY_OP_SUBSCR_TUPLE_INT binary_op_subscr_tuple_int = 140, of BINARY_OP, NONE;
                BINARY_OP_SUBTRACT_FLOAT binary_op_subtract_float = 141, of BINARY_OP, NONE;
                BINARY_OP_SUBTRACT_INT binary_op_subtract_int = 142, of BINARY_OP, NONE;
                CALL_ALLOC_AND_ENTER_INIT call_alloc_and_enter_init = 143, of CALL, ARG;
                CALL_BOUND_METHOD_EXACT_ARGS call_bound_method_exact_args = 144, of CALL, ARG;
                CALL_BOUND_METHOD_GENERAL call_bound_method_general = 145, of CALL, ARG;
                CALL_BUILTIN_CLASS call_builtin_class = 146, of CALL, ARG;
                CALL_BUILTIN_FAST call_builtin_fast = 147, of CALL, ARG;
                CALL_BUILTIN_FAST_WITH_KEYWORDS call_builtin_fast_with_keywords = 148, of CALL, ARG;
                CALL_BUILTIN_O call_builtin_o = 149, of CALL, ARG;
                CALL_ISINSTANCE call_isinstance = 150, of CALL, ARG;
                CALL_KW_BOUND_METHOD call_kw_bound_method = 151, of CALL_KW, ARG;
                CALL_KW_NON_PY call_kw_non_py = 152, of CALL_KW, ARG;
                CALL_KW_PY call_kw_py = 153, of CALL_KW, ARG;
                CALL_LEN call_len = 154, of CALL, NONE;
                CALL_LIST_APPEND call_list_append = 155, of CALL, ARG;
                CALL_METHOD_DESCRIPTOR_FAST call_method_descriptor_fast = 156, of CALL, ARG;
                CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS call_method_descriptor_fast_with_keywords = 157, of CALL, ARG;
                CALL_METHOD_DESCRIPTOR_NOARGS call_method_descriptor_noargs = 158, of CALL, ARG;
                CALL_METHOD_DESCRIPTOR_O call_method_descriptor_o = 159, of CALL, ARG;
                CALL_NON_PY_GENERAL call_non_py_general = 160, of CALL, ARG;
                CALL_PY_EXACT_ARGS call_py_exact_args = 161, of CALL, ARG;
                CALL_PY_GENERAL call_py_general = 162, of CALL, ARG;
                CALL_STR_1 call_str_1 = 163, of CALL, ARG;
                CALL_TUPLE_1 call_tuple_1 = 164, of CALL, ARG;
                CALL_TYPE_1 call_type_1 = 165, of CALL, ARG;
                COMPARE_OP_FLOAT compare_op_float = 166, of COMPARE_OP, ARG;
                COMPARE_OP_INT compare_op_int = 167, of COMPARE_OP, ARG;
                COMPARE_OP_STR compare_op_str = 168, of COMPARE_OP, ARG;
                CONTAINS_OP_DICT contains_op_dict = 169, of CONTAINS_OP, ARG;
                CONTAINS_OP_SET contains_op_set = 170, of CONTAINS_OP, ARG;
                FOR_ITER_GEN for_iter_gen = 171, of FOR_ITER, ARG;
                FOR_ITER_LIST for_iter_list = 172, of FOR_ITER, ARG | JUMP;
                FOR_ITER_RANGE for_iter_range = 173, of FOR_ITER, ARG | JUMP;
                FOR_ITER_TUPLE for_iter_tuple = 174, of FOR_ITER, ARG | JUMP;
                JUMP_BACKWARD_JIT jump_backward_jit = 175, of JUMP_BACKWARD, ARG | JUMP;
                JUMP_BACKWARD_NO_JIT jump_backward_no_jit = 176, of JUMP_BACKWARD, ARG | JUMP;
                LOAD_ATTR_CLASS load_attr_class = 177, of LOAD_ATTR, ARG;
                LOAD_ATTR_CLASS_WITH_METACLASS_CHECK load_attr_class_with_metaclass_check = 178, of LOAD_ATTR, ARG;
                LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN load_attr_getattribute_overridden = 179, of LOAD_ATTR, ARG | NAME;
                LOAD_ATTR_INSTANCE_VALUE load_attr_instance_value = 180, of LOAD_ATTR, ARG;
                LOAD_ATTR_METHOD_LAZY_DICT load_attr_method_lazy_dict = 181, of LOAD_ATTR, ARG;
                LOAD_ATTR_METHOD_NO_DICT load_attr_method_no_dict = 182, of LOAD_ATTR, ARG;
                LOAD_ATTR_METHOD_WITH_VALUES load_attr_method_with_values = 183, of LOAD_ATTR, ARG;
                LOAD_ATTR_MODULE load_attr_module = 184, of LOAD_ATTR, ARG;
                LOAD_ATTR_NONDESCRIPTOR_NO_DICT load_attr_nondescriptor_no_dict = 185, of LOAD_ATTR, ARG;
                LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES load_attr_nondescriptor_with_values = 186, of LOAD_ATTR, ARG;
                LOAD_ATTR_PROPERTY load_attr_property = 187, of LOAD_ATTR, ARG;
                LOAD_ATTR_SLOT load_attr_slot = 188, of LOAD_ATTR, ARG;
                LOAD_ATTR_WITH_HINT load_attr_with_hint = 189, of LOAD_ATTR, ARG | NAME;
                LOAD_CONST_IMMORTAL load_const_immortal = 190, of LOAD_CONST, ARG | CONST;
                LOAD_CONST_MORTAL load_const_mortal = 191, of LOAD_CONST, ARG | CONST;
                LOAD_GLOBAL_BUILTIN load_global_builtin = 192, of LOAD_GLOBAL, ARG;
                LOAD_GLOBAL_MODULE load_global_module = 193, of LOAD_GLOBAL, ARG;
                LOAD_SUPER_ATTR_ATTR load_super_attr_attr = 194, of LOAD_SUPER_ATTR, ARG | NAME;
                LOAD_SUPER_ATTR_METHOD load_super_attr_method = 195, of LOAD_SUPER_ATTR, ARG | NAME;
                RESUME_CHECK resume_check = 196, of RESUME, NONE;
                SEND_GEN send_gen = 197, of SEND, ARG;
                STORE_ATTR_INSTANCE_VALUE store_attr_instance_value = 198, of STORE_ATTR, NONE;
                STORE_ATTR_SLOT store_attr_slot = 199, of STORE_ATTR, NONE;
                STORE_ATTR_WITH_HINT store_attr_with_hint = 200, of STORE_ATTR, ARG | NAME;
                STORE_SUBSCR_DICT store_subscr_dict = 201, of STORE_SUBSCR, NONE;
                STORE_SUBSCR_LIST_INT store_subscr_list_int = 202, of STORE_SUBSCR, NONE;
                TO_BOOL_ALWAYS_TRUE to_bool_always_true = 203, of TO_BOOL, NONE;
                TO_BOOL_BOOL to_bool_bool = 204, of TO_BOOL, NONE;
                TO_BOOL_INT to_bool_int = 205, of TO_BOOL, NONE;
                TO_BOOL_LIST to_bool_list = 206, of TO_BOOL, NONE;
                TO_BOOL_NONE to_bool_none = 207, of TO_BOOL, NONE;
                TO_BOOL_STR to_bool_str = 208, of TO_BOOL, NONE;
                UNPACK_SEQUENCE_LIST unpack_sequence_list = 209, of UNPACK_SEQUENCE, ARG;
                UNPACK_SEQUENCE_TUPLE unpack_sequence_tuple = 210, of UNPACK_SEQUENCE, ARG;
                UNPACK_SEQUENCE_TWO_TUPLE unpack_sequence_two_tuple = 211, of UNPACK_SEQUENCE, ARG;
            }
            instrumented {
                INSTRUMENTED_END_FOR instrumented_end_for = 234, of END_FOR, NONE;
                INSTRUMENTED_POP_ITER instrumented_pop_iter = 235, of POP_ITER, NONE;
                INSTRUMENTED_END_SEND instrumented_end_send = 236, of END_SEND, NONE;
                INSTRUMENTED_FOR_ITER instrumented_for_iter = 237, of FOR_ITER, ARG | JUMP;
                INSTRUMENTED_JUMP_FORWARD instrumented_jump_forward = 239, of JUMP_FORWARD, ARG;
                INSTRUMENTED_NOT_TAKEN instrumented_not_taken = 240, of NOT_TAKEN, NONE;
                INSTRUMENTED_POP_JUMP_IF_TRUE instrumented_pop_jump_if_true = 241, of POP_JUMP_IF_TRUE, ARG;
                INSTRUMENTED_POP_JUMP_IF_FALSE instrumented_pop_jump_if_false = 242, of POP_JUMP_IF_FALSE, ARG;
                INSTRUMENTED_POP_JUMP_IF_NONE instrumented_pop_jump_if_none = 243, of POP_JUMP_IF_NONE, ARG;
                INSTRUMENTED_POP_JUMP_IF_NOT_NONE instrumented_pop_jump_if_not_none = 244, of POP_JUMP_IF_NOT_NONE, ARG;
                INSTRUMENTED_RESUME instrumented_resume = 245, of RESUME, ARG;
                INSTRUMENTED_RETURN_VALUE instrumented_return_value = 246, of RETURN_VALUE, NONE;
                INSTRUMENTED_YIELD_VALUE instrumented_yield_value = 247, of YIELD_VALUE, ARG;
                INSTRUMENTED_END_ASYNC_FOR instrumented_end_async_for = 248, of END_ASYNC_FOR, ARG | JUMP;
                INSTRUMENTED_LOAD_SUPER_ATTR instrumented_load_super_attr = 249, of LOAD_SUPER_ATTR, ARG | NAME;
                INSTRUMENTED_CALL instrumented_call = 250, of CALL, ARG;
                INSTRUMENTED_CALL_KW instrumented_call_kw = 251, of CALL_KW, ARG;
                INSTRUMENTED_CALL_FUNCTION_EX instrumented_call_function_ex = 252, of CALL_FUNCTION_EX, NONE;
                INSTRUMENTED_JUMP_BACKWARD instrumented_jump_backward = 253, of JUMP_BACKWARD, ARG;
            }
            pseudo {
                /// Where the code that sets `__conditional_annotations__` and the like goes.
                ANNOTATIONS_PLACEHOLDER annotations_placeholder = 256, caches 0, |_n| 0 => 0, NONE;
                /// Jump in either direction.
                JUMP jump = 257, caches 0, |_n| 0 => 0, ARG | JUMP;
                /// Jump if the top is false, keeping it.
                JUMP_IF_FALSE jump_if_false = 258, caches 0, |_n| 1 => 1, ARG | JUMP;
                /// Jump if the top is true, keeping it.
                JUMP_IF_TRUE jump_if_true = 259, caches 0, |_n| 1 => 1, ARG | JUMP;
                /// Jump in either direction without checking for interrupts.
                JUMP_NO_INTERRUPT jump_no_interrupt = 260, caches 0, |_n| 0 => 0, ARG | JUMP;
                /// Push the cell itself.
                LOAD_CLOSURE load_closure = 261, caches 0, |_n| 0 => 1, ARG | LOCAL;
                /// End of the innermost exception handler's range.
                POP_BLOCK pop_block = 262, caches 0, |_n| 0 => 0, NONE;
                /// Start of a range whose handler wants `lasti` and the exception.
                SETUP_CLEANUP setup_cleanup = 263, caches 0, |_n| 0 => 0, ARG | EXC;
                /// Start of a range whose handler wants the exception.
                SETUP_FINALLY setup_finally = 264, caches 0, |_n| 0 => 0, ARG | EXC;
                /// Start of a `with` range, whose handler wants `lasti` and the exception.
                SETUP_WITH setup_with = 265, caches 0, |_n| 0 => 0, ARG | EXC;
                /// Store a possibly null value into a local.
                STORE_FAST_MAYBE_NULL store_fast_maybe_null = 266, caches 0, |_n| 1 => 0, ARG | LOCAL;
            }
        }
    };
}
