//! `re.Pattern`.

use super::matching::{PyMatch, Span};
use super::scanner::PyScanner;
use super::subject::{self, Piece, Subject, with_memory};
use super::template::{PyTemplate, Replacement};
use minipy_macros::{pyclass, pymethods};
use minipy_sre::{Memory, Mode, Program, Request};
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::types::callable_iterator::new_callable_iterator;
use minipy_vm::types::mappingproxy::PyMappingProxy;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::types::{generic_alias, str as pystr};
use minipy_vm::{
    CmpOp, DictRef, ListRef, PyList, PyResult, PyTuple, Ref, Traverse, TupleRef, TypeRef, Value, Visitor,
    exceptions, protocol,
};

/// Compiled regular expression object.
#[pyclass(name = "Pattern", module = "re", gc, weakref, no_new)]
pub struct PyPattern {
    pub pattern: Value,
    pub flags: i64,
    /// What `program` was made of: it tells patterns from each other.
    pub code: Box<[u32]>,
    pub program: Program,
    pub groups: usize,
    pub groupindex: DictRef,
    pub indexgroup: TupleRef,
    /// Whether it matches bytes; `None` if the pattern is None and it matches both.
    pub is_bytes: Option<bool>,
}

impl Traverse for PyPattern {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.pattern.traverse(visit);
        self.groupindex.traverse(visit);
        self.indexgroup.traverse(visit);
    }
}

impl PyPattern {
    /// One match in `span`.
    pub fn find(
        zelf: &Ref<PyPattern>,
        string: &Value,
        span: (usize, usize),
        request: Request,
    ) -> PyResult<Option<Ref<PyMatch>>> {
        let subject = Subject::new(zelf, string)?;
        PyPattern::find_in(zelf, string, &subject, span, request)
    }

    fn find_in(
        zelf: &Ref<PyPattern>,
        string: &Value,
        subject: &Subject<'_>,
        span: (usize, usize),
        request: Request,
    ) -> PyResult<Option<Ref<PyMatch>>> {
        with_memory(|memory| {
            let found = subject.find(memory, &zelf.program, request)?;
            Ok(found.then(|| PyMatch::new(zelf, string, span, memory)))
        })
    }

    fn first(
        zelf: &Ref<PyPattern>,
        string: &Value,
        pos: isize,
        endpos: Option<isize>,
        mode: Mode,
    ) -> PyResult<Option<Ref<PyMatch>>> {
        let subject = Subject::new(zelf, string)?;
        let span = clip(pos, endpos, subject.len());
        let request = Request { mode, start: span.0, end: span.1, must_advance: false };
        PyPattern::find_in(zelf, string, &subject, span, request)
    }

    /// The number of the group that `key`, an int or a name, means.
    pub fn group_number(&self, key: &Value) -> PyResult<usize> {
        let number =
            if key.as_small_int().is_some() || protocol::is_int(key) || key.class().slots().index.is_some() {
                Some(protocol::index_clipped(key)?)
            } else {
                match self.groupindex.get(key) {
                    Ok(found) => found.and_then(|n| n.as_small_int()).map(|n| n as isize),
                    Err(_) => None,
                }
            };
        number
            .and_then(|n| usize::try_from(n).ok())
            .filter(|&n| n <= self.groups)
            .ok_or_else(|| exceptions::index_error("no such group"))
    }

    fn substitute(
        zelf: &Ref<PyPattern>,
        repl: &Value,
        string: &Value,
        count: isize,
    ) -> PyResult<(Value, usize)> {
        let replacement = Replacement::new(zelf, repl)?;
        let subject = Subject::new(zelf, string)?;
        let span = (0, subject.len());
        let mut pieces = Vec::new();
        let mut done = 0;
        let mut last = 0;
        subject.each_match(&zelf.program, span, |found| {
            let (start, end) = found.span();
            if last < start {
                pieces.push(Piece::Subject(last, start));
            }
            match &replacement {
                Replacement::Literal(text) => pieces.push(Piece::Value(text.clone())),
                Replacement::Template(template) => template.expand(|n| span_of(found, n), &mut pieces),
                Replacement::Function(function) => {
                    let found = PyMatch::new(zelf, string, span, found).into_value();
                    let text = protocol::call1(function, found)?;
                    if !text.is_none() {
                        pieces.push(Piece::Value(text));
                    }
                }
            }
            last = end;
            done += 1;
            Ok(count <= 0 || done < count as usize)
        })?;
        if last < span.1 || pieces.is_empty() {
            pieces.push(Piece::Subject(last, span.1));
        }
        Ok((subject::join(string, &pieces)?, done))
    }
}

