//! Every property of every code point, as a checksum of the same text that `record_sweep.py` makes under the oracle.

use minipy_unicode::record::{Record, Version, decimal, decomposition, numeric};
use minipy_unicode::{Form, Mapped, is_normalized, normalize};

struct Crc {
    table: [u32; 256],
    value: u32,
}

impl Crc {
    fn new() -> Crc {
        let table = std::array::from_fn(|i| {
            (0..8).fold(i as u32, |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
        });
        Crc { table, value: !0 }
    }

    fn add(&mut self, text: &str) {
        for b in text.bytes() {
            self.value = self.table[((self.value ^ u32::from(b)) & 0xff) as usize] ^ (self.value >> 8);
        }
    }
}

fn hexes(cps: &[u32]) -> String {
    cps.iter().map(|cp| format!("{cp:x}")).collect::<Vec<_>>().join(" ")
}

fn flag(value: bool) -> String {
    u8::from(value).to_string()
}

fn mapped(mapping: Mapped) -> String {
    hexes(mapping.as_slice())
}

/// As `float.hex` for the few kinds of number that characters stand for.
fn float_hex(value: f64) -> String {
    if value == 0.0 {
        return "0x0.0p+0".into();
    }
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i64 - 1023;
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}0x1.{:013x}p{exponent:+}", bits & ((1 << 52) - 1))
}

fn normalized(form: Form, text: &[u32], version: Version) -> String {
    let result = normalize(form, text.iter().copied(), version);
    hexes(result.as_deref().unwrap_or(text))
}

fn property(name: &str, cp: u32) -> String {
    use minipy_unicode as u;
    let (version, name) = match name.strip_prefix("old_") {
        Some(name) => (Version::V3_2, name),
        None => (Version::Current, name),
    };
    let record = Record::of(cp, version);
    let (one, a, sigma) = (std::iter::once(cp), u32::from('A'), 0x3a3);
    if let Some((what, form)) = name.rsplit_once('_').or(Some(("", name)))
        && let Some(form) = Form::from_name(form)
    {
        let text = [0x61, 0x323, cp, 0x301, 0x316, cp, 0x1161, 0x11a8, 0x327];
        return match what {
            "is" => flag(is_normalized(form, one, version)),
            "marks" => normalized(form, &text, version),
            _ => normalized(form, &[cp], version),
        };
    }
    match name {
        "isalpha" => flag(u::is_alpha(cp)),
        "isdecimal" => flag(u::is_decimal(cp)),
        "isdigit" => flag(u::is_digit(cp)),
        "isnumeric" => flag(u::is_numeric(cp)),
        "isalnum" => flag(u::is_alnum(cp)),
        "islower" => flag(u::is_lower(cp)),
        "isupper" => flag(u::is_upper(cp)),
        "isspace" => flag(u::is_space(cp)),
        "istitle" => flag(u::is_title(cp)),
        "isprintable" => flag(u::is_printable(cp)),
        "xid_start" => flag(u::is_xid_start(cp)),
        "xid_continue" => flag(u::is_xid_continue(cp)),
        "linebreak" => flag(u::is_linebreak(cp)),
        "sigma_before" => flag(u::is_final_sigma([cp, a].into_iter(), [].into_iter())),
        "sigma_after" => flag(match cp {
            _ if cp == sigma => u::is_final_sigma([a].into_iter(), [sigma, a].into_iter()),
            _ => u::is_final_sigma([a].into_iter(), [cp, a].into_iter()),
        }),
        "sigma_alone" => flag(u::is_final_sigma([a].into_iter(), one)),
        "cased" => flag(u::is_cased(cp)),
        "lower" => mapped(u::to_lower(cp)),
        "upper" => mapped(u::to_upper(cp)),
        "title" => mapped(u::to_title(cp)),
        "casefold" => mapped(u::to_casefold(cp)),
        "sre_lower" => u::to_lower_simple(cp).to_string(),
        "name" => u::name::name(cp).unwrap_or_default(),
        "decimal" => decimal(cp, version).map(|v| v.to_string()).unwrap_or_default(),
        "digit" => u::digit(cp).map(|v| v.to_string()).unwrap_or_default(),
        "numeric" => numeric(cp, version).map(float_hex).unwrap_or_default(),
        "category" => record.category().into(),
        "bidirectional" => record.bidirectional().into(),
        "combining" => record.combining().to_string(),
        "east_asian_width" => record.east_asian_width().into(),
        "mirrored" => flag(record.is_mirrored()),
        "decomposition" => decomposition(cp, version),
        _ => panic!("no property {name}"),
    }
}

#[test]
fn every_property_of_every_code_point() {
    let mut wrong = Vec::new();
    for line in include_str!("sweep.txt").lines() {
        let (name, expected) = line.split_once(' ').expect("name and checksum");
        let mut crc = Crc::new();
        for cp in 0..0x11_0000 {
            crc.add(&property(name, cp));
            crc.add("\n");
        }
        if format!("{:08x}", !crc.value) != expected {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn names_are_found_again() {
    use minipy_unicode::name::{lookup, lookup_3_2, lookup_sequence, name};
    for cp in 0..0x11_0000 {
        if let Some(name) = name(cp) {
            assert_eq!(lookup(&name), Some(cp), "{name}");
        }
    }
    assert_eq!(lookup("latin small letter a"), Some(0x61));
    assert_eq!(lookup("TANGUT IDEOGRAPH-17000"), Some(0x17000));
    assert_eq!(lookup("CJK UNIFIED IDEOGRAPH-04E00"), None);
    assert_eq!(lookup("hangul syllable hih"), Some(0xd7a3));
    assert_eq!((lookup("LF"), lookup_3_2("LF")), (Some(10), None));
    assert_eq!(lookup("KEYCAP DIGIT ONE"), None);
    assert_eq!(lookup_sequence("KEYCAP DIGIT ONE").as_deref(), Some("1\u{fe0f}\u{20e3}"));
    for nonsense in
        ["", " ", "-", "é", "HANGUL SYLLABLE ", "HANGUL SYLLABLE é", "LATIN SMALL LETTER", "X-é1234"]
    {
        assert_eq!(lookup_sequence(nonsense), None, "{nonsense:?}");
    }
}

#[test]
fn values_beyond_unicode_have_no_properties() {
    for cp in [0x11_0000, u32::MAX] {
        assert_eq!(property("category", cp), "Cn");
        assert!(!minipy_unicode::is_printable(cp) && minipy_unicode::name::name(cp).is_none());
        assert_eq!(minipy_unicode::to_upper(cp).as_slice(), [cp]);
    }
}
