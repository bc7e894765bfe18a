//! Wide characters: `wchar_t` strings of 32-bit units.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::{PyResult, PyStr, Ref, StrRef, Value, exceptions};

/// A wide string with a zero at its end, for C functions to read. Shows as the capsule that CPython keeps one in.
#[pyclass(name = "PyCapsule", module = "builtins", no_new)]
pub struct WideText {
    units: Box<[u32]>,
}

#[pymethods]
impl WideText {
    #[slot]
    fn repr(zelf: &Ref<WideText>) -> String {
        format!(
            "<capsule object \"_ctypes/cfield.c wchar_t buffer from unicode\" at {:#x}>",
            zelf.as_value().id()
        )
    }
}

impl WideText {
    /// A copy of `text`.
    pub fn of(text: &StrRef) -> Ref<WideText> {
        Ref::new(WideText { units: text.chars().chain([0]).collect() })
    }

    /// Where it is in memory.
    pub fn address(&self) -> u64 {
        self.units.as_ptr() as u64
    }
}

/// A str of wide characters; ValueError for what is no character.
pub fn from_wide(units: &[u32]) -> PyResult<Value> {
    match units.iter().find(|unit| **unit > 0x10_ffff) {
        Some(unit) => {
            Err(exceptions::value_error(format!("character U+{unit:x} is not in range [U+0000; U+10ffff]")))
        }
        None => Ok(PyStr::from_code_points(units).into_value()),
    }
}

/// The units at an address: as many as are asked for, or up to the zero.
///
/// # Safety
/// They must be there, and stay while the slice is held.
pub unsafe fn wide_at<'a>(address: *const u32, count: Option<usize>) -> &'a [u32] {
    // SAFETY: the caller's promise.
    unsafe {
        let count =
            count.unwrap_or_else(|| (0..).take_while(|at| address.add(*at).read_unaligned() != 0).count());
        std::slice::from_raw_parts(address, count)
    }
}

/// The character that a str of length one is.
pub fn wide_char_of(value: &Value) -> PyResult<u32> {
    let Some(text) = value.downcast::<PyStr>() else {
        return Err(exceptions::type_error(format!(
            "a unicode character expected, not instance of {}",
            value.type_name()
        )));
    };
    if text.len() != 1 {
        return Err(exceptions::type_error(format!(
            "a unicode character expected, not a string of length {}",
            text.len()
        )));
    }
    Ok(text.char_at(0))
}

/// The units in `data` up to the first zero.
pub fn units_of(data: &[u8]) -> Vec<u32> {
    let (chunks, _) = data.as_chunks::<4>();
    chunks.iter().map(|raw| u32::from_ne_bytes(*raw)).take_while(|unit| *unit != 0).collect()
}

/// Stores the characters of a str, and a zero behind them if there is room.
pub fn store_units(data: &mut [u8], text: &StrRef) {
    let (chunks, _) = data.as_chunks_mut::<4>();
    for (raw, unit) in chunks.iter_mut().zip(text.chars().chain([0])) {
        *raw = unit.to_ne_bytes();
    }
}
