//! `Decimal.__format__`.

use super::current::current;
use minipy_decimal::{Context, Decimal, Notation, Rounding, Status};
use minipy_vm::{PyDict, PyResult, PyStr, StrRef, Value, exceptions, name, protocol, warnings};

/// The parts of a format specification.
struct Spec {
    fill: String,
    align: char,
    sign: char,
    zero_padded: bool,
    width: usize,
    precision: Option<i64>,
    /// `e`, `f`, `g`, `%` in either case, or none of them.
    code: Option<char>,
    /// Whether the code was `N`.
    deprecated: bool,
    point: String,
    separator: String,
    /// Sizes of groups of digits from the right; the last one repeats.
    groups: Vec<u8>,
}

/// The specification, if it is one of those handled here.
fn parse(text: &str, capitals: bool) -> Option<Spec> {
    let mut chars: Vec<char> = text.chars().collect();
    let mut spec = Spec {
        fill: " ".to_owned(),
        align: '>',
        sign: '-',
        zero_padded: false,
        width: 0,
        precision: None,
        code: None,
        deprecated: false,
        point: ".".to_owned(),
        separator: String::new(),
        groups: Vec::new(),
    };
    let is_align = |c: Option<&char>| matches!(c, Some('<' | '>' | '=' | '^'));
    let mut aligned = true;
    if is_align(chars.get(1)) {
        spec.fill = chars[0].to_string();
        spec.align = chars[1];
        chars.drain(..2);
    } else if is_align(chars.first()) {
        spec.align = chars.remove(0);
    } else {
        aligned = false;
    }
    let mut rest = chars.into_iter().peekable();
    if let Some(sign) = rest.next_if(|c| matches!(c, '+' | '-' | ' ')) {
        spec.sign = sign;
    }
    if rest.next_if_eq(&'0').is_some() {
        if aligned {
            return None;
        }
        spec.zero_padded = true;
    }
    let number = |rest: &mut std::iter::Peekable<std::vec::IntoIter<char>>| -> Option<Option<i64>> {
        let mut value = None;
        while let Some(digit) = rest.next_if(char::is_ascii_digit) {
            let digit = i64::from(digit.to_digit(10)?);
            value = Some(value.unwrap_or(0i64).checked_mul(10)?.checked_add(digit)?);
        }
        Some(value)
    };
    spec.width = number(&mut rest)?.unwrap_or(0) as usize;
    if rest.next_if_eq(&',').is_some() {
        spec.separator = ",".to_owned();
        spec.groups = vec![3];
    }
    if rest.next_if_eq(&'.').is_some() {
        spec.precision = Some(number(&mut rest)??);
    }
    let code = rest.next();
    if rest.next().is_some() {
        return None;
    }
    spec.code = match code {
        Some(code @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%')) => Some(code),
        Some(code @ ('n' | 'N')) if spec.separator.is_empty() => {
            spec.deprecated = code == 'N';
            let locale = crate::modules::locale::of_numbers();
            spec.point = locale.decimal_point.into_owned();
            spec.separator = locale.thousands_sep.into_owned();
            spec.groups = locale.grouping.to_vec();
            Some(if spec.deprecated { 'G' } else { 'g' })
        }
        Some(_) => return None,
        None => Some(if capitals { 'G' } else { 'g' }),
    };
    Some(spec)
}

/// Replaces the locale's conventions by those of a dict.
fn override_conventions(spec: &mut Spec, conventions: &Value) -> PyResult<()> {
    let Some(conventions) = conventions.downcast::<PyDict>() else {
        return Err(exceptions::type_error("optional argument must be a dict"));
    };
    let text = |key: &StrRef| -> PyResult<Option<StrRef>> {
        match conventions.get_str(key)? {
            None => Ok(None),
            Some(value) => value
                .downcast_into::<PyStr>()
                .map(Some)
                .map_err(|_| exceptions::type_error("bad argument type for built-in operation")),
        }
    };
    if let Some(point) = text(name!("decimal_point"))? {
        spec.point = point.to_string_lossy();
    }
    if let Some(separator) = text(name!("thousands_sep"))? {
        spec.separator = separator.to_string_lossy();
    }
    if let Some(grouping) = text(name!("grouping"))? {
        spec.groups = grouping.chars().map(|c| c.min(255) as u8).collect();
    }
    /// Bytes of a separator at most.
    const LONGEST: usize = 4;
    let fits = (1..=LONGEST).contains(&spec.point.len())
        && spec.separator.len() <= LONGEST
        && spec.groups.iter().all(|size| *size <= 127);
    if fits { Ok(()) } else { Err(exceptions::value_error("invalid override dict")) }
}

/// `format(number, spec)`; `conventions` are those of a locale.
pub fn format(
    object: &Value,
    number: &Decimal,
    text: &StrRef,
    conventions: Option<&Value>,
) -> PyResult<Value> {
    let context = current()?;
    let settings = context.settings.get();
    let parsed = text.to_utf8().and_then(|text| parse(&text, context.capitals.get()));
    let Some(mut spec) = parsed else { return by_python(object, text, context.as_value()) };
    if spec.deprecated {
        let message = "Format specifier 'N' is deprecated and slated for removal in Python 3.18";
        warnings::warn(exceptions::deprecation_warning_class(), message, 1)?;
    }
    if let Some(conventions) = conventions {
        override_conventions(&mut spec, conventions)?;
    }
    /// The widest text.
    const LIMIT: i64 = 1 << 40;
    if spec.width as i64 > LIMIT || spec.precision.is_some_and(|precision| precision > LIMIT) {
        return Err(exceptions::value_error("format specification exceeds internal limits of _decimal"));
    }
    match layout(number, &spec, settings.rounding) {
        Some(text) => Ok(Value::from(text)),
        None => Err(exceptions::memory_error()),
    }
}

/// What is not handled here is left to the version in Python.
fn by_python(object: &Value, text: &StrRef, context: &Value) -> PyResult<Value> {
    let class = protocol::getattr_str(&crate::import::import_module("_pydecimal")?, "Decimal")?;
    let own = protocol::call1(&class, protocol::str(object)?.into_value())?;
    match protocol::call_method(&own, name!("__format__"), &[text.to_value(), context.clone()]) {
        Err(error) if error.is_instance(exceptions::value_error_class()) => {
            Err(exceptions::value_error("invalid format string"))
        }
        result => result,
    }
}

/// Digits as they stand around the point, with an exponent behind.
struct Parts {
    negative: bool,
    whole: String,
    fraction: String,
    exponent: String,
}

fn layout(number: &Decimal, spec: &Spec, rounding: Rounding) -> Option<String> {
    let sign_of = |negative: bool| match (negative, spec.sign) {
        (true, _) => "-",
        (false, '+') => "+",
        (false, ' ') => " ",
        (false, _) => "",
    };
    if !number.is_finite() {
        let text = number.abs_copy().to_text(Notation::Scientific, true);
        let suffix = if spec.code == Some('%') { "%" } else { "" };
        return pad(
            spec,
            sign_of(number.sign),
            &format!("{text}{suffix}"),
            if spec.zero_padded { " " } else { &spec.fill },
        );
    }
    let parts = digits_of(number, spec, rounding)?;
    let sign = sign_of(parts.negative);
    let mut tail = String::new();
    if !parts.fraction.is_empty() {
        tail.push_str(&spec.point);
        tail.push_str(&parts.fraction);
    }
    tail.push_str(&parts.exponent);
    let room =
        if spec.zero_padded { spec.width.saturating_sub(sign.len() + tail.chars().count()) } else { 0 };
    let body = grouped(&parts.whole, spec, room) + &tail;
    pad(spec, sign, &body, if spec.zero_padded { "0" } else { &spec.fill })
}

/// More padding is out of memory.
const LONGEST_PADDING: usize = 1 << 32;

/// Pads to the width.
fn pad(spec: &Spec, sign: &str, body: &str, fill: &str) -> Option<String> {
    let missing = spec.width.saturating_sub(sign.len() + body.chars().count());
    let fill = |count: usize| fill.repeat(count);
    if missing > LONGEST_PADDING {
        return None;
    }
    Some(match spec.align {
        '<' => format!("{sign}{body}{}", fill(missing)),
        '=' => format!("{sign}{}{body}", fill(missing)),
        '^' => format!("{}{sign}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
        _ => format!("{}{sign}{body}", fill(missing)),
    })
}

/// The whole part with separators, filled with zeros so that it takes up `room`.
fn grouped(whole: &str, spec: &Spec, room: usize) -> String {
    const END: u8 = 127;
    let mut digits: Vec<char> = whole.chars().rev().collect();
    let separator: Vec<char> = spec.separator.chars().rev().collect();
    if separator.is_empty() || spec.groups.is_empty() {
        while digits.len() < room {
            digits.push('0');
        }
        return digits.into_iter().rev().collect();
    }
    let mut out: Vec<char> = Vec::new();
    let mut sizes = spec.groups.iter().copied();
    let mut size = 0;
    let mut in_group = 0usize;
    let mut next_size = |size: &mut u8| {
        if let Some(next) = sizes.next()
            && next != 0
        {
            *size = next;
        }
    };
    next_size(&mut size);
    let mut rest = digits.into_iter();
    loop {
        let digit = match rest.next() {
            Some(digit) => digit,
            None if out.len() < room => '0',
            None => break,
        };
        if size != END && size != 0 && in_group == usize::from(size) {
            out.extend(&separator);
            in_group = 0;
            next_size(&mut size);
        }
        out.push(digit);
        in_group += 1;
    }
    out.into_iter().rev().collect()
}

/// The number rounded and laid out as the code says.
fn digits_of(number: &Decimal, spec: &Spec, rounding: Rounding) -> Option<Parts> {
    const LONGEST: i64 = 400_000_000;
    let mut number = number.clone();
    let code = spec.code.unwrap_or('g');
    let lower = code.to_ascii_lowercase();
    if code == '%' {
        number.exponent += 2;
    }
    let mut status = Status::CLEAR;
    let rounded_to = |number: &Decimal, digits: i64, status: &mut Status| {
        let context = Context { prec: digits.max(1), ..Context::MAX }.with_rounding(rounding);
        number.clone().finalized(&context, status)
    };
    if let Some(precision) = spec.precision {
        match lower {
            'e' => {
                if !number.is_zero() && number.digits() > precision + 1 {
                    number = rounded_to(&number, precision + 1, &mut status);
                }
            }
            'g' => {
                if number.digits() > precision.max(1) {
                    number = rounded_to(&number, precision, &mut status);
                }
            }
            _ => {
                if number.exponent.max(0) + precision > LONGEST {
                    return None;
                }
                let pattern = Decimal::zero(false, -precision);
                let context = Context::MAX.with_rounding(rounding);
                number = if number.is_zero() {
                    Decimal::zero(number.sign, -precision)
                } else {
                    number.quantize(&pattern, &context, &mut status)
                };
            }
        }
    } else if (lower == 'f' || code == '%') && number.exponent > 0 && !number.is_zero() {
        if number.exponent > LONGEST {
            return None;
        }
        number = number.quantize(&Decimal::ZERO, &Context::MAX, &mut status);
    } else if (lower == 'f' || code == '%') && number.exponent > 0 {
        number.exponent = 0;
    }
    if status.has(Status::ANY_INVALID) {
        return None;
    }
    let negative = number.sign;
    let digits = number.coefficient.to_string();
    let count = digits.len() as i64;
    let left = number.exponent + count;
    let point = match lower {
        'e' if number.is_zero() => 1 - spec.precision.unwrap_or(0),
        'e' => 1,
        'g' if number.exponent <= 0 && left > -6 => left,
        'g' => 1,
        _ => left,
    };
    let (mut whole, mut fraction) = if point <= 0 {
        ("0".to_owned(), format!("{}{digits}", "0".repeat(usize::try_from(-point).ok()?)))
    } else if point >= count {
        (format!("{digits}{}", "0".repeat(usize::try_from(point - count).ok()?)), String::new())
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(point).ok()?);
        (whole.to_owned(), fraction.to_owned())
    };
    if lower == 'e'
        && let Some(precision) = spec.precision
    {
        let missing = precision - fraction.len() as i64;
        if missing > LONGEST {
            return None;
        }
        fraction.push_str(&"0".repeat(usize::try_from(missing.max(0)).ok()?));
    }
    if whole.is_empty() {
        whole.push('0');
    }
    let exponent = left - point;
    let exponent = if lower == 'e' || lower == 'g' && exponent != 0 {
        format!("{}{exponent:+}", if code.is_ascii_uppercase() { 'E' } else { 'e' })
    } else if code == '%' {
        "%".to_owned()
    } else {
        String::new()
    };
    Some(Parts { negative, whole, fraction, exponent })
}
