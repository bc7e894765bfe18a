//! Where a numeric literal ends, and what is wrong with it.

/// A scanned literal.
pub(crate) struct Number {
    /// The offset behind it.
    pub end: usize,
    /// The kind of literal to warn about, when a keyword follows without a space.
    pub warn: Option<&'static str>,
}

/// A malformed literal.
pub(crate) struct NumberError {
    /// What is wrong.
    pub msg: String,
    /// How far the literal was read.
    pub cursor: usize,
    /// The start and end column, from 1, when they are not those of the cursor, relative to the literal's beginning.
    pub range: Option<(usize, usize)>,
}

struct Scanner<'s> {
    bytes: &'s [u8],
    at: usize,
    /// As the `tokenize` module wants it.
    lenient: bool,
}

impl Scanner<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn error<T>(&self, msg: impl Into<String>) -> Result<T, NumberError> {
        Err(NumberError { msg: msg.into(), cursor: self.at, range: None })
    }

    /// Digits with single underscores between them; the cursor is at a digit or behind one.
    fn decimal_tail(&mut self) -> Result<(), NumberError> {
        loop {
            while self.peek().is_ascii_digit() {
                self.at += 1;
            }
            if self.peek() != b'_' {
                return Ok(());
            }
            self.at += 1;
            if !self.peek().is_ascii_digit() {
                return self.error("invalid decimal literal");
            }
        }
    }

    /// The digits of a literal with a prefix.
    fn radix(&mut self, radix: u32, kind: &'static str) -> Result<Number, NumberError> {
        let is_digit = |byte: u8| (byte as char).is_digit(radix);
        loop {
            if self.peek() == b'_' {
                self.at += 1;
            }
            if !is_digit(self.peek()) {
                return self.bad_digit(kind);
            }
            while is_digit(self.peek()) {
                self.at += 1;
            }
            if self.peek() != b'_' {
                break;
            }
        }
        if self.peek().is_ascii_digit() {
            return self.bad_digit(kind);
        }
        self.end(kind)
    }

    fn bad_digit(&mut self, kind: &'static str) -> Result<Number, NumberError> {
        let found = self.peek();
        if found.is_ascii_digit() {
            self.at += 1;
            return self.error(format!("invalid digit '{}' in {kind} literal", found as char));
        }
        self.error(format!("invalid {kind} literal"))
    }

    /// Checks what follows the literal: a keyword is deprecated, another letter an error.
    fn end(&mut self, kind: &'static str) -> Result<Number, NumberError> {
        if self.lenient {
            return Ok(Number { end: self.at, warn: None });
        }
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let short: [&[u8]; 3] = [b"if", b"in", b"is"];
        let keywords: [&[u8]; 5] = [b"and", b"else", b"for", b"or", b"not"];
        let is_keyword = |keyword: &[u8]| {
            let behind = rest.get(keyword.len()).copied().unwrap_or(0);
            rest.starts_with(keyword) && !(behind.is_ascii_alphanumeric() || behind == b'_' || behind >= 128)
        };
        if short.iter().any(|keyword| rest.starts_with(keyword))
            || keywords.iter().any(|keyword| is_keyword(keyword))
        {
            return Ok(Number { end: self.at, warn: Some(kind) });
        }
        let next = self.peek();
        if next.is_ascii_alphanumeric() || next == b'_' {
            return self.error(format!("invalid {kind} literal"));
        }
        Ok(Number { end: self.at, warn: None })
    }

    /// What may follow the digits before a point: a fraction, an exponent, `j`.
    fn after_digits(&mut self) -> Result<Option<Number>, NumberError> {
        let mut float = false;
        if self.peek() == b'.' {
            float = true;
            self.at += 1;
            if self.peek().is_ascii_digit() {
                self.decimal_tail()?;
            }
        }
        if matches!(self.peek(), b'e' | b'E') {
            let exponent = self.at;
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
                if !self.peek().is_ascii_digit() {
                    return self.error("invalid decimal literal");
                }
            } else if !self.peek().is_ascii_digit() {
                self.at = exponent;
                return self.end("decimal").map(Some);
            }
            self.decimal_tail()?;
            float = true;
        }
        if matches!(self.peek(), b'j' | b'J') {
            self.at += 1;
            return self.end("imaginary").map(Some);
        }
        if float { self.end("decimal").map(Some) } else { Ok(None) }
    }
}

/// Scans the literal at `start`, where there is a digit, or a point and a digit. `lenient` lets `0777` pass, and whatever follows the literal.
pub(crate) fn scan(bytes: &[u8], start: usize, lenient: bool) -> Result<Number, NumberError> {
    let mut scanner = Scanner { bytes, at: start, lenient };
    if scanner.peek() != b'0' {
        if scanner.peek() != b'.' {
            scanner.decimal_tail()?;
        }
        return match scanner.after_digits()? {
            Some(number) => Ok(number),
            None => scanner.end("decimal"),
        };
    }
    scanner.at += 1;
    match scanner.peek() {
        b'x' | b'X' => {
            scanner.at += 1;
            return scanner.radix(16, "hexadecimal");
        }
        b'o' | b'O' => {
            scanner.at += 1;
            return scanner.radix(8, "octal");
        }
        b'b' | b'B' => {
            scanner.at += 1;
            return scanner.radix(2, "binary");
        }
        _ => {}
    }
    loop {
        if scanner.peek() == b'_' {
            scanner.at += 1;
            if !scanner.peek().is_ascii_digit() {
                return scanner.error("invalid decimal literal");
            }
        }
        if scanner.peek() != b'0' {
            break;
        }
        scanner.at += 1;
    }
    let zeros_end = scanner.at + 1;
    let nonzero = scanner.peek().is_ascii_digit();
    if nonzero {
        scanner.decimal_tail()?;
    }
    if let Some(number) = scanner.after_digits()? {
        return Ok(number);
    }
    if nonzero && !lenient {
        return Err(NumberError {
            msg: "leading zeros in decimal integer literals are not permitted; \
                  use an 0o prefix for octal integers"
                .into(),
            cursor: scanner.at,
            range: Some((1, zeros_end - start)),
        });
    }
    scanner.end("decimal")
}
