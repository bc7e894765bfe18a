//! Codecs: what `record.py` recorded of CPython, line by line.

mod recorded;

use minipy_text::codecs::wide::{self, ByteOrder};
use minipy_text::codecs::{
    Codec, DecodeError, EncodeError, EncodeHandler, ErrorHandler, Replacement, single, unicode_escape, utf7,
    utf8,
};
use recorded::{Line, as_recorded, check, wtf8};

fn latin1(points: &[u32]) -> Vec<u8> {
    points.iter().map(|cp| *cp as u8).collect()
}

fn message(start: usize, end: usize, reason: &str) -> String {
    format!("!{start} {end} {reason}")
}

fn decode(line: &Line) -> String {
    let (name, input) = (line.text(1), latin1(&line.points(4)));
    let handler = ErrorHandler::from_name(line.text(2)).expect("a handler");
    let is_final = line.text(3) == "1";
    let codec = Codec::from_name(name);
    let mut out: Vec<u32> = Vec::new();
    let on_error = |e: DecodeError, out: &mut Vec<u32>| {
        handler.decode(&input, e, codec, out).ok_or_else(|| message(e.start, e.end, e.reason))
    };
    let order = if name.ends_with("le") { ByteOrder::Little } else { ByteOrder::Big };
    let result = match name {
        "utf_8" => utf8::decode(&input, is_final, &mut out, on_error),
        "utf_16_le" | "utf_16_be" => wide::decode_16(&input, 0, order, is_final, &mut out, on_error),
        "utf_32_le" | "utf_32_be" => wide::decode_32(&input, 0, order, is_final, &mut out, on_error),
        "utf_7" => utf7::decode(&input, is_final, &mut out, on_error),
        "ascii" => single::decode_ascii(&input, &mut out, on_error),
        "unicode_escape" => {
            unicode_escape::decode(&input, is_final, &mut out, on_error).map(|decoded| decoded.used)
        }
        _ => unicode_escape::decode_raw(&input, is_final, &mut out, on_error),
    };
    match result {
        Ok(used) => format!("{used} {}", as_recorded(&wtf8(&out))),
        Err(message) => message,
    }
}

struct Handler<'a> {
    handler: ErrorHandler,
    codec: Codec,
    text: &'a [u32],
}

impl EncodeHandler for Handler<'_> {
    type Error = String;

    fn handle(&mut self, error: EncodeError) -> Result<(Replacement, usize), String> {
        self.handler.encode(self.text, error, self.codec).ok_or_else(|| self.refuse(error))
    }

    fn refuse(&mut self, error: EncodeError) -> String {
        message(error.start, error.end, error.reason)
    }
}

fn encode(line: &Line) -> String {
    let (name, text) = (line.text(1), line.points(3));
    let text = &text[..];
    let mut handler = Handler {
        handler: ErrorHandler::from_name(line.text(2)).expect("a handler"),
        codec: Codec::from_name(name),
        text,
    };
    let order = if name.ends_with("le") { ByteOrder::Little } else { ByteOrder::Big };
    let mut out = Vec::new();
    let result = match name {
        "utf_8" => utf8::encode(text, &mut out, &mut handler),
        "utf_16_le" | "utf_16_be" => wide::encode_16(text, order, &mut out, &mut handler),
        "utf_32_le" | "utf_32_be" => wide::encode_32(text, order, &mut out, &mut handler),
        "ascii" => single::encode_ascii(text, &mut out, &mut handler),
        "latin_1" => single::encode_latin1(text, &mut out, &mut handler),
        "utf_7" => {
            utf7::encode(text, &mut out);
            Ok(())
        }
        "unicode_escape" => {
            unicode_escape::encode(text, &mut out);
            Ok(())
        }
        _ => {
            unicode_escape::encode_raw(text, &mut out);
            Ok(())
        }
    };
    match result {
        Ok(()) => format!("{} {}", text.len(), out.into_iter().map(char::from).collect::<String>()),
        Err(message) => message,
    }
}

#[test]
fn codecs() {
    check(include_str!("data/codecs.txt"), |line| match line.text(0) {
        "decode" => decode(line),
        "encode" => encode(line),
        _ => {
            let mut out = Vec::new();
            match unicode_escape::decode_bytes(&latin1(&line.points(1)), &mut out) {
                Ok(_) => out.into_iter().map(char::from).collect(),
                Err(e) => format!("!{e}"),
            }
        }
    });
}
