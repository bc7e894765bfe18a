//! The opcode table against facts recorded from CPython by `data/record_opcodes.py`.

use minipy_bytecode::opcode::{Flags, OpcodeInfo, stack_effect};

fn flags(text: &str) -> Flags {
    text.split('|').fold(Flags::NONE, |flags, name| {
        flags.union(match name {
            "ARG" => Flags::ARG,
            "CONST" => Flags::CONST,
            "NAME" => Flags::NAME,
            "JUMP" => Flags::JUMP,
            "FREE" => Flags::FREE,
            "LOCAL" => Flags::LOCAL,
            "EXC" => Flags::EXC,
            _ => Flags::NONE,
        })
    })
}

#[test]
fn table_agrees_with_cpython() {
    const OPARGS: [u32; 11] = [1, 2, 3, 4, 5, 7, 8, 16, 255, 256, 0x1234];
    let mut rows = 0;
    for line in include_str!("data/opcodes.txt").lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let info = OpcodeInfo::by_name(fields[0]).expect(fields[0]);
        assert_eq!(info.number.to_string(), fields[1], "{}", info.name);
        // The oracle lists caches of base instructions only.
        if info.base == info.number {
            assert_eq!(info.caches.to_string(), fields[2], "{}", info.name);
        }
        assert_eq!(info.flags, flags(fields[3]), "{}", info.name);
        let mut recorded = fields[4..].iter();
        for oparg in OPARGS {
            for jump in [None, Some(false), Some(true)] {
                let want = recorded.next().expect("an effect").parse().ok();
                assert_eq!(stack_effect(info.number, oparg, jump), want, "{} {oparg} {jump:?}", info.name);
            }
        }
        rows += 1;
    }
    assert_eq!(rows, OpcodeInfo::all().len());
}
