//! The methods that bytes and bytearray share.

use crate::heap::Ref;
use crate::value::Value;
use std::ops::Deref;

/// What the shared methods need of `bytes` and `bytearray`.
pub(crate) trait ByteString: Sized + 'static {
    /// A borrow of the contents, which keeps them in place while Python code runs.
    type View<'a>: Deref<Target = [u8]>;
    fn view(zelf: &Ref<Self>) -> Self::View<'_>;
    /// A new object with these contents.
    fn make(data: &[u8]) -> Value;
    /// What a method returns that changes nothing: the object itself if it is immutable, a copy otherwise.
    fn unchanged(zelf: &Ref<Self>) -> Value;
}

/// Defines the shared methods for a class, in a part called `shared`.
macro_rules! bytes_methods {
    ($class:ident) => {
        #[pymethods(part = shared)]
        impl $class {
            /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            ///
            /// Return -1 on failure.
            #[pymethod("($self, sub[, start[, end]], /)")]
            fn find(
                zelf: &Ref<$class>,
                sub: &Value,
                start: Option<SliceIndex>,
                end: Option<SliceIndex>,
            ) -> PyResult<isize> {
                let data = Self::view(zelf);
                let sub = Needle::of(sub)?;
                let (start, end) = clip(start, end, data.len());
                Ok(ops::find(&data, &sub, start, end).map_or(-1, |at| at as isize))
            }

            /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            ///
            /// Return -1 on failure.
            #[pymethod("($self, sub[, start[, end]], /)")]
            fn rfind(
                zelf: &Ref<$class>,
                sub: &Value,
                start: Option<SliceIndex>,
                end: Option<SliceIndex>,
            ) -> PyResult<isize> {
                let data = Self::view(zelf);
                let sub = Needle::of(sub)?;
                let (start, end) = clip(start, end, data.len());
                Ok(ops::rfind(&data, &sub, start, end).map_or(-1, |at| at as isize))
            }

            /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            ///
            /// Raise ValueError if the subsection is not found.
            #[pymethod("($self, sub[, start[, end]], /)")]
            fn index(
                zelf: &Ref<$class>,
                sub: &Value,
                start: Option<SliceIndex>,
                end: Option<SliceIndex>,
            ) -> PyResult<usize> {
                let data = Self::view(zelf);
                let sub = Needle::of(sub)?;
                let (start, end) = clip(start, end, data.len());
                ops::find(&data, &sub, start, end).ok_or_else(ops::not_found)
            }

            /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            ///
            /// Raise ValueError if the subsection is not found.
            #[pymethod("($self, sub[, start[, end]], /)")]
            fn rindex(
                zelf: &Ref<$class>,
                sub: &Value,
                start: Option<SliceIndex>,
                end: Option<SliceIndex>,
            ) -> PyResult<usize> {
                let data = Self::view(zelf);
                let sub = Needle::of(sub)?;
                let (start, end) = clip(start, end, data.len());
                ops::rfind(&data, &sub, start, end).ok_or_else(ops::not_found)
            }

            /// Return the number of non-overlapping occurrences of subsection 'sub' in bytes B[start:end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            #[pymethod("($self, sub[, start[, end]], /)")]
            fn count(
                zelf: &Ref<$class>,
                sub: &Value,
                start: Option<SliceIndex>,
                end: Option<SliceIndex>,
            ) -> PyResult<usize> {
                let data = Self::view(zelf);
                let sub = Needle::of(sub)?;
                let (start, end) = clip(start, end, data.len());
                Ok(data.get(start..end).map_or(0, |data| unit::count(data, &sub)))
            }

            /// Return True if the bytes starts with the specified prefix, False otherwise.
            ///
            ///   prefix
            ///     A bytes or a tuple of bytes to try.
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            #[pymethod("($self, prefix[, start[, end]], /)")]
            fn startswith(
                zelf: &Ref<$class>,
                prefix: &Value,
                start: Option<SliceIndex>,
                end: Option<SliceIndex>,
            ) -> PyResult<bool> {
                let data = Self::view(zelf);
                let (start, end) = clip(start, end, data.len());
                ops::any_affix(prefix, "startswith", |affix| {
                    data.get(start..end).is_some_and(|data| data.starts_with(affix))
                })
            }

            /// Return True if the bytes ends with the specified suffix, False otherwise.
            ///
            ///   suffix
            ///     A bytes or a tuple of bytes to try.
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            #[pymethod("($self, suffix[, start[, end]], /)")]
            fn endswith(
                zelf: &Ref<$class>,
                suffix: &Value,
                start: Option<SliceIndex>,
                end: Option<SliceIndex>,
            ) -> PyResult<bool> {
                let data = Self::view(zelf);
                let (start, end) = clip(start, end, data.len());
                ops::any_affix(suffix, "endswith", |affix| {
                    data.get(start..end).is_some_and(|data| data.ends_with(affix))
                })
            }

            /// Partition the bytes into three parts using the given separator.
            ///
            /// This will search for the separator sep in the bytes.  If the
            /// separator is found, returns a 3-tuple containing the part before the
            /// separator, the separator itself, and the part after it.
            ///
            /// If the separator is not found, returns a 3-tuple containing the
            /// original bytes object and two empty bytes objects.
            #[pymethod("($self, sep, /)")]
            fn partition(zelf: &Ref<$class>, sep: &Value) -> PyResult<Value> {
                let (data, pattern) = (Self::view(zelf), ops::separator(sep)?);
                let parts = match ops::find(&data, &pattern, 0, data.len()) {
                    Some(at) => [&data[..at], &pattern, &data[at + pattern.len()..]].map(Self::make),
                    None => [Self::unchanged(zelf), Self::make(&[]), Self::make(&[])],
                };
                Ok(PyTuple::from_array(parts).into_value())
            }

            /// Partition the bytes into three parts using the given separator.
            ///
            /// This will search for the separator sep in the bytes, starting at the
            /// end.  If the separator is found, returns a 3-tuple containing the
            /// part before the separator, the separator itself, and the part after
            /// it.
            ///
            /// If the separator is not found, returns a 3-tuple containing two
            /// empty bytes objects and the original bytes object.
            #[pymethod("($self, sep, /)")]
            fn rpartition(zelf: &Ref<$class>, sep: &Value) -> PyResult<Value> {
                let (data, pattern) = (Self::view(zelf), ops::separator(sep)?);
                let parts = match ops::rfind(&data, &pattern, 0, data.len()) {
                    Some(at) => [&data[..at], &pattern, &data[at + pattern.len()..]].map(Self::make),
                    None => [Self::make(&[]), Self::make(&[]), Self::unchanged(zelf)],
                };
                Ok(PyTuple::from_array(parts).into_value())
            }

            /// Return a bytes object with the given prefix string removed if present.
            ///
            /// If the bytes starts with the prefix string, return
            /// bytes[len(prefix):].  Otherwise, return a copy of the original
            /// bytes.
            #[pymethod("($self, prefix, /)")]
            fn removeprefix(zelf: &Ref<$class>, prefix: BytesLike<'_>) -> Value {
                match Self::view(zelf).strip_prefix(&*prefix) {
                    Some(rest) if !prefix.is_empty() => Self::make(rest),
                    _ => Self::unchanged(zelf),
                }
            }

            /// Return a bytes object with the given suffix string removed if present.
            ///
            /// If the bytes ends with the suffix string and that suffix is not
            /// empty, return bytes[:-len(prefix)].  Otherwise, return a copy of the
            /// original bytes.
            #[pymethod("($self, suffix, /)")]
            fn removesuffix(zelf: &Ref<$class>, suffix: BytesLike<'_>) -> Value {
                match Self::view(zelf).strip_suffix(&*suffix) {
                    Some(rest) if !suffix.is_empty() => Self::make(rest),
                    _ => Self::unchanged(zelf),
                }
            }

            /// Strip leading and trailing bytes contained in the argument.
            ///
            /// If the argument is omitted or None, strip leading and trailing ASCII
            /// whitespace.
            #[pymethod("($self, bytes=None, /)")]
            fn strip(zelf: &Ref<$class>, bytes: Option<BytesLike<'_>>) -> Value {
                let data = Self::view(zelf);
                let kept = ops::trim(&data, bytes.as_deref(), true, true);
                if kept.len() == data.len() { Self::unchanged(zelf) } else { Self::make(&data[kept]) }
            }

            /// Strip leading bytes contained in the argument.
            ///
            /// If the argument is omitted or None, strip leading  ASCII whitespace.
            #[pymethod("($self, bytes=None, /)")]
            fn lstrip(zelf: &Ref<$class>, bytes: Option<BytesLike<'_>>) -> Value {
                let data = Self::view(zelf);
                let kept = ops::trim(&data, bytes.as_deref(), true, false);
                if kept.len() == data.len() { Self::unchanged(zelf) } else { Self::make(&data[kept]) }
            }

            /// Strip trailing bytes contained in the argument.
            ///
            /// If the argument is omitted or None, strip trailing ASCII whitespace.
            #[pymethod("($self, bytes=None, /)")]
            fn rstrip(zelf: &Ref<$class>, bytes: Option<BytesLike<'_>>) -> Value {
                let data = Self::view(zelf);
                let kept = ops::trim(&data, bytes.as_deref(), false, true);
                if kept.len() == data.len() { Self::unchanged(zelf) } else { Self::make(&data[kept]) }
            }

            /// Return a list of the sections in the bytes, using sep as the delimiter.
            ///
            ///   sep
            ///     The delimiter according which to split the bytes.
            ///     None (the default value) means split on ASCII whitespace
            ///     characters (space, tab, return, newline, formfeed, vertical tab).
            ///   maxsplit
            ///     Maximum number of splits to do.
            ///     -1 (the default value) means no limit.
            #[pymethod("($self, /, sep=None, maxsplit=-1)")]
            fn split(zelf: &Ref<$class>, sep: Option<&Value>, maxsplit: isize) -> PyResult<ListRef> {
                let limit = usize::try_from(maxsplit).unwrap_or(usize::MAX);
                let data = Self::view(zelf);
                let mut items = Vec::new();
                let piece = |start: usize, end: usize| items.push(Self::make(&data[start..end]));
                match sep {
                    None => split::words(&data, ops::is_space, limit, piece),
                    Some(sep) => split::parts(&data, &ops::separator(sep)?, limit, piece),
                }
                Ok(PyList::from_vec(items))
            }

            /// Return a list of the sections in the bytes, using sep as the delimiter.
            ///
            ///   sep
            ///     The delimiter according which to split the bytes.
            ///     None (the default value) means split on ASCII whitespace
            ///     characters (space, tab, return, newline, formfeed, vertical tab).
            ///   maxsplit
            ///     Maximum number of splits to do.
            ///     -1 (the default value) means no limit.
            ///
            /// Splitting is done starting at the end of the bytes and working to
            /// the front.
            #[pymethod("($self, /, sep=None, maxsplit=-1)")]
            fn rsplit(zelf: &Ref<$class>, sep: Option<&Value>, maxsplit: isize) -> PyResult<ListRef> {
                let limit = usize::try_from(maxsplit).unwrap_or(usize::MAX);
                let data = Self::view(zelf);
                let mut items = Vec::new();
                let piece = |start: usize, end: usize| items.push(Self::make(&data[start..end]));
                match sep {
                    None => split::words_from_right(&data, ops::is_space, limit, piece),
                    Some(sep) => split::parts_from_right(&data, &ops::separator(sep)?, limit, piece),
                }
                items.reverse();
                Ok(PyList::from_vec(items))
            }

            /// Return a list of the lines in the bytes, breaking at line boundaries.
            ///
            /// Line breaks are not included in the resulting list unless keepends
            /// is given and true.
            #[pymethod("($self, /, keepends=False)")]
            fn splitlines(zelf: &Ref<$class>, keepends: bool) -> ListRef {
                let mut items = Vec::new();
                ops::lines(&Self::view(zelf), keepends, |line| items.push(Self::make(line)));
                PyList::from_vec(items)
            }

            /// Concatenate any number of bytes objects.
            ///
            /// The bytes whose method is called is inserted in between each pair.
            ///
            /// The result is returned as a new bytes object.
            ///
            /// Example: b'.'.join([b'ab', b'pq', b'rs']) -> b'ab.pq.rs'.
            #[pymethod("($self, iterable_of_bytes, /)")]
            fn join(zelf: &Ref<$class>, iterable_of_bytes: &Value) -> PyResult<Value> {
                Ok(Self::make(&ops::join(&Self::view(zelf), iterable_of_bytes)?))
            }

            /// Return a copy with all occurrences of substring old replaced by new.
            ///
            ///   count
            ///     Maximum number of occurrences to replace.
            ///     -1 (the default value) means replace all occurrences.
            ///
            /// If the optional argument count is given, only the first count occurrences are
            /// replaced.
            #[pymethod("($self, old, new, count=-1, /)")]
            fn replace(
                zelf: &Ref<$class>,
                old: BytesLike<'_>,
                new: BytesLike<'_>,
                count: isize,
            ) -> PyResult<Value> {
                let limit = usize::try_from(count).unwrap_or(usize::MAX);
                let data = Self::view(zelf);
                Ok(match join::replaced(&*data, &old, &new, limit, "replace bytes is too long")? {
                    Some(replaced) => Self::make(&replaced),
                    None => Self::unchanged(zelf),
                })
            }

            /// Return a copy with each character mapped by the given translation table.
            ///
            ///   table
            ///     Translation table, which must be a bytes object of length 256.
            ///
            /// All characters occurring in the optional argument delete are
            /// removed.  The remaining characters are mapped through the given
            /// translation table.
            #[pymethod("($self, table, /, delete=b'')")]
            fn translate(zelf: &Ref<$class>, table: &Value, delete: Option<&Value>) -> PyResult<Value> {
                Ok(Self::make(&ops::translate(&Self::view(zelf), table, delete)?))
            }

            /// Return a translation table usable for the bytes or bytearray translate method.
            ///
            /// The returned table will be one where each byte in frm is mapped to
            /// the byte at the same position in to.
            ///
            /// The bytes objects frm and to must be of the same length.
            #[pystaticmethod("(frm, to, /)")]
            fn maketrans(frm: BytesLike<'_>, to: BytesLike<'_>) -> PyResult<Value> {
                Ok(from_slice(&ops::make_trans(&frm, &to)?).into_value())
            }

            /// Return a left-justified string of length width.
            ///
            /// Padding is done using the specified fill character.
            #[pymethod("($self, width, fillchar=b' ', /)")]
            fn ljust(zelf: &Ref<$class>, width: isize, fillchar: Option<FillByte>) -> PyResult<Value> {
                let data = Self::view(zelf);
                let fill = ops::missing(&data, width);
                if fill == 0 {
                    return Ok(Self::unchanged(zelf));
                }
                let (left, right) = (0, fill);
                Ok(Self::make(&ops::pad(&data, left, right, fillchar.map_or(b' ', |f| f.0))?))
            }

            /// Return a right-justified string of length width.
            ///
            /// Padding is done using the specified fill character.
            #[pymethod("($self, width, fillchar=b' ', /)")]
            fn rjust(zelf: &Ref<$class>, width: isize, fillchar: Option<FillByte>) -> PyResult<Value> {
                let data = Self::view(zelf);
                let fill = ops::missing(&data, width);
                if fill == 0 {
                    return Ok(Self::unchanged(zelf));
                }
                let (left, right) = (fill, 0);
                Ok(Self::make(&ops::pad(&data, left, right, fillchar.map_or(b' ', |f| f.0))?))
            }

            /// Return a centered string of length width.
            ///
            /// Padding is done using the specified fill character.
            #[pymethod("($self, width, fillchar=b' ', /)")]
            fn center(zelf: &Ref<$class>, width: isize, fillchar: Option<FillByte>) -> PyResult<Value> {
                let data = Self::view(zelf);
                let fill = ops::missing(&data, width);
                if fill == 0 {
                    return Ok(Self::unchanged(zelf));
                }
                let (left, right) = {
                    let left = fill / 2 + (fill & width as usize & 1);
                    (left, fill - left)
                };
                Ok(Self::make(&ops::pad(&data, left, right, fillchar.map_or(b' ', |f| f.0))?))
            }

            /// Pad a numeric string with zeros on the left, to fill a field of the given width.
            ///
            /// The original string is never truncated.
            #[pymethod("($self, width, /)")]
            fn zfill(zelf: &Ref<$class>, width: isize) -> PyResult<Value> {
                let data = Self::view(zelf);
                if ops::missing(&data, width) == 0 {
                    return Ok(Self::unchanged(zelf));
                }
                Ok(Self::make(&ops::zfill(&data, width)?))
            }

            /// Return a copy where all tab characters are expanded using spaces.
            ///
            /// If tabsize is not given, a tab size of 8 characters is assumed.
            #[pymethod("($self, /, tabsize=8)")]
            fn expandtabs(zelf: &Ref<$class>, tabsize: i32) -> PyResult<Value> {
                Ok(Self::make(&ops::expand_tabs(&Self::view(zelf), tabsize)?))
            }

            /// B.lower() -> copy of B
            ///
            /// Return a copy of B with all ASCII characters converted to lowercase.
            #[pymethod("($self, /)")]
            fn lower(zelf: &Ref<$class>) -> Value {
                Self::make(&Self::view(zelf).to_ascii_lowercase())
            }

            /// B.upper() -> copy of B
            ///
            /// Return a copy of B with all ASCII characters converted to uppercase.
            #[pymethod("($self, /)")]
            fn upper(zelf: &Ref<$class>) -> Value {
                Self::make(&Self::view(zelf).to_ascii_uppercase())
            }

            /// B.title() -> copy of B
            ///
            /// Return a titlecased version of B, i.e. ASCII words start with
            /// uppercase characters, all remaining cased characters have lowercase.
            #[pymethod("($self, /)")]
            fn title(zelf: &Ref<$class>) -> Value {
                Self::make(&ops::title(&Self::view(zelf)))
            }

            /// B.capitalize() -> copy of B
            ///
            /// Return a copy of B with only its first character capitalized (ASCII)
            /// and the rest lower-cased.
            #[pymethod("($self, /)")]
            fn capitalize(zelf: &Ref<$class>) -> Value {
                Self::make(&ops::capitalize(&Self::view(zelf)))
            }

            /// B.swapcase() -> copy of B
            ///
            /// Return a copy of B with uppercase ASCII characters converted
            /// to lowercase ASCII and vice versa.
            #[pymethod("($self, /)")]
            fn swapcase(zelf: &Ref<$class>) -> Value {
                Self::make(&ops::swap_case(&Self::view(zelf)))
            }

            /// B.isalnum() -> bool
            ///
            /// Return True if all characters in B are alphanumeric
            /// and there is at least one character in B, False otherwise.
            #[pymethod("($self, /)")]
            fn isalnum(zelf: &Ref<$class>) -> bool {
                ops::all(&Self::view(zelf), u8::is_ascii_alphanumeric)
            }

            /// B.isalpha() -> bool
            ///
            /// Return True if all characters in B are alphabetic
            /// and there is at least one character in B, False otherwise.
            #[pymethod("($self, /)")]
            fn isalpha(zelf: &Ref<$class>) -> bool {
                ops::all(&Self::view(zelf), u8::is_ascii_alphabetic)
            }

            /// B.isdigit() -> bool
            ///
            /// Return True if all characters in B are digits
            /// and there is at least one character in B, False otherwise.
            #[pymethod("($self, /)")]
            fn isdigit(zelf: &Ref<$class>) -> bool {
                ops::all(&Self::view(zelf), u8::is_ascii_digit)
            }

            /// B.isspace() -> bool
            ///
            /// Return True if all characters in B are whitespace
            /// and there is at least one character in B, False otherwise.
            #[pymethod("($self, /)")]
            fn isspace(zelf: &Ref<$class>) -> bool {
                ops::all(&Self::view(zelf), |b| ops::is_space(*b))
            }

            /// B.isascii() -> bool
            ///
            /// Return True if B is empty or all characters in B are ASCII,
            /// False otherwise.
            #[pymethod("($self, /)")]
            fn isascii(zelf: &Ref<$class>) -> bool {
                Self::view(zelf).is_ascii()
            }

            /// B.islower() -> bool
            ///
            /// Return True if all cased characters in B are lowercase and there is
            /// at least one cased character in B, False otherwise.
            #[pymethod("($self, /)")]
            fn islower(zelf: &Ref<$class>) -> bool {
                let data = Self::view(zelf);
                data.iter().any(u8::is_ascii_lowercase) && !data.iter().any(u8::is_ascii_uppercase)
            }

            /// B.isupper() -> bool
            ///
            /// Return True if all cased characters in B are uppercase and there is
            /// at least one cased character in B, False otherwise.
            #[pymethod("($self, /)")]
            fn isupper(zelf: &Ref<$class>) -> bool {
                let data = Self::view(zelf);
                data.iter().any(u8::is_ascii_uppercase) && !data.iter().any(u8::is_ascii_lowercase)
            }

            /// B.istitle() -> bool
            ///
            /// Return True if B is a titlecased string and there is at least one
            /// character in B, i.e. uppercase characters may only follow uncased
            /// characters and lowercase characters only cased ones. Return False
            /// otherwise.
            #[pymethod("($self, /)")]
            fn istitle(zelf: &Ref<$class>) -> bool {
                ops::is_title(&Self::view(zelf))
            }

            /// Create a string of hexadecimal numbers from a bytes object.
            ///
            ///   sep
            ///     An optional single character or byte to separate hex bytes.
            ///   bytes_per_sep
            ///     How many bytes between separators.  Positive values count from
            ///     the right, negative values count from the left.
            ///
            /// Example:
            /// >>> value = b'\xb9\x01\xef'
            /// >>> value.hex()
            /// 'b901ef'
            /// >>> value.hex(':')
            /// 'b9:01:ef'
            /// >>> value.hex(':', 2)
            /// 'b9:01ef'
            /// >>> value.hex(':', -2)
            /// 'b901:ef'
            #[pymethod("($self, /, sep=<unrepresentable>, bytes_per_sep=1)")]
            fn hex(zelf: &Ref<$class>, sep: Option<&Value>, bytes_per_sep: Option<i32>) -> PyResult<StrRef> {
                hex::to_hex(&Self::view(zelf), sep, bytes_per_sep.unwrap_or(1))
            }

            /// Decode the bytes using the codec registered for encoding.
            ///
            ///   encoding
            ///     The encoding with which to decode the bytes.
            ///   errors
            ///     The error handling scheme to use for the handling of decoding
            ///     errors.  The default is 'strict' meaning that decoding errors
            ///     raise a UnicodeDecodeError.  Other possible values are 'ignore'
            ///     and 'replace' as well as any other name registered with
            ///     codecs.register_error that can handle UnicodeDecodeErrors.
            #[pymethod("($self, /, encoding='utf-8', errors='strict')")]
            fn decode(
                zelf: &Ref<$class>,
                encoding: Option<&StrRef>,
                errors: Option<&StrRef>,
            ) -> PyResult<StrRef> {
                let data = Self::view(zelf);
                codecs::decode_text(zelf.as_value(), &data, encoding.map(|e| &**e), errors.map(|e| &**e))
            }
        }
    };
}
pub(crate) use bytes_methods;
