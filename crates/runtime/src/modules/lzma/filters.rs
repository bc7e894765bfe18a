//! Filter chains: from Python's dicts to liblzma's structures.

use super::{check, error};
use liblzma_sys as lz;
use minipy_vm::macros_support::{ArgPos, FromArg};
use minipy_vm::types::bytes::from_slice;
use minipy_vm::types::int;
use minipy_vm::{BytesRef, DictRef, PyDict, PyErr, PyResult, Value, exceptions, protocol};
use std::ffi::c_void;
use std::ptr;

/// The most filters in a chain.
const MOST: usize = lz::LZMA_FILTERS_MAX as usize;

/// The options of a filter, of the sort that its id says.
enum Options {
    Lzma(Box<lz::lzma_options_lzma>),
    Delta(Box<lz::lzma_options_delta>),
    Bcj(Box<lz::lzma_options_bcj>),
}

/// A filter chain. Ends with a filter without id, as liblzma wants it.
pub struct Chain {
    raw: Vec<lz::lzma_filter>,
    // What `raw` points to.
    _options: Vec<Options>,
}

const BCJ: [lz::lzma_vli; 6] = [
    lz::LZMA_FILTER_X86,
    lz::LZMA_FILTER_POWERPC,
    lz::LZMA_FILTER_IA64,
    lz::LZMA_FILTER_ARM,
    lz::LZMA_FILTER_ARMTHUMB,
    lz::LZMA_FILTER_SPARC,
];

/// An unsigned number of C with `bits` bits.
pub fn unsigned(value: &Value, bits: u32) -> PyResult<u64> {
    let value = protocol::as_index(value)?;
    if int::is_negative(&value) {
        return Err(exceptions::value_error("Cannot convert negative int"));
    }
    int::to_ibig(&value)
        .and_then(|number| u64::try_from(&number).ok())
        .filter(|number| bits == 64 || number >> bits == 0)
        .ok_or_else(|| exceptions::overflow_error(format!("Python int too large for C uint{bits}_t")))
}

/// LZMA's options for a preset.
pub fn preset_options(preset: u32) -> PyResult<Box<lz::lzma_options_lzma>> {
    // SAFETY: all fields are numbers or pointers that may be null.
    let mut options: Box<lz::lzma_options_lzma> = Box::new(unsafe { std::mem::zeroed() });
    // SAFETY: the options are written only.
    if unsafe { lz::lzma_lzma_preset(&raw mut *options, preset) } != 0 {
        return Err(error(&format!("Invalid compression preset: {preset}")));
    }
    Ok(options)
}

/// The number that a specifier has under `name`; an error of any sort means `sort` of filter was specified wrongly.
fn number(value: &Value, sort: &str) -> PyResult<u32> {
    match unsigned(value, 32) {
        Ok(number) => Ok(number as u32),
        Err(_) => Err(wrong(sort)),
    }
}

#[cold]
fn wrong(sort: &str) -> PyErr {
    exceptions::value_error(format!("Invalid filter specifier for {sort} filter"))
}

/// The entries of a specifier besides the id.
fn entries(specifier: &Value, sort: &str) -> PyResult<Vec<(String, Value)>> {
    let mut entries = Vec::new();
    protocol::for_each(&protocol::call_method(specifier, minipy_vm::name!("keys"), &[])?, |key| {
        let name = match key.downcast::<minipy_vm::PyStr>() {
            Some(name) => name.to_string_lossy(),
            None => return Err(wrong(sort)),
        };
        if name != "id" {
            entries.push((name, protocol::getitem(specifier, &key)?));
        }
        Ok(())
    })?;
    Ok(entries)
}

fn lzma_options(specifier: &Value) -> PyResult<Options> {
    let entries = entries(specifier, "LZMA")?;
    let preset = entries.iter().find(|(name, _)| name == "preset");
    let preset =
        preset.map_or(Ok(lz::LZMA_PRESET_DEFAULT), |(_, value)| unsigned(value, 32).map(|n| n as u32))?;
    let mut options = preset_options(preset)?;
    for (name, value) in &entries {
        match name.as_str() {
            "preset" => {}
            "dict_size" => options.dict_size = number(value, "LZMA")?,
            "lc" => options.lc = number(value, "LZMA")?,
            "lp" => options.lp = number(value, "LZMA")?,
            "pb" => options.pb = number(value, "LZMA")?,
            "mode" => options.mode = number(value, "LZMA")?,
            "nice_len" => options.nice_len = number(value, "LZMA")?,
            "mf" => options.mf = number(value, "LZMA")?,
            "depth" => options.depth = number(value, "LZMA")?,
            _ => return Err(wrong("LZMA")),
        }
    }
    Ok(Options::Lzma(options))
}

fn delta_options(specifier: &Value) -> PyResult<Options> {
    // SAFETY: all fields are numbers or pointers that may be null.
    let mut options: Box<lz::lzma_options_delta> = Box::new(unsafe { std::mem::zeroed() });
    for (name, value) in entries(specifier, "delta")? {
        match name.as_str() {
            "dist" => options.dist = number(&value, "delta")?,
            _ => return Err(wrong("delta")),
        }
    }
    Ok(Options::Delta(options))
}

fn bcj_options(specifier: &Value) -> PyResult<Options> {
    let mut options = Box::new(lz::lzma_options_bcj { start_offset: 0 });
    for (name, value) in entries(specifier, "BCJ")? {
        match name.as_str() {
            "start_offset" => options.start_offset = number(&value, "BCJ")?,
            _ => return Err(wrong("BCJ")),
        }
    }
    Ok(Options::Bcj(options))
}

