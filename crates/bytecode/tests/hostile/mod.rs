//! Damaged pycs, marshal data and code for everything that reads them; `cargo xtask fuzz` runs more rounds of it.

use minipy_bytecode::pyc::Header;
use minipy_bytecode::{CodeObject, Constant, dis, exception_table, location, marshal, verifier};

/// A small generator of reproducible noise.
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

/// How many of the damaged inputs were still readable, and how much code the verifier took.
#[derive(Default, Debug, Clone, Copy)]
pub struct Survey {
    pub inputs: usize,
    pub readable: usize,
    pub accepted: usize,
}

fn look_at(code: &CodeObject, survey: &mut Survey) {
    survey.accepted += usize::from(verifier::verify(code).is_ok());
    // Takes ten times as long as all the rest.
    if survey.inputs.is_multiple_of(64) {
        let _ = dis::text(code);
    }
    let _ = location::co_lines(&code.linetable, code.firstlineno).count();
    let _ = location::co_positions(&code.linetable, code.firstlineno).count();
    let _ = exception_table::find(&code.exceptiontable, 3);
}

/// Changes, cuts and lengthens marshalled code objects with a pyc's header before them, `rounds` times in all.
pub fn mutate_data(originals: &[&[u8]], rounds: usize, seed: u64) -> Survey {
    let mut noise = Noise(seed);
    let mut survey = Survey::default();
    for round in 0..rounds {
        let mut data = Header::Timestamp { mtime: 1, size: 2 }.to_bytes().to_vec();
        data.extend(originals[round % originals.len()]);
        for _ in 0..1 + noise.next(4) {
            // The header is a small target, so it is aimed at now and then.
            let at = if noise.next(16) == 0 { noise.next(16) } else { noise.next(data.len()) };
            let Some(byte) = data.get_mut(at) else { continue };
            match noise.next(6) {
                0 => *byte = noise.next(256) as u8,
                1 => *byte ^= 1 << noise.next(8),
                2 => data.truncate(at + 1),
                3 => data.insert(at, noise.next(256) as u8),
                4 => drop(data.remove(at)),
                _ => {
                    // A piece of another file.
                    let other = originals[noise.next(originals.len())];
                    let from = noise.next(other.len());
                    let piece = &other[from..(from + noise.next(40)).min(other.len())];
                    data.splice(at..at, piece.iter().copied());
                }
            }
        }
        survey.inputs += 1;
        let body = match Header::parse(&data) {
            Ok((_, body)) => body,
            Err(_) => data.get(16..).unwrap_or(&[]),
        };
        if let Ok(code) = marshal::loads_code(body) {
            survey.readable += 1;
            look_at(&code, &mut survey);
            // What could be read can be written and read again.
            let again = marshal::dumps_code(&code, 5).ok().map(|data| marshal::loads_code(&data));
            assert!(matches!(again, Some(Ok(_))), "written data is readable");
        } else if let Ok(value) = marshal::loads(body) {
            survey.readable += 1;
            let _ = marshal::dumps(&value, 5);
        }
    }
    survey
}

fn each_code(code: &CodeObject, check: &mut dyn FnMut(&CodeObject)) {
    check(code);
    for constant in code.consts.iter() {
        if let Constant::Code(inner) = constant {
            each_code(inner, check);
        }
    }
}

/// Changes the instructions of each code object `rounds` times.
pub fn mutate_code(originals: &[&[u8]], rounds: usize, seed: u64) -> Survey {
    let mut noise = Noise(seed);
    let mut survey = Survey::default();
    for data in originals {
        let Ok(code) = marshal::loads_code(data) else { continue };
        each_code(&code, &mut |code| {
            for _ in 0..rounds {
                let mut bytes = code.code.to_vec();
                for _ in 0..1 + noise.next(3) {
                    let at = noise.next(bytes.len());
                    bytes[at] = noise.next(256) as u8;
                }
                survey.inputs += 1;
                look_at(&CodeObject { code: bytes.into(), ..code.clone() }, &mut survey);
            }
        });
    }
    survey
}
