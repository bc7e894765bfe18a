//! Numbers, formats and templates: what `record.py` recorded of CPython, line by line.

mod recorded;

use dashu_int::IBig;
use minipy_text::float::{Code, Style};
use minipy_text::format::{
    self, Access, Conversion, FieldName, FormatError, FormatSpec, Key, Locale, PercentPiece, PercentTemplate,
    Piece, Template,
};
use minipy_text::{complex, float, hash, int, repr};
use recorded::{Line, as_recorded, check, wtf8};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

fn bits(x: f64) -> String {
    // The sign of a nan is not the parser's business.
    format!("{:016x}", if x.is_nan() { 0x7ff8_0000_0000_0000 } else { x.to_bits() })
}

fn hex_int(n: &IBig) -> String {
    let text = int::to_radix(n, 16);
    match text.strip_prefix('-') {
        Some(digits) => format!("-0x{digits}"),
        None => format!("0x{text}"),
    }
}

fn number(line: &Line) -> String {
    let big = |i| line.text(i).parse::<IBig>().expect("an int");
    match line.text(0) {
        "repr" => float::repr(line.float(1)),
        "hex" => float::hex(line.float(1)),
        "fromhex" => match float::fromhex(line.text(1).as_bytes()) {
            Ok(x) => bits(x),
            Err(e) => format!("!{e}"),
        },
        "printf" => {
            let code = match line.text(2) {
                "e" | "E" => Code::Exponent,
                "f" | "F" => Code::Fixed,
                _ => Code::General,
            };
            let upper = line.text(2).chars().all(char::is_uppercase);
            let style = Style {
                code,
                precision: line.number(3),
                alternate: line.text(4) == "1",
                dot_zero: false,
                upper,
            };
            float::format(line.float(1), style)
        }
        "round" => float::round(line.float(1), line.number(2))
            .map_or("!rounded value too large to represent".into(), bits),
        "ratio" => float::as_integer_ratio(line.float(1)).map_or("!".into(), |(a, b)| format!("{a}/{b}")),
        "int" => float::to_int(line.float(1)).map_or("!".into(), |n| n.to_string()),
        "hash" => hash::float(line.float(1)).map_or("nan".into(), |h| h.to_string()),
        "complex" => complex::repr(line.float(1), line.float(2)),
        "float" => float::parse_points(line.points(1).into_iter()).map_or("!".into(), bits),
        "tocomplex" => match complex::parse(line.points(1).into_iter()) {
            Ok((a, b)) => format!("{} {}", bits(a), bits(b)),
            Err(e) => format!("!{}", e.to_string().trim_end_matches(": ")),
        },
        "toint" => match int::parse_points(line.points(1).into_iter(), line.number(2), 700) {
            Ok(int::Int::Small(n)) => hex_int(&n.into()),
            Ok(int::Int::Big(n)) => hex_int(&n),
            Err(e) => format!("!{e}"),
        },
        "radix" => int::to_radix(&big(1), line.number(2)),
        "decimal" => {
            let n = match int::parse(line.text(1).as_bytes(), 16, 0) {
                Ok(int::Int::Small(n)) => n.into(),
                Ok(int::Int::Big(n)) => n,
                Err(e) => panic!("{e}"),
            };
            int::to_decimal(&n, 700).unwrap_or_else(|e| format!("!{e}"))
        }
        "inthash" => {
            let n = big(1);
            let hash = hash::big_int(&n);
            if let Ok(small) = i64::try_from(&n) {
                assert_eq!(hash::int(small), hash);
            }
            hash.to_string()
        }
        "tofloat" => float::from_int(&big(1)).map_or("!int too large to convert to float".into(), bits),
        "tuple" => hash::tuple(line.hashes(1)).to_string(),
        "frozenset" => hash::frozenset(line.hashes(1)).to_string(),
        "complexhash" => {
            let part = |i| hash::float(line.float(i)).expect("a number");
            hash::complex(part(1), part(2)).to_string()
        }
        op => panic!("unknown operation {op}"),
    }
}

#[test]
fn numbers() {
    check(include_str!("data/numbers.txt"), number);
}

#[test]
fn strings() {
    check(include_str!("data/strings.txt"), |line| {
        let text = line.points(1);
        match line.text(0) {
            "repr" => repr::str(text.into_iter()),
            "ascii" => repr::ascii(text.into_iter()),
            "bytes" => repr::bytes(&text.iter().map(|b| *b as u8).collect::<Vec<u8>>()),
            op => panic!("unknown operation {op}"),
        }
    });
}

