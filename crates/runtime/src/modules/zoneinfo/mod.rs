//! `_zoneinfo`: time zones of the IANA time zone database (PEP 615).

mod cache;
mod data;
mod rule;

use crate::modules::datetime::date_time::DateTime;
use crate::modules::datetime::local;
use crate::modules::datetime::zone::{TzInfo, own_datetime};
use crate::modules::pickle::pickling_error;
use data::{Info, Zone};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::KwArgs;
use minipy_vm::protocol::{BinaryOp, binary};
use minipy_vm::{
    Args, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions, name, protocol,
};
use std::cell::Cell;

pub use module::MODULE;

/// C implementation of the zoneinfo module
#[minipy_macros::pymodule(name = "_zoneinfo", classes(ZoneInfo))]
mod module {
    use super::ZoneInfo;
    use minipy_vm::{PyModule, PyResult, Ref};

    #[init]
    fn init(_module: &Ref<PyModule>) -> PyResult<()> {
        // Whoever blocks `_datetime` gets classes that are not those of its Python version.
        crate::import::import_module("_datetime").map(drop)
    }
}

/// How a time zone was made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    NoCache,
    Cache,
    File,
}

#[pyclass(name = "ZoneInfo", module = "zoneinfo", base = TzInfo, basetype, gc, weakref)]
#[repr(C)]
pub struct ZoneInfo {
    base: TzInfo,
    key: Value,
    /// How the file it was read from shows, if it was read by `from_file`.
    file: Value,
    source: Cell<Source>,
    zone: Zone,
}

impl Traverse for ZoneInfo {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.key.traverse(visit);
    }
}

impl ZoneInfo {
    fn from_stream(
        class: &TypeRef,
        file: &Value,
        key: Value,
        shown: Value,
        source: Source,
    ) -> PyResult<Value> {
        let zone = Zone::load(file)?;
        let base = TzInfo::base();
        Ok(Ref::new_in(class, ZoneInfo { base, key, file: shown, source: Cell::new(source), zone })
            .into_value())
    }

    /// Reads the zone of this key from the database of the system, or else from the package `tzdata`.
    fn open(class: &TypeRef, key: &Value) -> PyResult<Value> {
        let paths = crate::import::import_module("zoneinfo._tzpath")?;
        let path = protocol::call1(&protocol::getattr_str(&paths, "find_tzfile")?, key.clone())?;
        let file = if path.is_none() {
            let common = crate::import::import_module("zoneinfo._common")?;
            protocol::call1(&protocol::getattr_str(&common, "load_tzdata")?, key.clone())?
        } else {
            let io = crate::import::import_module("io")?;
            protocol::call2(&protocol::getattr_str(&io, "open")?, path, Value::from("rb"))?
        };
        let zone = ZoneInfo::from_stream(class, &file, key.clone(), Value::NONE, Source::NoCache);
        let closed = protocol::call_method(&file, name!("close"), &[]);
        let zone = zone?;
        closed?;
        Ok(zone)
    }

    /// What holds at a local time, which may be any object with the fields of a datetime.
    fn info_at(&self, dt: &Value) -> PyResult<Option<&Info>> {
        if dt.is_none() {
            return Ok(self.zone.fixed());
        }
        if let Some(datetime) = dt.downcast_exact::<DateTime>() {
            let seconds = local::utc_seconds(datetime.date.ymd, datetime.clock);
            let year = i64::from(datetime.date.ymd.year);
            return Ok(self.zone.at_local(seconds, year, datetime.clock.fold));
        }
        let field = |value: PyResult<Value>| {
            protocol::index_to_i64(&value?)?
                .and_then(|field| i32::try_from(field).ok())
                .map(i64::from)
                .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))
        };
        let attribute = |name| field(protocol::getattr_str(dt, name));
        let days = field(protocol::call_method(dt, name!("toordinal"), &[]))? - local::EPOCH;
        let [hour, minute, second] = [attribute("hour")?, attribute("minute")?, attribute("second")?];
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
        let (year, fold) = match dt.downcast::<DateTime>() {
            Some(datetime) => (i64::from(datetime.date.ymd.year), datetime.clock.fold),
            None => (attribute("year")?, u8::from(attribute("fold")? != 0)),
        };
        Ok(self.zone.at_local(seconds, year, fold))
    }
}

#[pymethods]
impl ZoneInfo {
    #[slot(new, nosig, sig = "(key)")]
    fn new(class: &TypeRef, key: &Value) -> PyResult<Value> {
        cache::get(class, key, || {
            let zone = ZoneInfo::open(class, key)?;
            if let Some(zone) = zone.downcast::<ZoneInfo>() {
                zone.source.set(Source::Cache);
            }
            Ok(zone)
        })
    }

    #[slot]
    fn repr(zelf: &Ref<ZoneInfo>) -> PyResult<String> {
        let class = zelf.class().name();
        if zelf.key.is_none() {
            return Ok(format!("{class}.from_file({})", protocol::str(&zelf.file)?.to_string_lossy()));
        }
        Ok(format!("{class}(key={})", protocol::repr(&zelf.key)?.to_string_lossy()))
    }

