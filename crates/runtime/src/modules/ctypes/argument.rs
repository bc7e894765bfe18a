//! `CArgObject`: a converted argument, as `byref` and `from_param` make it.

use super::data::CData;
use super::ffi::{Basic, FfiType};
use super::scalar::{self, Code};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{GilCell, PyResult, Ref, Traverse, Value, Visitor, protocol};

/// The memory of an argument: room for the largest basic type.
pub type Words = [u64; 4];

/// The bytes of the words.
pub fn bytes_of(words: &Words) -> &[u8] {
    // SAFETY: any bytes are words and the other way round.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of::<Words>()) }
}

/// As [`bytes_of`], for writing.
pub fn bytes_of_mut(words: &mut Words) -> &mut [u8] {
    // SAFETY: as above.
    unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), size_of::<Words>()) }
}

#[pyclass(name = "CArgObject", module = "_ctypes", gc, no_new)]
pub struct CArgObject {
    /// A type code, or `V` for a structure.
    pub tag: u8,
    pub ffi: FfiType,
    pub words: Words,
    /// What keeps the argument's memory.
    pub object: GilCell<Option<Value>>,
}

impl Traverse for CArgObject {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.object.traverse(visit);
    }

    fn clear_refs(&self) {
        self.object.set(None);
    }
}

impl CArgObject {
    /// An address as an argument.
    pub fn pointer(tag: u8, address: u64, object: Value) -> Ref<CArgObject> {
        Ref::new(CArgObject {
            tag,
            ffi: FfiType::Basic(Basic::Pointer),
            words: [address, 0, 0, 0],
            object: GilCell::new(Some(object)),
        })
    }

    /// A Python value as an argument of a simple type. The errors are those of the conversion.
    pub fn simple(code: &'static Code, swapped: bool, value: &Value) -> PyResult<Ref<CArgObject>> {
        let mut words = Words::default();
        let keep = code.write(&mut bytes_of_mut(&mut words)[..code.size], value, swapped, None)?;
        let object = GilCell::new(keep);
        Ok(Ref::new(CArgObject { tag: code.code, ffi: FfiType::Basic(code.ffi), words, object }))
    }

    /// What the argument points to or keeps.
    pub fn object(&self) -> Value {
        self.object.get().unwrap_or(Value::NONE)
    }

    /// The type code of the object that `byref` was called with.
    pub fn target_code(&self) -> Option<u8> {
        Some(self.object.get()?.downcast::<CData>()?.info.code()?.0.code)
    }
}

#[pymethods]
impl CArgObject {
    #[slot]
    fn repr(zelf: &Ref<CArgObject>) -> PyResult<String> {
        let tag = char::from(zelf.tag);
        let value = match zelf.tag {
            b'c' => match bytes_of(&zelf.words)[0] {
                quote @ (b'\'' | b'\\') => return Ok(format!("<cparam 'c' ('\\{}')>", char::from(quote))),
                byte @ 0x20..0x7f => return Ok(format!("<cparam 'c' ('{}')>", char::from(byte))),
                byte => return Ok(format!("<cparam 'c' ('\\x{byte:02x}')>")),
            },
            b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q' | b'd' | b'f' => {
                match scalar::find(zelf.tag) {
                    Some(code) => {
                        let value = code.read(&bytes_of(&zelf.words)[..code.size], false, None)?;
                        protocol::repr(&value)?.to_string_lossy()
                    }
                    None => String::new(),
                }
            }
            b'z' | b'Z' | b'P' => format!("{:#x}", zelf.words[0]),
            _ => return Ok(format!("<cparam '{tag}' at {:#x}>", zelf.as_value().id())),
        };
        Ok(format!("<cparam '{tag}' ({value})>"))
    }

    /// the wrapped object
    #[pygetset(member)]
    fn _obj(&self) -> Option<Value> {
        self.object.get()
    }
}
