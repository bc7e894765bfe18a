//! Pickling of arrays: in machine form with a code for that form, or as lists.

use super::object::Array;
use super::typecode::{self, CODES, Kind, TypeCode};
use minipy_vm::types::bytes::from_slice;
use minipy_vm::types::float;
use minipy_vm::types::int;
use minipy_vm::{
    Payload, PyBytes, PyList, PyResult, PyStr, PyTuple, PyType, Ref, TypeRef, Value, exceptions, name,
    protocol,
};

/// A machine form: its number is its place in this list. Little-endian forms come before their big-endian ones.
const FORMATS: [(Kind, usize, bool); 22] = [
    (Kind::Unsigned, 1, false),
    (Kind::Signed, 1, false),
    (Kind::Unsigned, 2, false),
    (Kind::Unsigned, 2, true),
    (Kind::Signed, 2, false),
    (Kind::Signed, 2, true),
    (Kind::Unsigned, 4, false),
    (Kind::Unsigned, 4, true),
    (Kind::Signed, 4, false),
    (Kind::Signed, 4, true),
    (Kind::Unsigned, 8, false),
    (Kind::Unsigned, 8, true),
    (Kind::Signed, 8, false),
    (Kind::Signed, 8, true),
    (Kind::Float, 4, false),
    (Kind::Float, 4, true),
    (Kind::Float, 8, false),
    (Kind::Float, 8, true),
    (Kind::Char, 2, false),
    (Kind::Char, 2, true),
    (Kind::Char, 4, false),
    (Kind::Char, 4, true),
];

/// The number of the form that `code` has on this machine.
fn machine_format(code: &TypeCode) -> usize {
    FORMATS
        .iter()
        .position(|&(kind, size, big)| kind == code.kind && size == code.size && !big)
        .unwrap_or_default()
}

/// `array.__reduce_ex__(protocol)`.
pub fn reduce(zelf: &Ref<Array>, version: &Value) -> PyResult<Value> {
    let Some(version) = protocol::index_to_i64(version)? else {
        return Err(exceptions::overflow_error("Python int too large to convert to C long"));
    };
    let class = zelf.class().to_value();
    let code: Value = zelf.code.code.to_string().into();
    let state = protocol::lookup_attr(zelf.as_value(), name!("__dict__"))?.unwrap_or(Value::NONE);
    let (function, args) = if version < 3 {
        let items = (0..zelf.count_items()).filter_map(|at| zelf.item(at)).collect();
        (class, PyTuple::from_array([code, PyList::from_vec(items).into_value()]))
    } else {
        let none = Value::NONE;
        let module = minipy_vm::function::hooks::import(name!("array").as_value(), &none, &none, &none, 0)?;
        let reconstructor = protocol::getattr(&module, name!("_array_reconstructor"))?;
        let bytes = zelf.bytes.with(|bytes| from_slice(bytes)).into_value();
        let format = Value::from(machine_format(zelf.code));
        (reconstructor, PyTuple::from_array([class, code, format, bytes]))
    };
    Ok(PyTuple::from_array([function, args.into_value(), state]).into_value())
}

fn check_class(class: &Value) -> PyResult<&TypeRef> {
    let Some(class_type) = class.downcast::<PyType>() else {
        return Err(exceptions::type_error(format!(
            "first argument must be a type object, not {}",
            class.type_name()
        )));
    };
    if !class_type.is_subtype(Array::class()) {
        return Err(exceptions::type_error(format!("{} is not a subtype of array.array", class_type.name())));
    }
    Ok(class_type)
}

/// One item of a machine form.
fn decode(raw: &[u8], kind: Kind, big: bool) -> Value {
    let mut bytes = raw.to_vec();
    if big {
        bytes.reverse();
    }
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(&bytes);
    let word = u64::from_le_bytes(word);
    let unused = 64 - 8 * bytes.len() as u32;
    match kind {
        Kind::Signed => int::from_i64((word << unused) as i64 >> unused),
        Kind::Unsigned => int::from_u64(word),
        Kind::Float if bytes.len() == 4 => float::from_f64(f64::from(f32::from_bits(word as u32))),
        Kind::Float => float::from_f64(f64::from_bits(word)),
        Kind::Char => PyStr::from_char((word as u32).min(0x10_ffff)).into_value(),
    }
}

/// `array._array_reconstructor(class, typecode, format, items)`.
pub fn reconstruct(class: &Value, code: &Value, format: i32, items: &Value) -> PyResult<Value> {
    let class = check_class(class)?;
    let code = code.downcast::<PyStr>().and_then(|text| typecode::find(text));
    let Some(code) = code else {
        return Err(exceptions::value_error("second argument must be a valid type code"));
    };
    let form = usize::try_from(format).ok().and_then(|at| FORMATS.get(at));
    let Some(&(kind, size, big)) = form else {
        return Err(exceptions::value_error("third argument must be a valid machine format code."));
    };
    let Some(bytes) = items.downcast::<PyBytes>() else {
        return Err(exceptions::type_error(format!(
            "fourth argument should be bytes, not {}",
            items.type_name()
        )));
    };
    let bytes = bytes.as_bytes();
    let native = kind == code.kind && size == code.size && !big;
    if native {
        let array = Array::with_bytes(class, code, Vec::new());
        array.append_bytes(bytes)?;
        return Ok(array.into_value());
    }
    if bytes.len() % size != 0 {
        return Err(exceptions::value_error("bytes length not a multiple of item size"));
    }
    if kind == Kind::Char && size == 2 {
        let units = bytes.chunks_exact(2).map(|raw| {
            if big { u16::from_be_bytes([raw[0], raw[1]]) } else { u16::from_le_bytes([raw[0], raw[1]]) }
        });
        let chars: Vec<u32> = char::decode_utf16(units)
            .map(|c| c.map_or_else(|error| u32::from(error.unpaired_surrogate()), u32::from))
            .collect();
        let array = Array::with_bytes(class, code, Vec::new());
        array.append_text(&PyStr::from_code_points(&chars))?;
        return Ok(array.into_value());
    }
    // The machine that wrote it may have had other sizes: take the code that fits the items.
    let fitting = CODES.iter().find(|known| known.kind == kind && known.size == size);
    let code = if matches!(kind, Kind::Signed | Kind::Unsigned) { fitting.unwrap_or(code) } else { code };
    let array = Array::with_bytes(class, code, Vec::new());
    for raw in bytes.chunks_exact(size) {
        array.push(&decode(raw, kind, big))?;
    }
    Ok(array.into_value())
}