/// The span of a group, where 0 is the whole match.
fn span_of(found: &Memory, group: usize) -> Span {
    match group.checked_sub(1) {
        None => Some(found.span()),
        Some(group) => found.group(group),
    }
}

/// `pos` and `endpos` as a range within the subject.
fn clip(pos: isize, endpos: Option<isize>, len: usize) -> (usize, usize) {
    let end = endpos.map_or(len, |end| usize::try_from(end).unwrap_or(0).min(len));
    let start = usize::try_from(pos).unwrap_or(0).min(len);
    (start, end)
}

/// The flags that a pattern shows, in this order.
const FLAG_NAMES: [(&str, i64); 8] = [
    ("re.IGNORECASE", 2),
    ("re.LOCALE", 4),
    ("re.MULTILINE", 8),
    ("re.DOTALL", 16),
    ("re.UNICODE", 32),
    ("re.VERBOSE", 64),
    ("re.DEBUG", 128),
    ("re.ASCII", 256),
];

#[pymethods]
impl PyPattern {
    /// Matches zero or more characters at the beginning of the string.
    #[pymethod(name = "match", sig = "($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn match_(
        zelf: &Ref<PyPattern>,
        string: &Value,
        pos: isize,
        endpos: Option<isize>,
    ) -> PyResult<Option<Ref<PyMatch>>> {
        PyPattern::first(zelf, string, pos, endpos, Mode::Match)
    }

    /// Matches against all of the string.
    #[pymethod("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn fullmatch(
        zelf: &Ref<PyPattern>,
        string: &Value,
        pos: isize,
        endpos: Option<isize>,
    ) -> PyResult<Option<Ref<PyMatch>>> {
        PyPattern::first(zelf, string, pos, endpos, Mode::FullMatch)
    }

    /// Scan through string looking for a match, and return a corresponding match object instance.
    ///
    /// Return None if no position in the string matches.
    #[pymethod("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn search(
        zelf: &Ref<PyPattern>,
        string: &Value,
        pos: isize,
        endpos: Option<isize>,
    ) -> PyResult<Option<Ref<PyMatch>>> {
        PyPattern::first(zelf, string, pos, endpos, Mode::Search)
    }

    /// Return a list of all non-overlapping matches of pattern in string.
    #[pymethod("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn findall(
        zelf: &Ref<PyPattern>,
        string: &Value,
        pos: isize,
        endpos: Option<isize>,
    ) -> PyResult<ListRef> {
        let subject = Subject::new(zelf, string)?;
        let span = clip(pos, endpos, subject.len());
        let mut items = Vec::new();
        subject.each_match(&zelf.program, span, |found| {
            let group = |n: usize| -> PyResult<Value> {
                match span_of(found, n) {
                    Some((start, end)) => subject::slice(string, start, end),
                    None => Ok(subject::empty_like(string)),
                }
            };
            items.push(match zelf.groups {
                groups @ (0 | 1) => group(groups)?,
                groups => {
                    PyTuple::from_vec((1..=groups).map(group).collect::<PyResult<Vec<_>>>()?).into_value()
                }
            });
            Ok(true)
        })?;
        Ok(PyList::from_vec(items))
    }

    /// Return an iterator over all non-overlapping matches for the RE pattern in string.
    ///
    /// For each match, the iterator returns a match object.
    #[pymethod("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn finditer(zelf: &Ref<PyPattern>, string: &Value, pos: isize, endpos: Option<isize>) -> PyResult<Value> {
        let scanner = PyPattern::scanner(zelf, string, pos, endpos)?;
        let search = protocol::getattr(scanner.as_value(), minipy_vm::name!("search"))?;
        Ok(new_callable_iterator(search, Value::NONE))
    }

    #[pymethod("($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn scanner(
        zelf: &Ref<PyPattern>,
        string: &Value,
        pos: isize,
        endpos: Option<isize>,
    ) -> PyResult<Ref<PyScanner>> {
        let span = clip(pos, endpos, Subject::new(zelf, string)?.len());
        PyScanner::create(zelf, string, span)
    }

    /// Split string by the occurrences of pattern.
    #[pymethod("($self, /, string, maxsplit=0)")]
    fn split(zelf: &Ref<PyPattern>, string: &Value, maxsplit: isize) -> PyResult<ListRef> {
        let subject = Subject::new(zelf, string)?;
        let span = (0, subject.len());
        let mut items = Vec::new();
        let mut last = 0;
        let mut done = 0;
        // A negative limit splits nowhere.
        if maxsplit >= 0 {
            subject.each_match(&zelf.program, span, |found| {
                let (start, end) = found.span();
                items.push(subject::slice(string, last, start)?);
                for group in 0..zelf.groups {
                    items.push(match found.group(group) {
                        Some((start, end)) => subject::slice(string, start, end)?,
                        None => Value::NONE,
                    });
                }
                last = end;
                done += 1;
                Ok(maxsplit == 0 || done < maxsplit)
            })?;
        }
        items.push(subject::slice(string, last, span.1)?);
        Ok(PyList::from_vec(items))
    }

    /// Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.
    #[pymethod("($self, /, repl, string, count=0)")]
    fn sub(zelf: &Ref<PyPattern>, repl: &Value, string: &Value, count: isize) -> PyResult<Value> {
        PyPattern::substitute(zelf, repl, string, count).map(|(result, _)| result)
    }

    /// Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.
    #[pymethod("($self, /, repl, string, count=0)")]
    fn subn(zelf: &Ref<PyPattern>, repl: &Value, string: &Value, count: isize) -> PyResult<TupleRef> {
        let (result, done) = PyPattern::substitute(zelf, repl, string, count)?;
        Ok(PyTuple::from_array([result, Value::from(done)]))
    }

    /// The pattern string from which the RE object was compiled.
    #[pygetset(member)]
    fn pattern(&self) -> Value {
        self.pattern.clone()
    }

    /// The regex matching flags.
    #[pygetset(member)]
    fn flags(&self) -> i64 {
        self.flags
    }

    /// The number of capturing groups in the pattern.
    #[pygetset(member)]
    fn groups(&self) -> Value {
        Value::from(self.groups)
    }

    /// A dictionary mapping group names to group numbers.
    #[pygetset]
    fn groupindex(&self) -> Value {
        PyMappingProxy::new_value(self.groupindex.to_value())
    }

    #[pymethod("($self, /)")]
    fn __copy__(zelf: &Ref<PyPattern>) -> Ref<PyPattern> {
        zelf.clone()
    }

    #[pymethod("($self, memo, /)")]
    fn __deepcopy__(zelf: &Ref<PyPattern>, _memo: &Value) -> Ref<PyPattern> {
        zelf.clone()
    }

    /// Patterns are generic over the type of string they handle (str or bytes)
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: &Value) -> Value {
        generic_alias::new(cls.to_value(), object.clone())
    }

    #[slot]
    fn repr(&self) -> PyResult<StrRef> {
        // A str pattern is Unicode unless it says otherwise.
        let implied = self.is_bytes == Some(false) && self.flags & (4 | 256 | 32) == 32;
        let mut flags = if implied { self.flags & !32 } else { self.flags };
        let mut names = Vec::new();
        for (name, bit) in FLAG_NAMES {
            if flags & bit != 0 {
                names.push(name.to_owned());
                flags &= !bit;
            }
        }
        if flags != 0 {
            names.push(format!("{flags:#x}"));
        }
        let text = protocol::repr(&self.pattern)?;
        let mut out = pystr::StrBuilder::new();
        out.push_str("re.compile(");
        out.push_pystr(&text.substring(0, text.len().min(200)));
        if !names.is_empty() {
            out.push_str(", ");
            out.push_str(&names.join("|"));
        }
        out.push_str(")");
        Ok(out.finish())
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        let code: Vec<u8> = self.code.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let hash = protocol::hash(&self.pattern)? ^ minipy_vm::hash::hash_bytes(&code) ^ self.flags;
        let hash = hash ^ i64::from(self.is_bytes == Some(true)) ^ self.groups as i64;
        Ok(if hash == -1 { -2 } else { hash })
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<PyPattern>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let equal = self.flags == other.flags
            && self.is_bytes == other.is_bytes
            && self.code == other.code
            && self.groups == other.groups
            && protocol::eq(&self.pattern, &other.pattern)?;
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }
}

/// Whether `repl` has nothing to expand: no backslash in it.
pub fn is_literal(repl: &Value) -> bool {
    match repl.downcast::<PyStr>() {
        Some(text) => text.find_in(&PyStr::from_ascii(b"\\"), 0, text.len()).is_none(),
        None => BytesLike::of(repl).is_ok_and(|bytes| !bytes.contains(&b'\\')),
    }
}

/// `re._compile_template(pattern, repl)`.
pub fn compile_template(pattern: &Ref<PyPattern>, repl: &Value) -> PyResult<Ref<PyTemplate>> {
    let none = Value::NONE;
    let re = minipy_vm::function::hooks::import(minipy_vm::name!("re").as_value(), &none, &none, &none, 0)?;
    let compile = protocol::getattr_str(&re, "_compile_template")?;
    let template = protocol::call2(&compile, pattern.to_value(), repl.clone())?;
    template.downcast_into::<PyTemplate>().map_err(|other| {
        exceptions::type_error(format!(
            "the result of compiling a replacement string is {}, not _sre.SRE_Template",
            other.type_name()
        ))
    })
}
