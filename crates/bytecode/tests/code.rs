//! Marshal, tables and verifier on code that CPython made (`data/record_code.py`).
//!
//! `MINIPY_CODE_CORPUS` names a larger record to run as well.

mod hostile;

use minipy_bytecode::{CodeObject, Constant, exception_table, location, marshal, verifier};

/// The recorded `(version, data)` pairs.
fn records(data: &[u8]) -> Vec<(i32, &[u8])> {
    let mut out = Vec::new();
    let mut rest = data;
    while let Some((head, tail)) = rest.split_first_chunk::<5>() {
        let [version, length @ ..] = *head;
        let (body, tail) = tail.split_at(u32::from_le_bytes(length) as usize);
        out.push((i32::from(version), body));
        rest = tail;
    }
    out
}

fn corpora() -> Vec<Vec<u8>> {
    let mut corpora = vec![include_bytes!("data/code.bin").to_vec()];
    if let Some(path) = std::env::var_os("MINIPY_CODE_CORPUS") {
        corpora.push(std::fs::read(path).expect("readable corpus"));
    }
    corpora
}

fn each_code(code: &CodeObject, check: &mut dyn FnMut(&CodeObject)) {
    check(code);
    for constant in code.consts.iter() {
        if let Constant::Code(inner) = constant {
            each_code(inner, check);
        }
    }
}

#[test]
fn marshal_is_cpythons() {
    for corpus in corpora() {
        let mut current = None;
        for (version, data) in records(&corpus) {
            if version == 5 {
                let code = marshal::loads_code(data).expect("readable");
                // References may differ, but what is read back may not.
                for version in 3..=5 {
                    if let Ok(again) = marshal::dumps_code(&code, version) {
                        assert_eq!(marshal::loads_code(&again).expect("readable"), code, "{}", code.filename);
                    }
                }
                current = Some(code);
            } else if let Some(code) = &current {
                let written = marshal::dumps_code(code, version).expect("writable");
                assert!(written == data, "{} version {version}", code.filename);
            }
        }
    }
}

#[test]
fn tables_survive_decoding_and_encoding() {
    for corpus in corpora() {
        for (_, data) in records(&corpus).into_iter().filter(|record| record.0 == 5) {
            let code = marshal::loads_code(data).expect("readable");
            each_code(&code, &mut |code| {
                let mut writer = location::Writer::new(code.firstlineno);
                let mut entries = location::Entries::new(&code.linetable, code.firstlineno).peekable();
                while let Some(first) = entries.next() {
                    let mut end = first.end;
                    while let Some(next) = entries.next_if(|next| next.position == first.position) {
                        end = next.end;
                    }
                    let at = first.position;
                    let known = |part: Option<i32>| part.unwrap_or(-1);
                    writer.add(
                        end - first.start,
                        known(at.line),
                        known(at.end_line),
                        known(at.col),
                        known(at.end_col),
                    );
                }
                assert_eq!(writer.finish(), code.linetable.to_vec(), "{} {}", code.filename, code.qualname);
                let mut table = Vec::new();
                for entry in exception_table::Entries::new(&code.exceptiontable) {
                    exception_table::write(&mut table, entry);
                }
                assert_eq!(table, code.exceptiontable.to_vec(), "{} {}", code.filename, code.qualname);
            });
        }
    }
}

#[test]
fn verifier_accepts_what_cpython_compiles() {
    let mut refused = Vec::new();
    for corpus in corpora() {
        for (_, data) in records(&corpus).into_iter().filter(|record| record.0 == 5) {
            let code = marshal::loads_code(data).expect("readable");
            each_code(&code, &mut |code| {
                let alone =
                    CodeObject { consts: code.consts.iter().map(without_code).collect(), ..code.clone() };
                if let Err(error) = verifier::verify(&alone) {
                    refused.push(format!("{} {}: {error}", code.filename, code.qualname));
                }
            });
        }
    }
    assert!(
        refused.is_empty(),
        "{} refused:\n{}",
        refused.len(),
        refused[..refused.len().min(20)].join("\n")
    );
}

fn without_code(constant: &Constant) -> Constant {
    match constant {
        Constant::Code(_) => Constant::None,
        other => other.clone(),
    }
}

#[test]
fn hostile_data_is_survived() {
    let corpus = include_bytes!("data/code.bin");
    let originals: Vec<&[u8]> =
        records(corpus).into_iter().map(|record| record.1).filter(|data| data.len() < 4000).collect();
    hostile::mutate_data(&originals, 20_000, 0x9e37_79b9_7f4a_7c15);
}

#[test]
fn hostile_code_is_survived() {
    let originals: Vec<&[u8]> = records(include_bytes!("data/code.bin"))
        .into_iter()
        .filter(|record| record.0 == 5)
        .map(|record| record.1)
        .collect();
    hostile::mutate_code(&originals, 200, 77);
}

#[test]
fn deep_and_endless_data_is_refused() {
    // 100,000 tuples of one tuple each.
    let deep: Vec<u8> = [b')', 1].repeat(100_000);
    assert!(marshal::loads(&deep).is_err());
    // A tuple that claims two billion items.
    assert!(marshal::loads(b"(\xff\xff\xff\x7f").is_err());
    // A string that claims more than there is.
    assert!(marshal::loads(b"s\xff\xff\xff\x7fabc").is_err());
    // A tuple that refers to itself.
    assert!(marshal::loads(b"\xa9\x01r\0\0\0\0").is_err());
}
