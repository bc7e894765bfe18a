//! `CField`: the descriptor of a field of a structure or union.

use super::data::{CData, CDataRef, Place};
use super::info;
use super::scalar::Bits;
use super::text;
use crate::modules::ctypes::argument::{Words, bytes_of_mut};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::bytes::from_slice;
use minipy_vm::{
    PyBytes, PyErr, PyResult, PyStr, PyType, Ref, StrRef, Traverse, TypeRef, Value, Visitor, exceptions,
    protocol,
};
use std::cell::Cell;

/// How the field's memory is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// As its type says.
    Typed,
    /// A part of an integer.
    Bits(Bits),
    /// An array of `c_char` as bytes.
    Chars,
    /// An array of `c_wchar` as str.
    WideChars,
}

/// Structure/Union member
#[pyclass(name = "CField", module = "ctypes", gc)]
pub struct CField {
    pub name: StrRef,
    pub class: TypeRef,
    pub byte_offset: isize,
    byte_size: usize,
    pub index: usize,
    access: Access,
    pub is_anonymous: Cell<bool>,
}

impl Traverse for CField {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.name.traverse(visit);
        self.class.traverse(visit);
    }
}

/// The constructor's arguments about bits.
fn bits_of(
    name: &str,
    class: &TypeRef,
    byte_size: usize,
    size: Option<&Value>,
    offset: Option<&Value>,
) -> PyResult<Option<Bits>> {
    let given = |value: Option<&Value>| value.filter(|value| !value.is_none()).cloned();
    let Some(size) = given(size) else {
        if given(offset).is_some() {
            return Err(exceptions::value_error(format!(
                "field '{name}': bit_offset must be specified if bit_size is"
            )));
        }
        return Ok(None);
    };
    let int = |value: Option<Value>| match value {
        Some(value) if protocol::is_int(&value) => protocol::index_to_i64(&value)?
            .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C ssize_t")),
        _ => Err(exceptions::type_error("an integer is required")),
    };
    let (size, offset) = (int(Some(size))?, int(given(offset))?);
    let info = info::of_class(class);
    if info.is_none_or(|info| info.code().is_none_or(|(code, _)| !code.allows_bits())) {
        return Err(exceptions::type_error(format!("bit fields not allowed for type {}", class.name())));
    }
    if size <= 0 || size > i64::from(u32::MAX) {
        return Err(exceptions::value_error(format!("bit size of field '{name}' out of range, got {size}")));
    }
    if offset < 0 {
        return Err(exceptions::value_error(format!(
            "bit offset of field '{name}' out of range, got {offset}"
        )));
    }
    let width = byte_size as i64 * 8;
    if offset.saturating_add(size) > width {
        return Err(exceptions::value_error(format!(
            "bit field '{name}' overflows its type ({offset} + {size} > {width})"
        )));
    }
    Ok(Some(Bits { size: size as u32, offset: offset as u32 }))
}

impl CField {
    /// The same field seen from a structure that holds this one's structure at `offset` as its member number `index`.
    pub fn moved(&self, offset: isize, index: usize) -> Ref<CField> {
        Ref::new(CField {
            name: self.name.clone(),
            class: self.class.clone(),
            byte_offset: self.byte_offset.saturating_add(offset),
            byte_size: self.byte_size,
            index,
            access: self.access,
            is_anonymous: Cell::new(false),
        })
    }

    pub fn is_bits(&self) -> bool {
        matches!(self.access, Access::Bits(_))
    }

    pub fn offset(&self) -> usize {
        usize::try_from(self.byte_offset).unwrap_or(usize::MAX)
    }

    fn place(&self) -> Place {
        Place::Inside(self.offset())
    }