    #[slot]
    fn str(zelf: &Ref<ZoneInfo>) -> PyResult<Value> {
        if zelf.key.is_none() {
            return Ok(protocol::repr(zelf.as_value())?.into_value());
        }
        Ok(zelf.key.clone())
    }

    /// Clear the ZoneInfo cache.
    #[pyclassmethod("($type, /, *, only_keys=None)", defining_class)]
    fn clear_cache(cls: &TypeRef, only_keys: Option<&Value>) -> PyResult<()> {
        match only_keys {
            None => cache::clear(cls),
            Some(keys) => protocol::for_each(keys, |key| cache::remove(cls, &key)),
        }
    }

    /// Get a new instance of ZoneInfo, bypassing the cache.
    #[pyclassmethod("($type, /, key)", defining_class)]
    fn no_cache(cls: &TypeRef, key: &Value) -> PyResult<Value> {
        ZoneInfo::open(cls, key)
    }

    /// Create a ZoneInfo file from a file object.
    #[pyclassmethod("($type, file_obj, /, key=None)", defining_class)]
    fn from_file(cls: &TypeRef, file_obj: &Value, key: Option<Value>) -> PyResult<Value> {
        let shown = protocol::repr(file_obj)?.into_value();
        ZoneInfo::from_stream(cls, file_obj, key.unwrap_or(Value::NONE), shown, Source::File)
    }

    /// Retrieve a timedelta representing the UTC offset in a zone at the given datetime.
    #[pymethod("($self, dt, /)", defining_class)]
    fn utcoffset(&self, dt: &Value) -> PyResult<Option<Value>> {
        Ok(self.info_at(dt)?.map(|info| info.utcoff.to_value()))
    }

    /// Retrieve a timedelta representing the amount of DST applied in a zone at the given datetime.
    #[pymethod("($self, dt, /)", defining_class)]
    fn dst(&self, dt: &Value) -> PyResult<Option<Value>> {
        Ok(self.info_at(dt)?.map(|info| info.dstoff.to_value()))
    }

    /// Retrieve a string containing the abbreviation for the time zone that applies in a zone at a given datetime.
    #[pymethod("($self, dt, /)", defining_class)]
    fn tzname(&self, dt: &Value) -> PyResult<Option<Value>> {
        Ok(self.info_at(dt)?.map(|info| info.name.to_value()))
    }

    /// Given a datetime with local time in UTC, retrieve an adjusted datetime in local time.
    #[pymethod("($self, object, /)")]
    fn fromutc(zelf: &Ref<ZoneInfo>, object: &Value) -> PyResult<Value> {
        let datetime = own_datetime(zelf.as_value(), object)?;
        let seconds = local::utc_seconds(datetime.date.ymd, datetime.clock);
        let (info, fold) = zelf.zone.at_utc(seconds, i64::from(datetime.date.ymd.year));
        let Some(info) = info else { return Err(exceptions::value_error("No time zone information found.")) };
        if object.downcast_exact::<DateTime>().is_some() {
            let (ymd, clock) = datetime.moved(info.utcoff.span)?;
            return Ok(DateTime::make(ymd, clock.with_fold(fold.into()), datetime.zone()).into_value());
        }
        let shifted = binary(BinaryOp::Add, object, info.utcoff.as_value())?;
        if !fold {
            return Ok(shifted);
        }
        let replace = protocol::getattr(&shifted, name!("replace"))?;
        let (args, kwnames) = ([Value::small_int(1)], [name!("fold").to_value()]);
        protocol::call_args(&replace, Args { args: &args, kwnames: &kwnames })
    }

    /// Function for serialization with the pickle protocol.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<ZoneInfo>) -> PyResult<Value> {
        if zelf.source.get() == Source::File {
            return Err(pickling_error("Cannot pickle a ZoneInfo file from a file stream."));
        }
        let unpickle = protocol::getattr_str(zelf.as_value(), "_unpickle")?;
        let from_cache = Value::small_int(i64::from(zelf.source.get() == Source::Cache));
        let arguments = PyTuple::from_array([zelf.key.clone(), from_cache]).into_value();
        Ok(PyTuple::from_array([unpickle, arguments]).into_value())
    }

    /// Private method used in unpickling.
    #[pyclassmethod("($type, key, from_cache, /)", defining_class)]
    fn _unpickle(cls: &TypeRef, key: &Value, from_cache: bool) -> PyResult<Value> {
        if from_cache { protocol::call1(cls.as_value(), key.clone()) } else { ZoneInfo::open(cls, key) }
    }

    /// Function to initialize subclasses.
    #[pyclassmethod("($type, *args, **kwargs)", nosig)]
    fn __init_subclass__(cls: &TypeRef, _args: &[Value], _kwargs: KwArgs<'_>) -> PyResult<()> {
        protocol::setattr(cls.as_value(), name!("_weak_cache"), cache::new_weak_cache()?)
    }

    #[pygetset(member)]
    fn key(&self) -> Value {
        self.key.clone()
    }
}
