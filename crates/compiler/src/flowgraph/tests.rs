//! The passes against CPython's own, one half of the back end at a time.
//!
//! The corpus is marshal data recorded by `tests/data/record_flowgraph.py`: code generation's output
//! for many code objects, what CPython's optimiser makes of it, and what its assembler makes of that.
//! `MINIPY_FLOWGRAPH_CORPUS` names a larger one to run as well.

use minipy_bytecode::{CodeObject, Constant, Str, marshal};

use crate::assemble;
use crate::ir::{InstructionSequence, Location, Op, Unit};

fn items(value: &Constant) -> &[Constant] {
    match value {
        Constant::Tuple(items) => items,
        other => panic!("tuple expected, not {other}"),
    }
}

fn int(value: &Constant) -> i64 {
    match value {
        Constant::Int(value) => *value,
        other => panic!("int expected, not {other}"),
    }
}

fn text(value: &Constant) -> Str {
    match value {
        Constant::Str(text, _) => text.clone(),
        other => panic!("str expected, not {other}"),
    }
}

fn texts(value: &Constant) -> impl Iterator<Item = Str> {
    items(value).iter().map(text)
}

fn sequence(value: &Constant) -> InstructionSequence {
    let rows = items(value);
    let mut seq = InstructionSequence::new();
    seq.labels = (0..rows.len() as u32).collect();
    for row in rows {
        let n: Vec<i64> = items(row).iter().map(int).collect();
        let op = Op::from_number(n[0] as u16).expect("known opcode");
        let loc = Location::new(n[2] as i32, n[3] as i32, n[4] as i32, n[5] as i32);
        seq.add(op, n[1] as u32, loc);
    }
    seq
}

/// Instructions as they are compared.
fn flat(seq: &InstructionSequence) -> Vec<(Op, u32, Location)> {
    seq.instrs.iter().map(|i| (i.op, i.oparg, i.loc)).collect()
}

fn unit(row: &[Constant]) -> Unit {
    Unit {
        name: text(&row[13]),
        qualname: text(&row[14]),
        filename: text(&row[15]),
        instrs: sequence(&row[0]),
        consts: items(&row[1]).iter().cloned().collect(),
        names: texts(&row[2]).collect(),
        varnames: texts(&row[3]).collect(),
        cellvars: texts(&row[4]).collect(),
        freevars: texts(&row[5]).collect(),
        fast_hidden: texts(&row[6]).collect(),
        argcount: int(&row[7]) as u32,
        posonlyargcount: int(&row[8]) as u32,
        kwonlyargcount: int(&row[9]) as u32,
        nparams: int(&row[10]) as u32,
        firstlineno: int(&row[11]) as i32,
        flags: int(&row[12]) as u32,
        depth: 0,
    }
}

/// Names the first field that differs.
fn difference(got: &CodeObject, want: &CodeObject) -> Option<String> {
    macro_rules! fields {
        ($($field:ident)*) => {
            $(if got.$field != want.$field {
                return Some(format!(
                    "{}\n  got  {:?}\n  want {:?}", stringify!($field), got.$field, want.$field
                ));
            })*
        };
    }
    fields!(
        argcount posonlyargcount kwonlyargcount stacksize flags code consts names localsplusnames
        localspluskinds filename name qualname firstlineno linetable exceptiontable
    );
    None
}

#[derive(Default)]
struct Tally {
    units: usize,
    optimizer: usize,
    assembler: usize,
    whole: usize,
    shown: usize,
}

impl Tally {
    fn show(&mut self, what: &str, row: &[Constant], details: impl FnOnce() -> String) {
        self.shown += 1;
        if self.shown <= 8 {
            println!("== {what}: {} line {} of {}\n{}", row[14], row[11], row[15], details());
        }
    }

    fn run(&mut self, row: &[Constant]) {
        self.units += 1;
        let unit = unit(row);
        let want = flat(&sequence(&row[16]));
        let consts = unit.consts.items().to_vec();
        match super::optimize_sequence(&unit.instrs, consts, unit.varnames.len()) {
            Ok((seq, consts)) if flat(&seq) == want && consts == items(&row[17]) => {}
            other => {
                self.optimizer += 1;
                self.show("optimizer", row, || match other {
                    Err(error) => error.to_string(),
                    Ok((seq, consts)) => {
                        let got = flat(&seq);
                        // Targets move with everything between; they are rarely where it began.
                        let key = |(op, arg, loc): &(Op, u32, Location)| {
                            (*op, if op.has_target() { 0 } else { *arg }, *loc)
                        };
                        let at = got.iter().zip(&want).take_while(|(a, b)| key(a) == key(b)).count();
                        let around = |list: &[(Op, u32, Location)]| {
                            let rows = list.iter().enumerate().skip(at.saturating_sub(4)).take(10);
                            rows.map(|(i, (op, arg, loc))| {
                                format!(
                                    "\n    {i} {} {arg} {}:{}-{}:{}",
                                    op.name(),
                                    loc.line,
                                    loc.col,
                                    loc.end_line,
                                    loc.end_col
                                )
                            })
                            .collect::<String>()
                        };
                        let same = if consts == items(&row[17]) { "" } else { " (consts differ)" };
                        format!("  got{same}{}\n  want{}", around(&got), around(&want))
                    }
                });
            }
        }
        if let Constant::Code(want) = &row[18] {
            let finished = Unit { instrs: sequence(&row[16]), consts: Default::default(), ..unit.clone() };
            let differs = match assemble::assemble_optimized(finished) {
                Ok(got) => difference(&got, want),
                Err(error) => Some(error.to_string()),
            };
            if let Some(differs) = differs {
                self.assembler += 1;
                self.show("assembler", row, || differs);
            }
        }
        if let Constant::Code(want) = &row[19] {
            let differs = match assemble::assemble(Unit { flags: want.flags, ..unit }) {
                Ok(got) => difference(&got, want),
                Err(error) => Some(error.to_string()),
            };
            if let Some(differs) = differs {
                self.whole += 1;
                self.show("whole", row, || differs);
            }
        }
    }
}

#[test]
fn agrees_with_cpython() {
    let mut tally = Tally::default();
    let mut corpora = Vec::new();
    if let Some(path) = std::env::var_os("MINIPY_FLOWGRAPH_CORPUS") {
        corpora.push(std::fs::read(path).expect("readable corpus"));
    }
    for corpus in corpora {
        let units = marshal::loads(&corpus).expect("well-formed corpus");
        for row in items(&units) {
            tally.run(items(row));
        }
    }
    let Tally { units, optimizer, assembler, whole, .. } = tally;
    assert_eq!((optimizer, assembler, whole), (0, 0, 0), "optimizer, assembler, whole failures of {units}");
}