    fn get(&self, data: &CDataRef) -> PyResult<Value> {
        match self.access {
            Access::Typed => CData::get_part(data, &self.class, self.index, self.place()),
            Access::Bits(bits) => {
                let info = info::of_class(&self.class).ok_or_else(info::abstract_class)?;
                let (code, swapped) = info.code().ok_or_else(info::abstract_class)?;
                code.read(CData::place(data, self.place(), code.size)?, swapped, Some(bits))
            }
            Access::Chars => {
                let bytes = CData::place(data, self.place(), self.byte_size)?;
                let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
                Ok(from_slice(&bytes[..end]).into_value())
            }
            Access::WideChars => {
                text::from_wide(&text::units_of(CData::place(data, self.place(), self.byte_size)?))
            }
        }
    }

    fn set(&self, data: &CDataRef, value: &Value) -> PyResult<()> {
        match self.access {
            Access::Typed => CData::set_part(data, &self.class, value, self.index, self.place()),
            Access::Bits(bits) => {
                let info = info::of_class(&self.class).ok_or_else(info::abstract_class)?;
                let (code, swapped) = info.code().ok_or_else(info::abstract_class)?;
                // The value's conversion may run code that changes the other bits.
                let value = value_of_bits(code, value)?;
                code.write(CData::place(data, self.place(), code.size)?, &value, swapped, Some(bits))?;
                Ok(())
            }
            Access::Chars => self.set_chars(data, value),
            Access::WideChars => self.set_wide_chars(data, value),
        }
    }

    fn set_chars(&self, data: &CDataRef, value: &Value) -> PyResult<()> {
        let Some(bytes) = value.downcast::<PyBytes>() else {
            let got = value.type_name();
            return Err(exceptions::type_error(format!("expected bytes, {got} found")));
        };
        let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
        if end > self.byte_size {
            return Err(exceptions::value_error(format!(
                "bytes too long ({end}, maximum length {})",
                self.byte_size
            )));
        }
        let to = CData::place(data, self.place(), self.byte_size)?;
        to[..end].copy_from_slice(&bytes[..end]);
        if let Some(terminator) = to.get_mut(end) {
            *terminator = 0;
        }
        Ok(())
    }

    fn set_wide_chars(&self, data: &CDataRef, value: &Value) -> PyResult<()> {
        let Some(string) = value.downcast::<PyStr>() else {
            let got = value.type_name();
            return Err(exceptions::type_error(format!("unicode string expected instead of {got} instance")));
        };
        let most = self.byte_size / 4;
        if string.len() > most {
            return Err(exceptions::value_error(format!(
                "string too long ({}, maximum length {most})",
                string.len()
            )));
        }
        text::store_units(CData::place(data, self.place(), self.byte_size)?, string);
        Ok(())
    }
}

/// A value for a bit field as an exact int or bool.
fn value_of_bits(code: &super::scalar::Code, value: &Value) -> PyResult<Value> {
    let mut words = Words::default();
    let bytes = &mut bytes_of_mut(&mut words)[..code.size];
    code.write(bytes, value, false, None)?;
    code.read(bytes, false, None)
}

#[cold]
fn not_an_instance() -> PyErr {
    exceptions::type_error("not a ctype instance")
}

