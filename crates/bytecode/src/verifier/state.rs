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

    fn or(self, other: Kind) -> Kind {
        Kind(self.0 | other.0)
    }

    fn is_value(self) -> bool {
        self.0 & Kind::NULL.0 == 0
    }
}

/// Stack and locals.
#[derive(Clone, Debug)]
pub struct State {
    pub stack: Vec<Kind>,
    locals: Vec<Kind>,
}

/// Whether the operands that an instruction names beyond its net effect stay on the stack untouched.
pub fn leaves_operands(opcode: Opcode) -> bool {
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
pub fn cannot_raise(opcode: Opcode) -> bool {
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
        let mut locals = vec![Kind::NULL; code.locals];
        for local in locals.iter_mut().take(code.total_args() as usize) {
            *local = Kind::VALUE;
        }
        State { stack: Vec::new(), locals }
    }

    fn local(&self, index: u32) -> Kind {
        self.locals.get(index as usize).copied().unwrap_or(Kind::NULL)
    }

    fn set_local(&mut self, index: u32, kind: Kind) {
        if let Some(local) = self.locals.get_mut(index as usize) {
            *local = kind;
        }
    }

    /// Takes in what another way here knows. Returns whether anything became less certain.
    pub fn merge(&mut self, other: &State) -> Result<bool, &'static str> {
        if self.stack.len() != other.stack.len() {
            return Err("inconsistent stack depth");
        }
        let mut changed = false;
        let mine = self.stack.iter_mut().chain(&mut self.locals);
        for (mine, theirs) in mine.zip(other.stack.iter().chain(&other.locals)) {
            let both = mine.or(*theirs);
            changed |= both != *mine;
            *mine = both;
        }
        Ok(changed)
    }

    pub fn push(&mut self, code: &View<'_>, kind: Kind) -> Outcome {
        if self.stack.len() >= code.stacksize as usize {
            return Err("stack overflow");
        }
        self.stack.push(kind);
        Ok(())
    }

    fn pop_any(&mut self) -> Result<Kind, &'static str> {
        self.stack.pop().ok_or("stack underflow")
    }

    fn pop(&mut self) -> Outcome {
        if self.pop_any()?.is_value() { Ok(()) } else { Err("null where a value is needed") }
    }

    fn pop_many(&mut self, count: i64) -> Outcome {
        for _ in 0..count {
            self.pop()?;
        }
        Ok(())
    }

    fn need(&self, depth: i64) -> Outcome {
        if self.stack.len() as i64 >= depth { Ok(()) } else { Err("stack underflow") }
    }

    /// Requires the `count` topmost slots to hold values.
    fn need_values(&self, count: i64) -> Outcome {
        self.need(count)?;
        let top = self.stack.iter().rev().take(count as usize);
        if top.into_iter().all(|kind| kind.is_value()) { Ok(()) } else { Err("null where a value is needed") }
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

    /// The effect of one instruction.
    pub fn step(&mut self, code: &View<'_>, opcode: Opcode, oparg: u32) -> Outcome {
        let (pops, pushes) = opcode.stack(oparg);
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
                for (local, kind) in self.locals.iter_mut().zip(code.localspluskinds.iter()) {
                    if kind.is_free() {
                        *local = Kind::CELL;
                    }
                }
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
                let kind = self.stack[self.stack.len() - oparg as usize];
                self.push(code, kind)
            }
            Opcode::SWAP => {
                self.need(pops)?;
                let top = self.stack.len() - 1;
                self.stack.swap(top, top + 1 - oparg as usize);
                Ok(())
            }
            // Two below the top of the four under the exception sits self or null.
            Opcode::WITH_EXCEPT_START => {
                self.need(pops)?;
                self.need_values(3)?;
                if !self.stack[self.stack.len() - 5].is_value() {
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
                match self.stack.iter().rev().nth(oparg as usize - 1) {
                    Some(kind) if kind.is_value() => Ok(()),
                    _ => Err("null where a value is needed"),
                }
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
        if self.stack.len() as i64 + count > i64::from(code.stacksize) {
            return Err("stack overflow");
        }
        self.stack.resize(self.stack.len() + count.max(0) as usize, Kind::VALUE);
        Ok(())
    }
}
