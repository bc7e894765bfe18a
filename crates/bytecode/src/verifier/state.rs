//! What is known about stack and locals at one instruction, and how instructions change it.

use super::View;
use crate::opcode::Opcode;

/// What a stack slot or local may hold, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind(u8);

impl Kind {
    /// Any value but those below.
    pub const VALUE: Kind = Kind(1);
    /// Nothing: an unbound local, the missing self of a call.
    pub const NULL: Kind = Kind(2);
    pub const CELL: Kind = Kind(4);
    pub const STR: Kind = Kind(8);
    pub const EITHER: Kind = Kind(3);

    fn is_value(self) -> bool {
        self.0 & Kind::NULL.0 == 0
    }
}

/// Adds to what is known at an instruction what another way there brings. Whether anything became less certain.
pub fn merge(known: &mut [Kind], brought: &[Kind]) -> bool {
    let mut news = 0;
    for (known, brought) in known.iter_mut().zip(brought) {
        news |= brought.0 & !known.0;
        known.0 |= brought.0;
    }
    news != 0
}

/// Locals and stack.
pub struct State {
    /// The locals, and above them the stack.
    slots: Vec<Kind>,
    locals: usize,
    /// Set when something changes that a handler of exceptions can find: locals, and the stack below its depth.
    pub is_news: bool,
}

/// Most slots of a stack: code can ask for more than anything can hold.
const MAX_STACK: usize = 1 << 24;

/// Whether the operands that an instruction names beyond its net effect stay on the stack untouched.
pub const fn leaves_operands(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::DICT_MERGE
            | Opcode::DICT_UPDATE
            | Opcode::LIST_APPEND
            | Opcode::LIST_EXTEND
            | Opcode::SET_ADD
            | Opcode::SET_UPDATE
            | Opcode::MAP_ADD
            | Opcode::RERAISE
            | Opcode::COPY
            | Opcode::SWAP
            | Opcode::GET_LEN
            | Opcode::GET_ANEXT
            | Opcode::MATCH_KEYS
            | Opcode::MATCH_MAPPING
            | Opcode::MATCH_SEQUENCE
            | Opcode::IMPORT_FROM
            | Opcode::WITH_EXCEPT_START
            | Opcode::FOR_ITER
    )
}

/// Whether the instruction never raises; only an event before it can. What is thrown into a generator
/// at `YIELD_VALUE` arrives when a sent value has taken the place of the yielded one.
pub const fn cannot_raise(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::PUSH_EXC_INFO
            | Opcode::POP_EXCEPT
            | Opcode::POP_TOP
            | Opcode::POP_ITER
            | Opcode::END_FOR
            | Opcode::END_SEND
            | Opcode::STORE_FAST
            | Opcode::STORE_FAST_LOAD_FAST
            | Opcode::STORE_FAST_STORE_FAST
            | Opcode::POP_JUMP_IF_FALSE
            | Opcode::POP_JUMP_IF_TRUE
            | Opcode::POP_JUMP_IF_NONE
            | Opcode::POP_JUMP_IF_NOT_NONE
            | Opcode::IS_OP
            | Opcode::UNARY_NOT
            | Opcode::YIELD_VALUE
    )
}

type Outcome = Result<(), &'static str>;

impl State {
    /// Arguments are bound when a function starts.
    pub fn at_start(code: &View<'_>) -> State {
        let mut slots = Vec::with_capacity(code.locals + (code.stacksize as usize).min(code.code.len()));
        slots.resize(code.total_args() as usize, Kind::VALUE);
        slots.resize(code.locals, Kind::NULL);
        State { slots, locals: code.locals, is_news: false }
    }

    /// Makes it the state that these slots are.
    pub fn restore(&mut self, slots: &[Kind]) {
        self.slots.clear();
        self.slots.extend_from_slice(slots);
    }

    /// Locals and stack.
    pub fn slots(&self) -> &[Kind] {
        &self.slots
    }

    /// Locals and the lowest `depth` slots of the stack, which is as deep at least.
    pub fn slots_below(&self, depth: usize) -> &[Kind] {
        &self.slots[..self.locals + depth]
    }

    /// How deep the stack is.
    pub fn depth(&self) -> usize {
        self.slots.len() - self.locals
    }

    fn local(&self, index: u32) -> Kind {
        self.slots[..self.locals].get(index as usize).copied().unwrap_or(Kind::NULL)
    }