#[cold]
fn invalid_id(id: u64) -> PyErr {
    exceptions::value_error(format!("Invalid filter ID: {id}"))
}

/// The filter that a dict specifies.
fn specified(specifier: &Value) -> PyResult<(u64, Options)> {
    if specifier.class().slots().subscript.is_none() || specifier.downcast::<minipy_vm::PyList>().is_some() {
        return Err(exceptions::type_error("Filter specifier must be a dict or dict-like object"));
    }
    let id = match protocol::getitem(specifier, &"id".into()) {
        Err(error) if error.is_instance(exceptions::key_error_class()) => {
            return Err(exceptions::value_error("Filter specifier must have an \"id\" entry"));
        }
        id => unsigned(&id?, 64)?,
    };
    let options = match id {
        lz::LZMA_FILTER_LZMA1 | lz::LZMA_FILTER_LZMA2 => lzma_options(specifier)?,
        lz::LZMA_FILTER_DELTA => delta_options(specifier)?,
        id if BCJ.contains(&id) => bcj_options(specifier)?,
        id => return Err(invalid_id(id)),
    };
    Ok((id, options))
}

impl Chain {
    /// The chain that a sequence of dicts specifies.
    pub fn of(specifiers: &Value) -> PyResult<Chain> {
        let len = protocol::len(specifiers)?;
        if len > MOST {
            return Err(exceptions::value_error(format!(
                "Too many filters - liblzma supports a maximum of {MOST}"
            )));
        }
        let filters = (0..len).map(|index| specified(&protocol::getitem(specifiers, &Value::from(index))?));
        Ok(Chain::with(filters.collect::<PyResult<Vec<_>>>()?))
    }

    /// The chain of one LZMA filter with these options.
    pub fn single(id: u64, options: Box<lz::lzma_options_lzma>) -> Chain {
        Chain::with(vec![(id, Options::Lzma(options))])
    }

    fn with(filters: Vec<(u64, Options)>) -> Chain {
        let (ids, mut options): (Vec<u64>, Vec<Options>) = filters.into_iter().unzip();
        let pointers = options.iter_mut().map(|options| match options {
            Options::Lzma(options) => (&raw mut **options).cast::<c_void>(),
            Options::Delta(options) => (&raw mut **options).cast(),
            Options::Bcj(options) => (&raw mut **options).cast(),
        });
        let mut raw: Vec<_> =
            ids.into_iter().zip(pointers).map(|(id, options)| lz::lzma_filter { id, options }).collect();
        raw.push(lz::lzma_filter { id: lz::LZMA_VLI_UNKNOWN, options: ptr::null_mut() });
        Chain { raw, _options: options }
    }

    pub fn as_ptr(&self) -> *const lz::lzma_filter {
        self.raw.as_ptr()
    }

    /// The options of the only filter, if that is LZMA1.
    pub fn only_lzma1(&self) -> Option<*const lz::lzma_options_lzma> {
        match &self.raw[..] {
            [only, _end] if only.id == lz::LZMA_FILTER_LZMA1 => Some(only.options.cast()),
            _ => None,
        }
    }
}

/// The encoded options of a filter.
pub fn encode_properties(specifier: &Value) -> PyResult<BytesRef> {
    let (id, options) = specified(specifier)?;
    let chain = Chain::with(vec![(id, options)]);
    let mut size = 0;
    // SAFETY: the filter lives as long as the chain; the size is written only.
    check(unsafe { lz::lzma_properties_size(&raw mut size, chain.as_ptr()) })?;
    let mut out = vec![0; size as usize];
    // SAFETY: the output has the size that was told.
    check(unsafe { lz::lzma_properties_encode(chain.as_ptr(), out.as_mut_ptr()) })?;
    Ok(from_slice(&out))
}

/// The dict that specifies a filter with these encoded options.
pub fn decode_properties(id: &Value, encoded: &[u8]) -> PyResult<DictRef> {
    let id = unsigned(id, 64)?;
    let mut filter = lz::lzma_filter { id, options: ptr::null_mut() };
    // SAFETY: the properties are read up to their length; the options are allocated with malloc.
    check(unsafe {
        lz::lzma_properties_decode(&raw mut filter, ptr::null(), encoded.as_ptr(), encoded.len())
    })?;
    let dict = PyDict::new_ref();
    dict.insert("id", id);
    if !filter.options.is_null() {
        // SAFETY: the options are of the sort that the id says, and freed once.
        unsafe {
            match id {
                lz::LZMA_FILTER_LZMA1 => {
                    let options = &*filter.options.cast::<lz::lzma_options_lzma>();
                    dict.insert("lc", u64::from(options.lc));
                    dict.insert("lp", u64::from(options.lp));
                    dict.insert("pb", u64::from(options.pb));
                    dict.insert("dict_size", u64::from(options.dict_size));
                }
                lz::LZMA_FILTER_LZMA2 => {
                    let options = &*filter.options.cast::<lz::lzma_options_lzma>();
                    dict.insert("dict_size", u64::from(options.dict_size));
                }
                lz::LZMA_FILTER_DELTA => {
                    let options = &*filter.options.cast::<lz::lzma_options_delta>();
                    dict.insert("dist", u64::from(options.dist));
                }
                _ => {
                    let options = &*filter.options.cast::<lz::lzma_options_bcj>();
                    dict.insert("start_offset", u64::from(options.start_offset));
                }
            }
            libc::free(filter.options);
        }
    }
    Ok(dict)
}

/// A limit of memory.
pub struct MemLimit(pub u64);

impl FromArg<'_> for MemLimit {
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        unsigned(value, 64).map(MemLimit)
    }
}
