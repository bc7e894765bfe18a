//! Random input: nothing panics.

use minipy_text::codecs::wide::{self, ByteOrder};
use minipy_text::codecs::{single, unicode_escape, utf7, utf8};
use minipy_text::format::{self, FieldName, FormatSpec, Locale, PercentPiece, PercentTemplate, Template};
use minipy_text::{complex, float, int};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

const PIECES: &[&str] = &[
    "0",
    "1",
    "9",
    "_",
    ".",
    "e",
    "-",
    "+",
    "x",
    "p",
    "inf",
    "nan",
    " ",
    "{",
    "}",
    "!",
    ":",
    "[",
    "]",
    "%",
    "(",
    ")",
    "*",
    "#",
    "z",
    "<",
    "^",
    "=",
    ",",
    "d",
    "s",
    "c",
    "n",
    "f",
    "j",
    "\\",
    "u",
    "N{",
    "é",
    "٣",
    "\u{1f600}",
    "\0",
    "99999999999",
    "\u{a0}",
    "0x",
    "\n",
];

#[test]
fn random_text() {
    let mut state = 7u64;
    let mut next = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let locale = Locale {
        decimal_point: ",".into(),
        thousands_sep: "\u{a0}".into(),
        grouping: vec![3, 2, 127].into(),
    };
    for _ in 0..60_000 {
        let mut text = Wtf8Buf::new();
        for _ in 0..next(9) {
            text.push_str(PIECES[next(PIECES.len())]);
            if next(20) == 0 {
                text.extend(CodePoint::from_u32(0xd800 + next(0x800) as u32));
            }
        }
        let bytes: Vec<u8> =
            text.as_bytes().iter().map(|b| if next(15) == 0 { next(256) as u8 } else { *b }).collect();
        let points = || text.code_points().map(|c| c.to_u32());
        let _ = (float::parse(&bytes), float::parse_points(points()), float::fromhex(&bytes));
        let _ =
            (complex::parse(points()), minipy_text::repr::str(points()), minipy_text::repr::ascii(points()));
        let _ = int::parse(&bytes, next(38) as u32, 700);
        let _ = FormatSpec::for_str(&text, &|| "str".into(), 3);
        Template::new(&text).for_each(|piece| drop(piece.map_err(|e| e.to_string())));
        if let Ok(name) = FieldName::parse(&text) {
            name.for_each(|step| drop(step.map_err(|e| e.to_string())));
        }
        // Huge widths are a matter for the memory limit.
        if !bytes.windows(4).any(|w| w.iter().all(u8::is_ascii_digit)) {
            let x = f64::from_bits((next(1 << 30) as u64) << 34);
            let _ = format::format_int(
                &(next(1 << 30) as i64 - (1 << 29)).into(),
                &text,
                &|| "int".into(),
                700,
                &locale,
            );
            let _ = format::format_float(x, &text, &|| "float".into(), &locale);
            let _ = format::format_complex(x, -x, &text, &|| "complex".into(), &locale);
            for template in [PercentTemplate::of_bytes(&bytes), PercentTemplate::of_wtf8(&bytes)] {
                for piece in template {
                    if let PercentPiece::Conversion(conversion) = piece {
                        let _ = (conversion.int(&next(1000).into(), 'x', 700), conversion.float(x, 'g'));
                    }
                }
            }
        }
        let is_final = next(2) == 0;
        let mut out: Vec<u32> = Vec::new();
        // A handler may go on from anywhere.
        macro_rules! decode {
            ($decoder:path $(, $argument:expr)*) => {{
                let mut errors = 0;
                let _ = $decoder(&bytes $(, $argument)*, &mut out, |e, _: &mut Vec<u32>| {
                    errors += 1;
                    if errors > 20 { Err(()) } else { Ok(if errors % 3 == 0 { e.start } else { e.end + errors }) }
                });
            }};
        }
        decode!(utf8::decode, is_final);
        decode!(utf7::decode, is_final);
        decode!(unicode_escape::decode, is_final);
        decode!(unicode_escape::decode_raw, is_final);
        decode!(single::decode_ascii);
        for order in [ByteOrder::Little, ByteOrder::Big] {
            decode!(wide::decode_16, next(3), order, is_final);
            decode!(wide::decode_32, next(3), order, is_final);
        }
        let _ = unicode_escape::decode_bytes(&bytes, &mut Vec::new());
    }
}
