//! `_locale`: the C library's idea of locales and message catalogues.

use crate::path;
use minipy_macros::pymodule;
use minipy_text::format::Locale;
use minipy_vm::macros_support::{ArgPos, FromArg};
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{
    DictRef, PyDict, PyErr, PyList, PyModule, PyResult, Ref, Value, exceptions, module_exception,
};
use std::ffi::{CStr, CString, c_char, c_int};

module_exception! {
    /// `locale.Error`.
    error_class = "locale", "Error": exceptions::exception_class, None
}

#[cold]
fn error(message: &str) -> PyErr {
    exceptions::simple(error_class(), message)
}

macro_rules! named {
    ($($name:ident),* $(,)?) => { [$((stringify!($name), libc::$name)),*] };
}

/// The items of `nl_langinfo`.
const LANGINFO: &[(&str, libc::nl_item)] = &named![
    ABDAY_1,
    ABDAY_2,
    ABDAY_3,
    ABDAY_4,
    ABDAY_5,
    ABDAY_6,
    ABDAY_7,
    ABMON_1,
    ABMON_10,
    ABMON_11,
    ABMON_12,
    ABMON_2,
    ABMON_3,
    ABMON_4,
    ABMON_5,
    ABMON_6,
    ABMON_7,
    ABMON_8,
    ABMON_9,
    ALT_DIGITS,
    AM_STR,
    CODESET,
    CRNCYSTR,
    DAY_1,
    DAY_2,
    DAY_3,
    DAY_4,
    DAY_5,
    DAY_6,
    DAY_7,
    D_FMT,
    D_T_FMT,
    ERA,
    ERA_D_FMT,
    ERA_D_T_FMT,
    ERA_T_FMT,
    MON_1,
    MON_10,
    MON_11,
    MON_12,
    MON_2,
    MON_3,
    MON_4,
    MON_5,
    MON_6,
    MON_7,
    MON_8,
    MON_9,
    NOEXPR,
    PM_STR,
    RADIXCHAR,
    THOUSEP,
    T_FMT,
    T_FMT_AMPM,
    YESEXPR,
];

/// The format of `date`, which the libc crate does not know.
const DATE_FMT: libc::nl_item = 131_180;

const CATEGORIES: &[(&str, c_int)] =
    &named![LC_ALL, LC_COLLATE, LC_CTYPE, LC_MESSAGES, LC_MONETARY, LC_NUMERIC, LC_TIME];

unsafe extern "C" {
    fn wcscoll(a: *const libc::wchar_t, b: *const libc::wchar_t) -> c_int;
    fn wcsxfrm(to: *mut libc::wchar_t, from: *const libc::wchar_t, room: usize) -> usize;
    #[link_name = "gettext"]
    fn gettext_c(message: *const c_char) -> *mut c_char;
    #[link_name = "dgettext"]
    fn dgettext_c(domain: *const c_char, message: *const c_char) -> *mut c_char;
    #[link_name = "dcgettext"]
    fn dcgettext_c(domain: *const c_char, message: *const c_char, category: c_int) -> *mut c_char;
    #[link_name = "textdomain"]
    fn textdomain_c(domain: *const c_char) -> *mut c_char;
    #[link_name = "bindtextdomain"]
    fn bindtextdomain_c(domain: *const c_char, dir: *const c_char) -> *mut c_char;
    #[link_name = "bind_textdomain_codeset"]
    fn bind_textdomain_codeset_c(domain: *const c_char, codeset: *const c_char) -> *mut c_char;
}

/// Sets LC_CTYPE; an empty name takes it from the environment. Gives the name that is set afterwards.
pub fn set_ctype(name: &str) -> String {
    let name = CString::new(name).unwrap_or_default();
    // SAFETY: the names are C strings; at start-up nothing else runs yet.
    unsafe {
        libc::setlocale(libc::LC_CTYPE, name.as_ptr());
        let current = libc::setlocale(libc::LC_CTYPE, std::ptr::null());
        if current.is_null() {
            return "C".to_owned();
        }
        CStr::from_ptr(current).to_string_lossy().into_owned()
    }
}

