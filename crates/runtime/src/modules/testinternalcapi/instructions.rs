//! `InstructionSequence`: the compiler's intermediate code as tests write and read it.

use minipy_bytecode::OpcodeInfo;
use minipy_bytecode::opcode::Flags;
use minipy_compiler::ir::{self, Instr, Location, Op};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{
    GilCell, ListRef, PyList, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions,
};

/// An instruction as it was added, whether the compiler knows it or not.
#[derive(Clone, Copy)]
struct Row {
    opcode: i32,
    oparg: i32,
    location: Location,
}

#[derive(Default)]
struct Sequence {
    rows: Vec<Row>,
    /// For each label used the row it stands before, until jumps lead to row numbers.
    labels: Vec<u32>,
    last_label: u32,
    nested: Vec<Ref<InstructionSequence>>,
}

/// The place of a label that is not used.
const UNPLACED: u32 = u32::MAX;
/// As many labels as there is any use for.
const MAX_LABELS: usize = 1 << 24;

/// Create a new InstructionSequence object.
#[pyclass(name = "InstructionSequence", sig = "()", gc)]
pub struct InstructionSequence(GilCell<Sequence>);

impl Traverse for InstructionSequence {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.0.with(|sequence| sequence.nested.iter().for_each(|nested| nested.traverse(visit)));
    }

    fn clear_refs(&self) {
        let nested = self.0.with(|sequence| std::mem::take(&mut sequence.nested));
        drop(nested);
    }
}

fn op_of(opcode: i32) -> Option<Op> {
    u16::try_from(opcode).ok().and_then(Op::from_number)
}

impl Sequence {
    /// Makes jumps lead to row numbers instead of labels.
    fn resolve(&mut self) {
        if self.labels.is_empty() {
            return;
        }
        let labels = std::mem::take(&mut self.labels);
        for row in &mut self.rows {
            if op_of(row.opcode).is_some_and(Op::has_target)
                && let Some(&place) = usize::try_from(row.oparg).ok().and_then(|label| labels.get(label))
            {
                row.oparg = place.cast_signed();
            }
        }
    }
}

impl InstructionSequence {
    pub fn new_ref() -> Ref<InstructionSequence> {
        Ref::new(InstructionSequence(GilCell::new(Sequence::default())))
    }

    /// The argument of a function that takes a sequence.
    pub fn argument(value: &Value) -> PyResult<&Ref<InstructionSequence>> {
        value.downcast().ok_or_else(|| exceptions::value_error("expected an instruction sequence"))
    }

    /// A sequence of the compiler, with what is nested in it.
    pub fn from_compiler(
        instrs: &ir::InstructionSequence,
        nested: Vec<Ref<InstructionSequence>>,
    ) -> Ref<Self> {
        let row = |instr: &Instr| Row {
            opcode: i32::from(instr.op as u16),
            oparg: instr.oparg.cast_signed(),
            location: instr.loc,
        };
        let sequence = Sequence {
            rows: instrs.instrs.iter().map(row).collect(),
            labels: instrs.labels.clone(),
            last_label: instrs.labels.len() as u32,
            nested,
        };
        Ref::new(InstructionSequence(GilCell::new(sequence)))
    }

    /// The sequence as the compiler takes it.
    ///
    /// Errors: ValueError for instructions and operands that no code generator emits.
    pub fn to_compiler(&self) -> PyResult<ir::InstructionSequence> {
        const MAX_OPARG: u32 = 1 << 24;
        self.0.with(|sequence| {
            sequence.resolve();
            let mut instrs = ir::InstructionSequence::new();
            for row in &sequence.rows {
                let op = op_of(row.opcode);
                let op =
                    op.ok_or_else(|| exceptions::value_error(format!("invalid opcode {}", row.opcode)))?;
                let oparg = u32::try_from(row.oparg).ok().filter(|oparg| *oparg < MAX_OPARG);
                let oparg = oparg.ok_or_else(|| {
                    exceptions::value_error(format!("invalid oparg {} of {}", row.oparg, op.name()))
                })?;
                instrs.add(op, oparg, row.location);
            }
            instrs.labels = (0..instrs.len() as u32).collect();
            Ok(instrs)
        })
    }
}

#[pymethods]
impl InstructionSequence {
    #[slot]
    fn new(_class: &TypeRef, _args: minipy_vm::Args<'_>) -> Ref<InstructionSequence> {
        InstructionSequence::new_ref()
    }

    /// Append an instruction.
    #[pymethod("($self, /, opcode, oparg, lineno, col_offset, end_lineno, end_col_offset)")]
    fn addop(
        &self,
        opcode: i32,
        oparg: i32,
        lineno: i32,
        col_offset: i32,
        end_lineno: i32,
        end_col_offset: i32,
    ) {
        // In this order, whatever the parameters are called.
        let location = Location::new(lineno, col_offset, end_lineno, end_col_offset);
        self.0.with(|sequence| sequence.rows.push(Row { opcode, oparg, location }));
    }

    /// Return a new label.
    #[pymethod("($self, /)")]
    fn new_label(&self) -> i64 {
        self.0.with(|sequence| {
            sequence.last_label += 1;
            i64::from(sequence.last_label)
        })
    }

    /// Place label at current location.
    #[pymethod("($self, /, label)")]
    fn use_label(&self, label: i32) -> PyResult<()> {
        let label = usize::try_from(label).ok().filter(|label| *label < MAX_LABELS);
        let label = label.ok_or_else(exceptions::memory_error)?;
        self.0.with(|sequence| {
            if label >= sequence.labels.len() {
                sequence.labels.resize(label + 1, UNPLACED);
            }
            sequence.labels[label] = sequence.rows.len() as u32;
        });
        Ok(())
    }

    /// Add a nested sequence.
    #[pymethod("($self, /, nested)")]
    fn add_nested(&self, nested: &Value) -> PyResult<()> {
        let Some(nested) = nested.downcast::<InstructionSequence>() else {
            return Err(exceptions::type_error("expected an instruction sequence, not type"));
        };
        self.0.with(|sequence| sequence.nested.push(nested.clone()));
        Ok(())
    }

    /// Add a nested sequence.
    #[pymethod("($self, /)")]
    fn get_nested(&self) -> ListRef {
        let nested = self.0.with(|sequence| sequence.nested.iter().map(Ref::to_value).collect());
        PyList::from_vec(nested)
    }

    /// Return the instructions as a list of tuples or labels.
    #[pymethod("($self, /)")]
    fn get_instructions(&self) -> ListRef {
        let rows = self.0.with(|sequence| {
            sequence.resolve();
            sequence.rows.clone()
        });
        let as_tuple = |row: Row| {
            let info = u16::try_from(row.opcode).ok().and_then(OpcodeInfo::get);
            let has_arg = info.is_some_and(|info| info.flags.contains(Flags::ARG));
            let Location { line, end_line, col, end_col } = row.location;
            PyTuple::from_array([
                row.opcode.into(),
                if has_arg { row.oparg.into() } else { Value::NONE },
                line.into(),
                end_line.into(),
                col.into(),
                end_col.into(),
            ])
            .into_value()
        };
        PyList::from_vec(rows.into_iter().map(as_tuple).collect())
    }
}