    fn set_local(&mut self, index: u32, kind: Kind) {
        if let Some(local) = self.slots[..self.locals].get_mut(index as usize) {
            self.is_news |= *local != kind;
            *local = kind;
        }
    }

    fn push(&mut self, code: &View<'_>, kind: Kind) -> Outcome {
        if self.depth() >= code.stacksize as usize {
            return Err("stack overflow");
        }
        self.slots.push(kind);
        Ok(())
    }

    fn pop_any(&mut self) -> Result<Kind, &'static str> {
        if self.depth() == 0 {
            return Err("stack underflow");
        }
        self.slots.pop().ok_or("stack underflow")
    }

    fn pop(&mut self) -> Outcome {
        if self.pop_any()?.is_value() { Ok(()) } else { Err("null where a value is needed") }
    }

    fn pop_many(&mut self, count: i64) -> Outcome {
        if count > 0 {
            self.need_values(count)?;
            self.slots.truncate(self.slots.len() - count as usize);
        }
        Ok(())
    }

    fn need(&self, depth: i64) -> Outcome {
        if self.depth() as i64 >= depth { Ok(()) } else { Err("stack underflow") }
    }

    /// Requires the `count` topmost slots to hold values.
    fn need_values(&self, count: i64) -> Outcome {
        self.need(count)?;
        let top = &self.slots[self.slots.len() - count.max(0) as usize..];
        if top.iter().all(|kind| kind.is_value()) { Ok(()) } else { Err("null where a value is needed") }
    }

    /// The slot `index` below the top of the stack, which is deep enough.
    fn from_top(&self, index: usize) -> Kind {
        self.slots[self.slots.len() - 1 - index]
    }

    fn load(&mut self, code: &View<'_>, local: u32) -> Outcome {
        let kind = self.local(local);
        if kind.is_value() { self.push(code, kind) } else { Err("local may be unbound") }
    }

    fn store(&mut self, local: u32) -> Outcome {
        let kind = self.pop_any()?;
        self.set_local(local, kind);
        Ok(())
    }

    /// The effect of one instruction, which pops and pushes as many values as `effect` says.
    pub fn step(
        &mut self,
        code: &View<'_>,
        opcode: Opcode,
        oparg: u32,
        (pops, pushes): (i64, i64),
    ) -> Outcome {
        match opcode {
            Opcode::LOAD_FAST | Opcode::LOAD_FAST_BORROW => self.load(code, oparg),
            Opcode::LOAD_FAST_CHECK => {
                let kind = Kind(self.local(oparg).0 & !Kind::NULL.0 | Kind::VALUE.0);
                self.set_local(oparg, kind);
                self.push(code, kind)
            }
            Opcode::LOAD_FAST_AND_CLEAR => {
                let kind = self.local(oparg);
                self.set_local(oparg, Kind::NULL);
                self.push(code, kind)
            }
            Opcode::LOAD_FAST_LOAD_FAST | Opcode::LOAD_FAST_BORROW_LOAD_FAST_BORROW => {
                self.load(code, oparg >> 4)?;
                self.load(code, oparg & 15)
            }
            Opcode::STORE_FAST => self.store(oparg),
            Opcode::STORE_FAST_LOAD_FAST => {
                self.store(oparg >> 4)?;
                self.load(code, oparg & 15)
            }
            Opcode::STORE_FAST_STORE_FAST => {
                self.store(oparg >> 4)?;
                self.store(oparg & 15)
            }
            Opcode::DELETE_FAST => {
                self.set_local(oparg, Kind::NULL);
                Ok(())
            }
            Opcode::MAKE_CELL => {
                self.set_local(oparg, Kind::CELL);
                Ok(())
            }
            Opcode::COPY_FREE_VARS => {
                for (local, kind) in self.slots.iter_mut().zip(code.localspluskinds.iter()) {
                    if kind.is_free() {
                        *local = Kind::CELL;
                    }
                }
                self.is_news = true;
                Ok(())
            }
            Opcode::LOAD_DEREF
            | Opcode::STORE_DEREF
            | Opcode::DELETE_DEREF
            | Opcode::LOAD_FROM_DICT_OR_DEREF => {
                if self.local(oparg) != Kind::CELL {
                    return Err("cell may be missing");
                }
                self.pop_many(pops)?;
                self.push_values(code, pushes)
            }
            Opcode::END_FOR => {
                // Its event looks at the iterator below the value that goes.
                self.need_values(2)?;
                self.pop()
            }
            Opcode::LOAD_CONST => {
                let is_str = (code.is_str)(oparg as usize);
                self.push(code, if is_str { Kind::STR } else { Kind::VALUE })
            }
            Opcode::FORMAT_SIMPLE | Opcode::FORMAT_WITH_SPEC | Opcode::CONVERT_VALUE => {
                self.pop_many(pops)?;
                self.push(code, Kind::STR)
            }
            Opcode::BUILD_STRING => {
                for _ in 0..oparg {
                    if self.pop_any()? != Kind::STR {
                        return Err("BUILD_STRING of something else");
                    }
                }
                self.push(code, Kind::STR)
            }
            Opcode::PUSH_NULL => self.push(code, Kind::NULL),
            Opcode::LOAD_GLOBAL => {
                self.push(code, Kind::VALUE)?;
                if oparg & 1 == 1 { self.push(code, Kind::NULL) } else { Ok(()) }
            }
            Opcode::LOAD_ATTR | Opcode::LOAD_SUPER_ATTR => {
                self.pop_many(pops)?;
                self.push(code, Kind::VALUE)?;
                if oparg & 1 == 1 { self.push(code, Kind::EITHER) } else { Ok(()) }
            }
            Opcode::LOAD_SPECIAL => {
                self.pop()?;
                self.push(code, Kind::VALUE)?;
                self.push(code, Kind::EITHER)
            }
            // The callable, self or null, the arguments.
            Opcode::CALL => {
                self.pop_many(oparg.into())?;
                self.pop_any()?;
                self.pop()?;
                self.push(code, Kind::VALUE)
            }
            Opcode::CALL_KW => {
                self.pop_many(i64::from(oparg) + 1)?;
                self.pop_any()?;
                self.pop()?;
                self.push(code, Kind::VALUE)
            }
            // The callable, a null, the argument tuple, the keywords or a null.
            Opcode::CALL_FUNCTION_EX => {
                self.pop_any()?;
                self.pop()?;
                self.pop_any()?;
                self.pop()?;
                self.push(code, Kind::VALUE)
            }
            Opcode::POP_TOP => self.pop_any().map(|_| ()),
            Opcode::COPY => {
                self.need(pops)?;
                let kind = self.from_top(oparg as usize - 1);
                self.push(code, kind)
            }
            Opcode::SWAP => {
                self.need(pops)?;
                let top = self.slots.len() - 1;
                self.slots.swap(top, top + 1 - oparg as usize);
                Ok(())
            }
            // Two below the top of the four under the exception sits self or null.
            Opcode::WITH_EXCEPT_START => {
                self.need(pops)?;
                self.need_values(3)?;
                if !self.from_top(4).is_value() {
                    return Err("null where a value is needed");
                }
                self.push(code, Kind::VALUE)
            }
            Opcode::RERAISE => {
                self.need(pops)?;
                self.pop()
            }
            Opcode::DICT_MERGE
            | Opcode::DICT_UPDATE
            | Opcode::LIST_APPEND
            | Opcode::LIST_EXTEND
            | Opcode::SET_ADD
            | Opcode::SET_UPDATE
            | Opcode::MAP_ADD => {
                self.need(pops)?;
                self.pop_many(pops - pushes)?;
                self.need(oparg.into())?;
                let target = self.from_top(oparg as usize - 1);
                if target.is_value() { Ok(()) } else { Err("null where a value is needed") }
            }
            _ if leaves_operands(opcode) => {
                self.need_values(pops)?;
                self.push_values(code, pushes - pops)
            }
            _ => {
                self.pop_many(pops)?;
                self.push_values(code, pushes)
            }
        }
    }

    fn push_values(&mut self, code: &View<'_>, count: i64) -> Outcome {
        // The operand may claim billions; the stack does not hold them.
        let count = count.max(0) as usize;
        let depth = self.depth().saturating_add(count);
        if depth > code.stacksize as usize {
            return Err("stack overflow");
        }
        if depth > MAX_STACK {
            return Err("too complex");
        }
        self.slots.resize(self.slots.len() + count, Kind::VALUE);
        Ok(())
    }
}