#[pymethods]
impl CField {
    #[slot(
        new,
        nosig,
        sig = "(*, name, type, byte_size, byte_offset, index, _internal_use, bit_size=None, bit_offset=None)"
    )]
    fn new(
        _class: &TypeRef,
        name: &StrRef,
        r#type: &Value,
        byte_size: isize,
        byte_offset: isize,
        index: isize,
        _internal_use: bool,
        bit_size: Option<&Value>,
        bit_offset: Option<&Value>,
    ) -> PyResult<Ref<CField>> {
        if !_internal_use {
            return Err(exceptions::type_error(format!(
                "cannot create {} object",
                _class.class().full_name()
            )));
        }
        let shown = name.to_string_lossy();
        let Ok(byte_size) = usize::try_from(byte_size) else {
            return Err(exceptions::value_error(format!(
                "byte size of field '{shown}' must not be negative, got {byte_size}"
            )));
        };
        let class = r#type.downcast::<PyType>();
        let (Some(class), Some(info)) = (class, info::of_type(r#type)) else {
            return Err(exceptions::type_error(format!("type of field '{shown}' must be a C type")));
        };
        if byte_size != info.size {
            return Err(exceptions::value_error(format!(
                "byte size of field '{shown}' ({byte_size}) does not match type size ({})",
                info.size
            )));
        }
        let access = match bits_of(&shown, class, byte_size, bit_size, bit_offset)? {
            Some(bits) => Access::Bits(bits),
            None if info.is_array() => match info.item_code() {
                Some(b'c') => Access::Chars,
                Some(b'u') => Access::WideChars,
                _ => Access::Typed,
            },
            None => Access::Typed,
        };
        Ok(Ref::new(CField {
            name: name.clone(),
            class: class.clone(),
            byte_offset,
            byte_size,
            index: index as usize,
            access,
            is_anonymous: Cell::new(false),
        }))
    }

    #[slot]
    fn repr(&self) -> PyResult<String> {
        let (name, class, offset) =
            (protocol::repr(self.name.as_value())?, self.class.name(), self.byte_offset);
        Ok(match self.access {
            Access::Bits(Bits { size, offset: bit }) => {
                format!(
                    "<ctypes.CField {name} type={class}, ofs={offset}, bit_size={size}, bit_offset={bit}>"
                )
            }
            _ => format!("<ctypes.CField {name} type={class}, ofs={offset}, size={}>", self.byte_size),
        })
    }

    #[slot]
    fn descr_get(zelf: &Ref<CField>, object: Option<&Value>, _owner: Option<&Value>) -> PyResult<Value> {
        match object {
            None => Ok(zelf.to_value()),
            Some(object) => zelf.get(object.downcast::<CData>().ok_or_else(not_an_instance)?),
        }
    }

    #[slot]
    fn descr_set(&self, object: &Value, value: Option<Value>) -> PyResult<()> {
        let data = object.downcast::<CData>().ok_or_else(not_an_instance)?;
        match value {
            Some(value) => self.set(data, &value),
            None => Err(exceptions::type_error("can't delete attribute")),
        }
    }

    /// name of this field
    #[pygetset(member, name = "name")]
    fn field_name(&self) -> StrRef {
        self.name.clone()
    }

    /// type of this field
    #[pygetset(member)]
    fn r#type(&self) -> TypeRef {
        self.class.clone()
    }

    /// offset in bytes of this field (same as byte_offset)
    #[pygetset(member, name = "offset")]
    fn whole_offset(&self) -> isize {
        self.byte_offset
    }

    /// offset in bytes of this field. For bitfields: excludes bit_offset.
    #[pygetset(member, name = "byte_offset")]
    fn get_byte_offset(&self) -> isize {
        self.byte_offset
    }

    /// size of this field in bytes
    #[pygetset(member, name = "byte_size")]
    fn get_byte_size(&self) -> usize {
        self.byte_size
    }

    /// additional offset in bits (relative to byte_offset); zero for non-bitfields
    #[pygetset(member)]
    fn bit_offset(&self) -> u32 {
        match self.access {
            Access::Bits(bits) => bits.offset,
            _ => 0,
        }
    }

    /// size in bytes of this field. For bitfields, this is a legacy packed value; use byte_size instead
    #[pygetset]
    fn size(&self) -> u64 {
        match self.access {
            Access::Bits(bits) => u64::from(bits.size) << 16 | u64::from(bits.offset),
            _ => self.byte_size as u64,
        }
    }

    /// size of this field in bits
    #[pygetset]
    fn bit_size(&self) -> PyResult<Value> {
        match self.access {
            Access::Bits(bits) => Ok(Value::from(u64::from(bits.size))),
            _ => {
                let bytes = minipy_vm::types::int::from_usize(self.byte_size);
                protocol::binary(protocol::BinaryOp::Multiply, &bytes, &Value::small_int(8))
            }
        }
    }

    /// true if this is a bitfield
    #[pygetset]
    fn is_bitfield(&self) -> bool {
        self.is_bits()
    }

    /// true if this field is anonymous
    #[pygetset(name = "is_anonymous")]
    fn get_is_anonymous(&self) -> bool {
        self.is_anonymous.get()
    }
}
