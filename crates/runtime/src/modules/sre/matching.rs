//! `re.Match`.

use super::pattern::{PyPattern, compile_template, is_literal};
use super::subject::{self, Piece};
use minipy_macros::{pyclass, pymethods};
use minipy_sre::Memory;
use minipy_vm::types::generic_alias;
use minipy_vm::types::str::{StrBuilder, StrRef};
use minipy_vm::{
    Args, DictRef, GilCell, PyDict, PyResult, PyTuple, Ref, Traverse, TupleRef, TypeRef, Value, Visitor,
    exceptions, protocol,
};
use smallvec::SmallVec;

/// Start and end of a group; `None` if it took no part.
pub type Span = Option<(usize, usize)>;

/// The result of re.match() and re.search().
/// Match objects always have a boolean value of True.
#[pyclass(name = "Match", module = "re", gc, no_new)]
pub struct PyMatch {
    string: Value,
    pattern: Ref<PyPattern>,
    pos: usize,
    endpos: usize,
    /// 0: no group.
    lastindex: usize,
    span: (usize, usize),
    /// Start and end of each group, as the engine keeps them.
    marks: SmallVec<[usize; 6]>,
    regs: GilCell<Option<TupleRef>>,
}

impl Traverse for PyMatch {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.string.traverse(visit);
        self.pattern.traverse(visit);
        self.regs.traverse(visit);
    }
}

impl PyMatch {
    /// What the engine found.
    pub fn new(
        pattern: &Ref<PyPattern>,
        string: &Value,
        (pos, endpos): (usize, usize),
        found: &Memory,
    ) -> Ref<PyMatch> {
        Ref::new(PyMatch {
            string: string.clone(),
            pattern: pattern.clone(),
            pos,
            endpos,
            lastindex: found.last_group(),
            span: found.span(),
            marks: SmallVec::from_slice(found.marks()),
            regs: GilCell::new(None),
        })
    }

    pub fn span_of(&self, group: usize) -> Span {
        match group.checked_sub(1) {
            None => Some(self.span),
            Some(group) => Memory::span_of(&self.marks, group),
        }
    }

    /// The text of a group, or `default` if it took no part.
    pub fn text(&self, group: usize, default: &Value) -> PyResult<Value> {
        match self.span_of(group) {
            Some((start, end)) => subject::slice(&self.string, start, end),
            None => Ok(default.clone()),
        }
    }

    fn number(&self, group: Option<&Value>) -> PyResult<usize> {
        group.map_or(Ok(0), |group| self.pattern.group_number(group))
    }

    fn bounds(&self, group: Option<&Value>) -> PyResult<(i64, i64)> {
        let span = self.span_of(self.number(group)?);
        Ok(span.map_or((-1, -1), |(start, end)| (start as i64, end as i64)))
    }
}

fn pair((start, end): (i64, i64)) -> Value {
    PyTuple::from_array([Value::from(start), Value::from(end)]).into_value()
}

#[pymethods]
impl PyMatch {
    /// group([group1, ...]) -> str or tuple.
    ///     Return subgroup(s) of the match by indices or names.
    ///     For 0 returns the entire match.
    #[pymethod]
    fn group(zelf: &Ref<PyMatch>, args: Args<'_>) -> PyResult<Value> {
        if args.has_keywords() {
            return Err(exceptions::type_error("Match.group() takes no keyword arguments"));
        }
        let get = |key: &Value| zelf.text(zelf.pattern.group_number(key)?, &Value::NONE);
        match args.without_receiver().positional() {
            [] => zelf.text(0, &Value::NONE),
            [only] => get(only),
            keys => Ok(PyTuple::from_vec(keys.iter().map(get).collect::<PyResult<Vec<_>>>()?).into_value()),
        }
    }

    /// Return index of the start of the substring matched by group.
    #[pymethod("($self, group=0, /)")]
    fn start(&self, group: Option<&Value>) -> PyResult<i64> {
        self.bounds(group).map(|b| b.0)
    }

    /// Return index of the end of the substring matched by group.
    #[pymethod("($self, group=0, /)")]
    fn end(&self, group: Option<&Value>) -> PyResult<i64> {
        self.bounds(group).map(|b| b.1)
    }

    /// For match object m, return the 2-tuple (m.start(group), m.end(group)).
    #[pymethod("($self, group=0, /)")]
    fn span(&self, group: Option<&Value>) -> PyResult<Value> {
        self.bounds(group).map(pair)
    }