/// The lower case of a byte in the current locale.
pub fn to_lower(c: u8) -> u8 {
    // SAFETY: the function takes the values of an unsigned char.
    unsafe { libc::tolower(c_int::from(c)) as u8 }
}

/// The upper case of a byte in the current locale.
pub fn to_upper(c: u8) -> u8 {
    // SAFETY: as above.
    unsafe { libc::toupper(c_int::from(c)) as u8 }
}

/// Whether a byte is a letter or a digit in the current locale.
pub fn is_alphanumeric(c: u8) -> bool {
    // SAFETY: as above.
    unsafe { libc::isalnum(c_int::from(c)) != 0 }
}

/// The system's name of LC_CTYPE's encoding.
pub fn ctype_encoding() -> StrRef {
    // SAFETY: a valid item, whose text is read at once.
    path::decode(unsafe { CStr::from_ptr(libc::nl_langinfo(libc::CODESET)) }.to_bytes())
}

/// The encoding of file names that LC_CTYPE stands for. What is neither ASCII nor UTF-8 is taken for UTF-8.
pub fn file_name_encoding() -> path::Encoding {
    // SAFETY: a valid item, whose text is read at once.
    let name = unsafe { CStr::from_ptr(libc::nl_langinfo(libc::CODESET)) };
    match name.to_bytes() {
        b"ANSI_X3.4-1968" | b"ASCII" | b"US-ASCII" | b"646" => path::Encoding::Ascii,
        _ => path::Encoding::Utf8,
    }
}

/// A C string of the library's as str.
///
/// # Safety
/// `text` is null or a C string that nobody frees meanwhile.
unsafe fn text_at(text: *const c_char) -> Option<StrRef> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| path::decode(unsafe { CStr::from_ptr(text) }.to_bytes()))
}

fn c_string(text: &PyStr) -> PyResult<CString> {
    let bytes = path::encode(text).ok_or_else(|| exceptions::value_error("surrogates not allowed"))?;
    CString::new(bytes).map_err(|_| exceptions::value_error("embedded null character"))
}

fn wide(text: &PyStr) -> PyResult<Vec<libc::wchar_t>> {
    if text.chars().any(|c| c == 0) {
        return Err(exceptions::value_error("embedded null character"));
    }
    Ok(text.chars().map(|c| c as libc::wchar_t).chain([0]).collect())
}

/// A str argument as a C string.
struct Text(CString);

impl FromArg<'_> for Text {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        match value.downcast::<PyStr>() {
            Some(text) => c_string(text).map(Text),
            None => Err(at.type_error("str", value)),
        }
    }
}

/// An argument that is a str or None, as a C string.
struct TextOrNone(Option<CString>);

impl FromArg<'_> for TextOrNone {
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        match value.downcast::<PyStr>() {
            Some(text) => c_string(text).map(|text| TextOrNone(Some(text))),
            None if value.is_none() => Ok(TextOrNone(None)),
            None => Err(at.type_error("str or None", value)),
        }
    }
}

impl TextOrNone {
    fn as_ptr(&self) -> *const c_char {
        self.0.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
    }
}

/// The sizes of digit groups, from the decimal point on; a 0 at the end means that the last one is repeated.
///
/// # Safety
/// `sizes` is a C string.
unsafe fn grouping(sizes: *const c_char) -> Vec<u8> {
    // SAFETY: the caller's promise.
    let sizes = unsafe { CStr::from_ptr(sizes) }.to_bytes();
    let end = sizes.iter().position(|&size| size == c_char::MAX as u8);
    let mut groups = end.map_or(sizes, |end| &sizes[..=end]).to_vec();
    if !groups.is_empty() && end.is_none() {
        groups.push(0);
    }
    groups
}

/// The conventions for numbers that are no amounts of money.
pub(crate) fn of_numbers() -> Locale {
    // SAFETY: the C library's record is read at once; its pointers are C strings.
    unsafe {
        let found = &*libc::localeconv();
        let text = |text| text_at(text).map_or_else(String::new, |text| text.to_string_lossy());
        Locale {
            decimal_point: text(found.decimal_point).into(),
            thousands_sep: text(found.thousands_sep).into(),
            grouping: grouping(found.grouping).into(),
        }
    }
}