#[test]
fn str_hashes() {
    use hash::HashKey;
    assert_eq!(HashKey::from_seed(0).bytes(b""), 0);
    for line in include_str!("data/str_hashes.txt").lines() {
        let line = Line::parse(line);
        assert_eq!(HashKey::from_seed(line.number(0)).bytes(line.text(1).as_bytes()), line.number(2));
    }
}

#[test]
fn formats() {
    let locale = Locale::c();
    check(include_str!("data/formats.txt"), |line| {
        let spec = wtf8(&line.points(line.0.len() - 2));
        let result = match line.text(0) {
            "int" => {
                let n = line.text(1).parse::<IBig>().expect("an int");
                format::format_int(&n, &spec, &|| "int".into(), 700, &locale)
            }
            "float" => format::format_float(line.float(1), &spec, &|| "float".into(), &locale),
            "complex" => {
                format::format_complex(line.float(1), line.float(2), &spec, &|| "complex".into(), &locale)
            }
            _ => {
                let text = line.points(1);
                FormatSpec::for_str(&spec, &|| "str".into(), text.len()).map(|layout| {
                    if layout.left + layout.right > 1 << 40 {
                        return "!".into();
                    }
                    let mut all = vec![layout.fill; layout.left];
                    all.extend_from_slice(&text[..layout.take]);
                    all.extend(vec![layout.fill; layout.right]);
                    wtf8(&all)
                })
            }
        };
        as_recorded(&result.unwrap_or_else(|e| format!("!{e}").into()))
    });
}

fn parsed(text: &Wtf8) -> String {
    let show = |text: &Wtf8| as_recorded(text);
    Template::new(text)
        .map(|piece| match piece {
            Ok(Piece { literal, field: None }) => format!("[{}]", show(literal)),
            Ok(Piece { literal, field: Some(field) }) => {
                let conversion: Wtf8Buf = field.conversion.into_iter().collect();
                let (literal, name, spec) = (show(literal), show(field.name), show(field.spec));
                format!("[{literal}|{name}|{}|{spec}]", show(&conversion))
            }
            Err(e) => format!("!{e}"),
        })
        .collect()
}

fn split(text: &Wtf8) -> String {
    let key = |key| match key {
        Key::Index(i) => format!("int {i}"),
        Key::Name(name) => format!("str {}", as_recorded(name)),
    };
    let name = match FieldName::parse(text) {
        Ok(name) => name,
        Err(e) => return format!("!{e}"),
    };
    let mut out = vec![key(name.first)];
    out.extend(name.map(|step| match step {
        Ok(Access::Attribute(name)) => format!(".str {}", as_recorded(name)),
        Ok(Access::Item(item)) => format!("[{}", key(item)),
        Err(e) => format!("!{e}"),
    }));
    out.join(" ")
}

fn percent(line: &Line, convert: impl Fn(Conversion, char) -> Result<String, FormatError>) -> String {
    let text = wtf8(&line.points(1));
    let mut out = String::new();
    for piece in PercentTemplate::of_wtf8(text.as_bytes()) {
        match piece {
            PercentPiece::Literal(text) => out.push_str(std::str::from_utf8(text).expect("UTF-8")),
            PercentPiece::Conversion(conversion) => match conversion.code {
                Ok(code) if char::from_u32(code).is_some_and(|c| "diuoxXeEfFgG".contains(c)) => {
                    match convert(conversion, char::from_u32(code).expect("a character")) {
                        Ok(text) => out.push_str(&text),
                        Err(e) => return format!("!{e}"),
                    }
                }
                Ok(code) => return format!("!{}", conversion.unsupported(code)),
                Err(e) => return format!("!{e}"),
            },
        }
    }
    out
}

#[test]
fn templates() {
    check(include_str!("data/templates.txt"), |line| match line.text(0) {
        "parse" => parsed(&wtf8(&line.points(1))),
        "split" => split(&wtf8(&line.points(1))),
        "percent" => {
            let n = line.text(2).parse::<IBig>().expect("an int");
            percent(line, |conversion, code| match code {
                'd' | 'i' | 'u' | 'o' | 'x' | 'X' => conversion.int(&n, code, 700),
                _ => conversion.float(float::from_int(&n).expect("small enough"), code),
            })
        }
        _ => percent(line, |conversion, code| conversion.float(line.float(2), code)),
    });
}