    /// Return a tuple containing all the subgroups of the match, from 1.
    ///
    ///   default
    ///     Is used for groups that did not participate in the match.
    #[pymethod("($self, /, default=None)")]
    fn groups(&self, default: Option<Value>) -> PyResult<TupleRef> {
        let default = default.unwrap_or(Value::NONE);
        let items = (1..=self.pattern.groups).map(|n| self.text(n, &default));
        Ok(PyTuple::from_vec(items.collect::<PyResult<Vec<_>>>()?))
    }

    /// Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.
    ///
    ///   default
    ///     Is used for groups that did not participate in the match.
    #[pymethod("($self, /, default=None)")]
    fn groupdict(&self, default: Option<Value>) -> PyResult<DictRef> {
        let default = default.unwrap_or(Value::NONE);
        let result = PyDict::new_ref();
        for (name, number) in self.pattern.groupindex.entries() {
            let number = self.pattern.group_number(&number)?;
            result.set(name, self.text(number, &default)?)?;
        }
        Ok(result)
    }

    /// Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.
    #[pymethod("($self, /, template)")]
    fn expand(zelf: &Ref<PyMatch>, template: &Value) -> PyResult<Value> {
        if is_literal(template) {
            return Ok(template.clone());
        }
        let compiled = compile_template(&zelf.pattern, template)?;
        let mut pieces: Vec<Piece> = Vec::new();
        compiled.expand(|group| zelf.span_of(group), &mut pieces);
        subject::join(&zelf.string, &pieces)
    }

    #[pymethod("($self, /)")]
    fn __copy__(zelf: &Ref<PyMatch>) -> Ref<PyMatch> {
        zelf.clone()
    }

    #[pymethod("($self, memo, /)")]
    fn __deepcopy__(zelf: &Ref<PyMatch>, _memo: &Value) -> Ref<PyMatch> {
        zelf.clone()
    }

    /// Matches are generic over the type of string which was matched (str or bytes)
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: &Value) -> Value {
        generic_alias::new(cls.to_value(), object.clone())
    }

    /// The string passed to match() or search().
    #[pygetset(member, name = "string")]
    fn get_string(&self) -> Value {
        self.string.clone()
    }

    /// The regular expression object.
    #[pygetset(member)]
    fn re(&self) -> Ref<PyPattern> {
        self.pattern.clone()
    }

    /// The index into the string at which the RE engine started looking for a match.
    #[pygetset(member)]
    fn pos(&self) -> Value {
        Value::from(self.pos)
    }

    /// The index into the string beyond which the RE engine will not go.
    #[pygetset(member)]
    fn endpos(&self) -> Value {
        Value::from(self.endpos)
    }

    /// The integer index of the last matched capturing group.
    #[pygetset]
    fn lastindex(&self) -> Value {
        if self.lastindex == 0 { Value::NONE } else { Value::from(self.lastindex) }
    }

    /// The name of the last matched capturing group.
    #[pygetset]
    fn lastgroup(&self) -> Value {
        self.pattern.indexgroup.get(self.lastindex).cloned().unwrap_or(Value::NONE)
    }

    #[pygetset]
    fn regs(&self) -> TupleRef {
        if let Some(regs) = self.regs.get() {
            return regs;
        }
        let bounds = |group| self.span_of(group).map_or((-1, -1), |(start, end)| (start as i64, end as i64));
        let regs = PyTuple::from_vec((0..=self.pattern.groups).map(|group| pair(bounds(group))).collect());
        self.regs.set(Some(regs.clone()));
        regs
    }

    #[slot]
    fn subscript(zelf: &Ref<PyMatch>, key: &Value) -> PyResult<Value> {
        zelf.text(zelf.pattern.group_number(key)?, &Value::NONE)
    }

    #[slot]
    fn repr(zelf: &Ref<PyMatch>) -> PyResult<StrRef> {
        let (start, end) = zelf.span_of(0).unwrap_or((0, 0));
        let text = protocol::repr(&zelf.text(0, &Value::NONE)?)?;
        let mut out = StrBuilder::new();
        out.push_str(&format!("<re.Match object; span=({start}, {end}), match="));
        out.push_pystr(&text.substring(0, text.len().min(50)));
        out.push_str(">");
        Ok(out.finish())
    }
}