fn conventions() -> DictRef {
    let dict = PyDict::new_ref();
    // SAFETY: the C library's record is read at once; its pointers are C strings.
    unsafe {
        let found = &*libc::localeconv();
        let text = |text| text_at(text).map_or(Value::NONE, |text| text.into_value());
        let number = |number: c_char| Value::small_int(i64::from(number));
        let grouping = |sizes| {
            PyList::from_vec(grouping(sizes).into_iter().map(|size| Value::from(i64::from(size))).collect())
        };
        dict.insert("int_curr_symbol", text(found.int_curr_symbol));
        dict.insert("currency_symbol", text(found.currency_symbol));
        dict.insert("mon_decimal_point", text(found.mon_decimal_point));
        dict.insert("mon_thousands_sep", text(found.mon_thousands_sep));
        dict.insert("mon_grouping", grouping(found.mon_grouping).into_value());
        dict.insert("positive_sign", text(found.positive_sign));
        dict.insert("negative_sign", text(found.negative_sign));
        dict.insert("int_frac_digits", number(found.int_frac_digits));
        dict.insert("frac_digits", number(found.frac_digits));
        dict.insert("p_cs_precedes", number(found.p_cs_precedes));
        dict.insert("p_sep_by_space", number(found.p_sep_by_space));
        dict.insert("n_cs_precedes", number(found.n_cs_precedes));
        dict.insert("n_sep_by_space", number(found.n_sep_by_space));
        dict.insert("p_sign_posn", number(found.p_sign_posn));
        dict.insert("n_sign_posn", number(found.n_sign_posn));
        dict.insert("decimal_point", text(found.decimal_point));
        dict.insert("thousands_sep", text(found.thousands_sep));
        dict.insert("grouping", grouping(found.grouping).into_value());
    }
    dict
}

/// Support for POSIX locales.
#[pymodule(name = "_locale")]
pub mod functions {
    use super::*;

    #[pyattr]
    const CHAR_MAX: i64 = c_char::MAX as i64;

    /// Bind the C library's domain to codeset.
    #[pyfunction("($module, domain, codeset, /)")]
    fn bind_textdomain_codeset(domain: Text, codeset: TextOrNone) -> Option<StrRef> {
        // SAFETY: C strings or null.
        unsafe { text_at(bind_textdomain_codeset_c(domain.0.as_ptr(), codeset.as_ptr())) }
    }

    /// Bind the C library's domain to dir.
    #[pyfunction("($module, domain, dir, /)")]
    fn bindtextdomain(domain: Text, dir: &Value) -> PyResult<StrRef> {
        if domain.0.is_empty() {
            return Err(error("domain must be a non-empty string"));
        }
        let dir = match dir {
            none if none.is_none() => None,
            dir => {
                let dir = CString::new(path::fs_encode(dir)?);
                Some(dir.map_err(|_| exceptions::value_error("embedded null byte"))?)
            }
        };
        let dir = dir.as_ref().map_or(std::ptr::null(), |dir| dir.as_ptr());
        // SAFETY: C strings or null.
        match unsafe { text_at(bindtextdomain_c(domain.0.as_ptr(), dir)) } {
            Some(bound) => Ok(bound),
            None => Err(exceptions::os_error_from_io(&std::io::Error::last_os_error(), None)),
        }
    }

    /// Return translation of msg in domain and category.
    #[pyfunction("($module, domain, msg, category, /)")]
    fn dcgettext(domain: TextOrNone, msg: Text, category: i32) -> Option<StrRef> {
        // SAFETY: C strings or null.
        unsafe { text_at(dcgettext_c(domain.as_ptr(), msg.0.as_ptr(), category)) }
    }

    /// dgettext(domain, msg) -> string
    ///
    /// Return translation of msg in domain.
    #[pyfunction("($module, domain, msg, /)")]
    fn dgettext(domain: TextOrNone, msg: Text) -> Option<StrRef> {
        // SAFETY: C strings or null.
        unsafe { text_at(dgettext_c(domain.as_ptr(), msg.0.as_ptr())) }
    }

    /// Get the current locale encoding.
    #[pyfunction("($module, /)")]
    fn getencoding() -> Option<StrRef> {
        // SAFETY: a valid item.
        unsafe { text_at(libc::nl_langinfo(libc::CODESET)) }
    }

    /// gettext(msg) -> string
    ///
    /// Return translation of msg.
    #[pyfunction("($module, msg, /)")]
    fn gettext(msg: Text) -> Option<StrRef> {
        // SAFETY: a C string.
        unsafe { text_at(gettext_c(msg.0.as_ptr())) }
    }

    /// Returns numeric and monetary locale-specific parameters.
    #[pyfunction("($module, /)")]
    fn localeconv() -> DictRef {
        conventions()
    }

    /// Return the value for the locale information associated with key.
    #[pyfunction("($module, key, /)")]
    fn nl_langinfo(key: i32) -> PyResult<Option<StrRef>> {
        if key != DATE_FMT && !LANGINFO.iter().any(|&(_, item)| item == key) {
            return Err(exceptions::value_error("unsupported langinfo constant"));
        }
        // SAFETY: a valid item.
        Ok(unsafe { text_at(libc::nl_langinfo(key)) })
    }

    /// Activates/queries locale processing.
    #[pyfunction("($module, category, locale=None, /)")]
    fn setlocale(category: i32, locale: Option<TextOrNone>) -> PyResult<StrRef> {
        let locale = locale.unwrap_or(TextOrNone(None));
        let failure = if locale.0.is_some() { "unsupported locale setting" } else { "locale query failed" };
        minipy_vm::types::set_number_locale(of_numbers);
        // SAFETY: a C string or null; the result is copied before anybody else can set a locale.
        unsafe { text_at(libc::setlocale(category, locale.as_ptr())) }.ok_or_else(|| error(failure))
    }

    /// Compares two strings according to the locale.
    #[pyfunction("($module, os1, os2, /)")]
    fn strcoll(os1: &Ref<PyStr>, os2: &Ref<PyStr>) -> PyResult<i32> {
        let (a, b) = (wide(os1)?, wide(os2)?);
        // SAFETY: both end with a null.
        Ok(unsafe { wcscoll(a.as_ptr(), b.as_ptr()) })
    }

    /// Return a string that can be used as a key for locale-aware comparisons.
    #[pyfunction("($module, string, /)")]
    fn strxfrm(string: &Ref<PyStr>) -> PyResult<StrRef> {
        let text = wide(string)?;
        // SAFETY: the text ends with a null, and nothing is written without room.
        let len = unsafe { wcsxfrm(std::ptr::null_mut(), text.as_ptr(), 0) };
        let mut key = vec![0; len.saturating_add(1)];
        // SAFETY: as above; the buffer has the room that is told.
        let len = unsafe { wcsxfrm(key.as_mut_ptr(), text.as_ptr(), key.len()) };
        let chars: Vec<u32> = key.iter().take(len).map(|&c| (c as u32).min(0x10_ffff)).collect();
        Ok(PyStr::from_code_points(&chars))
    }

    /// Set the C library's textdmain to domain, returning the new domain.
    #[pyfunction("($module, domain, /)")]
    fn textdomain(domain: TextOrNone) -> PyResult<StrRef> {
        // SAFETY: a C string or null.
        match unsafe { text_at(textdomain_c(domain.as_ptr())) } {
            Some(domain) => Ok(domain),
            None => Err(exceptions::os_error_from_io(&std::io::Error::last_os_error(), None)),
        }
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        for &(name, value) in LANGINFO.iter().chain(CATEGORIES) {
            namespace.insert(name, i64::from(value));
        }
        namespace.insert("_DATE_FMT", i64::from(DATE_FMT));
        namespace.insert("Error", error_class());
        Ok(())
    }
}

pub use functions::MODULE;
