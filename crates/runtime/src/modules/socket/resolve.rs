//! Names of hosts, services and protocols.

use super::address::{Address, host_name, idna};
use super::{gaierror_class, herror_class};
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::{PyBytes, PyErr, PyList, PyResult, PyStr, PyTuple, Value, exceptions, gil, protocol};
use std::ffi::{CStr, CString};

#[pymodule(name = "_socket")]
pub mod functions {
    use super::*;

    /// getaddrinfo(host, port [, family, type, proto, flags])
    ///     -> list of (family, type, proto, canonname, sockaddr)
    ///
    /// Resolve host and port into addrinfo struct.
    #[pyfunction("(host, port, family=0, type=0, proto=0, flags=0)", nosig)]
    fn getaddrinfo(
        host: &Value,
        port: &Value,
        family: i32,
        r#type: i32,
        proto: i32,
        flags: i32,
    ) -> PyResult<Value> {
        let node = super::node(host)?;
        let service = super::service(port)?;
        let audited = [host.clone(), port.clone(), family.into(), r#type.into(), proto.into()];
        crate::sys::audit("socket.getaddrinfo", &audited)?;
        let hints = super::Hints { family, kind: r#type, proto, flags };
        let found = super::look_up(node.as_deref(), service.as_deref(), &hints)?;
        let entry = |entry: super::Found| {
            PyTuple::from_array([
                Value::from(entry.family),
                Value::from(entry.kind),
                Value::from(entry.proto),
                crate::path::decode(&entry.canonical_name).into_value(),
                entry.address.to_value(),
            ])
            .into_value()
        };
        Ok(PyList::from_vec(found.into_iter().map(entry).collect()).into_value())
    }

    /// getnameinfo(sockaddr, flags) --> (host, port)
    ///
    /// Get host and port for a sockaddr.
    #[pyfunction("(sockaddr, flags, /)", nosig)]
    fn getnameinfo(sockaddr: &Value, flags: i32) -> PyResult<Value> {
        let Some(items) = sockaddr.downcast::<PyTuple>() else {
            return Err(exceptions::type_error("getnameinfo() argument 1 must be a tuple"));
        };
        let wrong = || exceptions::type_error("getnameinfo(): illegal sockaddr argument");
        let (host, port) = match &items[..] {
            [host, port, rest @ ..] if rest.len() <= 2 => (host, port),
            _ => return Err(wrong()),
        };
        let Some(text) = host.downcast::<PyStr>() else { return Err(wrong()) };
        let port = super::int(port)?;
        let extra = items[2..].iter().map(super::int).collect::<PyResult<Vec<_>>>()?;
        let flow = extra.first().copied().unwrap_or(0);
        if !(0..=0xf_ffff).contains(&flow) {
            return Err(exceptions::overflow_error("getnameinfo(): flowinfo must be 0-1048575."));
        }
        crate::sys::audit("socket.getnameinfo", std::slice::from_ref(sockaddr))?;
        let node = CString::new(crate::path::encode(text).unwrap_or_default())
            .map_err(|_| exceptions::value_error("embedded null character"))?;
        let service = CString::new(port.to_string()).unwrap_or_default();
        let hints = super::Hints {
            family: libc::AF_UNSPEC,
            kind: libc::SOCK_DGRAM,
            proto: 0,
            flags: libc::AI_NUMERICHOST,
        };
        let mut found = super::look_up(Some(&node), Some(&service), &hints)?.into_iter();
        let (Some(entry), None) = (found.next(), found.next()) else {
            return Err(exceptions::os_error("sockaddr resolved to multiple addresses"));
        };
        let address = match entry.family {
            libc::AF_INET if items.len() != 2 => {
                return Err(exceptions::os_error("IPv4 sockaddr must be 2 tuple"));
            }
            libc::AF_INET6 => {
                let scope = extra.get(1).copied().unwrap_or(0);
                entry.address.with_flow_and_scope(flow as u32, scope as u32)
            }
            _ => entry.address,
        };
        let mut host = [0; libc::NI_MAXHOST as usize];
        let mut port = [0; 32];
        let status = gil::without(|| {
            let (host_len, port_len) = (host.len() as u32, port.len() as u32);
            // SAFETY: address and results are of the lengths given.
            unsafe {
                let (host, port) = (host.as_mut_ptr(), port.as_mut_ptr());
                libc::getnameinfo(address.as_ptr(), address.len(), host, host_len, port, port_len, flags)
            }
        });
        if status != 0 {
            return Err(super::lookup_error(status));
        }
        let pair = [super::text_of(host.as_ptr()), super::text_of(port.as_ptr())];
        Ok(PyTuple::from_array(pair).into_value())
    }

    /// gethostbyname(host) -> address
    ///
    /// Return the IP address (a string of the form '255.255.255.255') for a host.
    #[pyfunction("(host, /)", nosig)]
    fn gethostbyname(host: &Value) -> PyResult<Value> {
        let name = super::host_argument(host, "gethostbyname")?;
        crate::sys::audit("socket.gethostbyname", std::slice::from_ref(host))?;
        let address = super::one_address(&name, libc::AF_INET)?;
        Ok(address.host_value())
    }

    /// gethostbyname_ex(host) -> (name, aliaslist, addresslist)
    ///
    /// Return the true host name, a list of aliases, and a list of IP addresses,
    /// for a host.  The host argument is a string giving a host name or IP number.
    #[pyfunction("(host, /)", nosig)]
    fn gethostbyname_ex(host: &Value) -> PyResult<Value> {
        let name = super::host_argument(host, "gethostbyname_ex")?;
        crate::sys::audit("socket.gethostbyname", std::slice::from_ref(host))?;
        super::one_address(&name, libc::AF_INET)?;
        let mut storage = super::HostStorage::new();
        // SAFETY: the arguments come from `HostStorage`, which keeps them alive and of the right length.
        storage.ask(|entry, buffer, len, found, errno| unsafe {
            gethostbyname_r(name.as_ptr(), entry, buffer, len, found, errno)
        })
    }

    /// gethostbyaddr(host) -> (name, aliaslist, addresslist)
    ///
    /// Return the true host name, a list of aliases, and a list of IP addresses,
    /// for a host.  The host argument is a string giving a host name or IP number.
    #[pyfunction("(host, /)", nosig)]
    fn gethostbyaddr(host: &Value) -> PyResult<Value> {
        let name = super::host_argument(host, "gethostbyaddr")?;
        crate::sys::audit("socket.gethostbyaddr", std::slice::from_ref(host))?;
        let address = super::one_address(&name, libc::AF_UNSPEC)?;
        let (family, ip) = (address.family(), address.ip_bytes());
        let mut storage = super::HostStorage::new();
        // SAFETY: as above; the address is of the length given.
        storage.ask(|entry, buffer, len, found, errno| unsafe {
            let pointer = ip.as_ptr().cast();
            gethostbyaddr_r(pointer, ip.len() as u32, family, entry, buffer, len, found, errno)
        })
    }

    /// getservbyname(servicename[, protocolname]) -> integer
    ///
    /// Return a port number from a service name and protocol name.
    /// The optional protocol name, if given, should be 'tcp' or 'udp',
    /// otherwise any protocol will match.
    #[pyfunction("(servicename, protocolname=None, /)", nosig)]
    fn getservbyname(
        servicename: &minipy_vm::StrRef,
        protocolname: Option<&minipy_vm::StrRef>,
    ) -> PyResult<i32> {
        let (name, proto) = (super::c_text(servicename)?, protocolname.map(super::c_text).transpose()?);
        let audited =
            [servicename.as_value().clone(), protocolname.map_or("".into(), |p| p.as_value().clone())];
        crate::sys::audit("socket.getservbyname", &audited)?;
        let proto = proto.as_ref().map_or(std::ptr::null(), |p| p.as_ptr());
        // SAFETY: the names are NUL-terminated; the entry is read before the GIL lets anybody else ask.
        match unsafe { libc::getservbyname(name.as_ptr(), proto).as_ref() } {
            Some(entry) => Ok(i32::from(u16::from_be(entry.s_port as u16))),
            None => Err(exceptions::os_error("service/proto not found")),
        }
    }

    /// getservbyport(port[, protocolname]) -> string
    ///
    /// Return the service name from a port number and protocol name.
    /// The optional protocol name, if given, should be 'tcp' or 'udp',
    /// otherwise any protocol will match.
    #[pyfunction("(port, protocolname=None, /)", nosig)]
    fn getservbyport(port: i32, protocolname: Option<&minipy_vm::StrRef>) -> PyResult<Value> {
        let Ok(number) = u16::try_from(port) else {
            return Err(exceptions::overflow_error("getservbyport: port must be 0-65535."));
        };
        let proto = protocolname.map(super::c_text).transpose()?;
        let audited = [Value::from(port), protocolname.map_or(Value::NONE, |p| p.as_value().clone())];
        crate::sys::audit("socket.getservbyport", &audited)?;
        let proto = proto.as_ref().map_or(std::ptr::null(), |p| p.as_ptr());
        // SAFETY: the name is NUL-terminated; the entry is read before the GIL lets anybody else ask.
        match unsafe { libc::getservbyport(i32::from(number.to_be()), proto).as_ref() } {
            Some(entry) => Ok(super::text_of(entry.s_name)),
            None => Err(exceptions::os_error("port/proto not found")),
        }
    }

    /// getprotobyname(name) -> integer
    ///
    /// Return the protocol number for the named protocol.  (Rarely used.)
    #[pyfunction("(name, /)", nosig)]
    fn getprotobyname(name: &minipy_vm::StrRef) -> PyResult<i32> {
        let name = super::c_text(name)?;
        // SAFETY: the name is NUL-terminated; the entry is read before the GIL lets anybody else ask.
        match unsafe { libc::getprotobyname(name.as_ptr()).as_ref() } {
            Some(entry) => Ok(entry.p_proto),
            None => Err(exceptions::os_error("protocol not found")),
        }
    }
}

pub use functions::MODULE;

/// A `getaddrinfo` request.
pub struct Hints {
    pub family: i32,
    pub kind: i32,
    pub proto: i32,
    pub flags: i32,
}

/// An answer to one.
pub struct Found {
    family: i32,
    kind: i32,
    proto: i32,
    canonical_name: Vec<u8>,
    pub address: Address,
}

fn int(value: &Value) -> PyResult<i32> {
    protocol::index_to_i64(value)?
        .and_then(|n| i32::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))
}

/// The first argument of `getaddrinfo`.
fn node(host: &Value) -> PyResult<Option<CString>> {
    if host.is_none() {
        return Ok(None);
    }
    let bytes = if host.downcast::<PyStr>().is_some() {
        idna(host)?
    } else if let Some(bytes) = host.downcast::<PyBytes>() {
        bytes.as_bytes().to_vec()
    } else {
        return Err(exceptions::type_error("getaddrinfo() argument 1 must be string or None"));
    };
    let embedded = || exceptions::value_error("embedded null character");
    CString::new(bytes).map(Some).map_err(|_| embedded())
}

/// The second argument of `getaddrinfo`.
fn service(port: &Value) -> PyResult<Option<CString>> {
    let bytes = if port.is_none() {
        return Ok(None);
    } else if protocol::is_int(port) {
        protocol::str(&protocol::as_index(port)?)?.to_string_lossy().into_bytes()
    } else if port.downcast::<PyStr>().is_some() {
        let encoded = protocol::call_method(port, minipy_vm::name!("encode"), &[])?;
        encoded.downcast::<PyBytes>().map_or_else(Vec::new, |b| b.as_bytes().to_vec())
    } else if let Some(bytes) = port.downcast::<PyBytes>() {
        bytes.as_bytes().to_vec()
    } else {
        return Err(exceptions::os_error("Int or String expected"));
    };
    CString::new(bytes).map(Some).map_err(|_| exceptions::value_error("embedded null character"))
}

/// `socket.gaierror` of what `getaddrinfo` returned.
fn lookup_error(status: i32) -> PyErr {
    if status == libc::EAI_SYSTEM {
        return syscall::last_os_error();
    }
    // SAFETY: the message is a static NUL-terminated string.
    let message = unsafe { CStr::from_ptr(libc::gai_strerror(status)) }.to_string_lossy().into_owned();
    PyErr::new(gaierror_class(), &[Value::from(status), Value::from(message)])
}

/// Asks the resolver, without the GIL.
pub fn look_up(node: Option<&CStr>, service: Option<&CStr>, hints: &Hints) -> PyResult<Vec<Found>> {
    // SAFETY: all-zero bytes are valid hints.
    let mut request: libc::addrinfo = unsafe { std::mem::zeroed() };
    request.ai_family = hints.family;
    request.ai_socktype = hints.kind;
    request.ai_protocol = hints.proto;
    request.ai_flags = hints.flags;
    let mut list: *mut libc::addrinfo = std::ptr::null_mut();
    let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), |text| text.as_ptr());
    // SAFETY: the strings are NUL-terminated; the results go to `list`.
    let status =
        gil::without(|| unsafe { libc::getaddrinfo(pointer(node), pointer(service), &request, &mut list) });
    if status != 0 {
        return Err(lookup_error(status));
    }
    let mut found = Vec::new();
    let mut at = list;
    // SAFETY: the entries of the list are valid until it is freed, their addresses of the length they say.
    unsafe {
        while let Some(entry) = at.as_ref() {
            let name = entry.ai_canonname;
            found.push(Found {
                family: entry.ai_family,
                kind: entry.ai_socktype,
                proto: entry.ai_protocol,
                canonical_name: if name.is_null() {
                    Vec::new()
                } else {
                    CStr::from_ptr(name).to_bytes().to_vec()
                },
                address: Address::copy_of(entry.ai_addr, entry.ai_addrlen),
            });
            at = entry.ai_next;
        }
        libc::freeaddrinfo(list);
    }
    Ok(found)
}

/// The address of a host, without a port: the empty name is the wildcard, "<broadcast>" the broadcast address.
pub fn one_address(host: &CStr, family: i32) -> PyResult<Address> {
    let text = host.to_bytes();
    let mut hints = Hints { family, kind: 0, proto: 0, flags: 0 };
    if text.is_empty() {
        hints.kind = libc::SOCK_DGRAM;
        hints.flags = libc::AI_PASSIVE;
        let mut found = look_up(None, Some(c"0"), &hints)?.into_iter();
        return match (found.next(), found.next()) {
            (Some(entry), None) => Ok(entry.address),
            _ => Err(exceptions::os_error("wildcard resolved to multiple address")),
        };
    }
    let host = match text {
        b"<broadcast>" | b"255.255.255.255" => {
            if !matches!(family, libc::AF_INET | libc::AF_UNSPEC) {
                return Err(exceptions::os_error("address family mismatched"));
            }
            c"255.255.255.255"
        }
        _ => host,
    };
    let found = look_up(Some(host), None, &hints)?.into_iter().next();
    found.map(|entry| entry.address).ok_or_else(|| lookup_error(libc::EAI_NONAME))
}

/// A host name argument.
fn host_argument(value: &Value, function: &str) -> PyResult<CString> {
    let is_name = value.downcast::<PyStr>().is_some()
        || value.downcast::<PyBytes>().is_some()
        || value.downcast::<minipy_vm::types::bytearray::PyByteArray>().is_some();
    if is_name {
        return host_name(value);
    }
    Err(exceptions::type_error(format!(
        "{function}() argument 1 must be str, bytes or bytearray, not {}",
        value.type_name()
    )))
}

fn c_text(text: &minipy_vm::StrRef) -> PyResult<CString> {
    CString::new(crate::path::encode(text).unwrap_or_default())
        .map_err(|_| exceptions::value_error("embedded null character"))
}

fn text_of(pointer: *const libc::c_char) -> Value {
    // SAFETY: the pointer is to a NUL-terminated string of an entry that is still valid.
    crate::path::decode(unsafe { CStr::from_ptr(pointer) }.to_bytes()).into_value()
}

unsafe extern "C" {
    /// The libc crate leaves both out.
    fn gethostbyname_r(
        name: *const libc::c_char,
        entry: *mut libc::hostent,
        buffer: *mut libc::c_char,
        len: libc::size_t,
        found: *mut *mut libc::hostent,
        errno: *mut libc::c_int,
    ) -> libc::c_int;
    fn gethostbyaddr_r(
        address: *const libc::c_void,
        address_len: libc::socklen_t,
        family: libc::c_int,
        entry: *mut libc::hostent,
        buffer: *mut libc::c_char,
        len: libc::size_t,
        found: *mut *mut libc::hostent,
        errno: *mut libc::c_int,
    ) -> libc::c_int;
}

/// What `gethostby…_r` fill.
struct HostStorage {
    entry: libc::hostent,
    buffer: Vec<libc::c_char>,
}

impl HostStorage {
    fn new() -> HostStorage {
        // SAFETY: all-zero bytes are a valid `struct hostent`.
        HostStorage { entry: unsafe { std::mem::zeroed() }, buffer: vec![0; 16384] }
    }

    /// (name, aliases, addresses) of the answer, or `socket.herror`.
    fn ask(
        &mut self,
        call: impl Fn(
            *mut libc::hostent,
            *mut libc::c_char,
            usize,
            *mut *mut libc::hostent,
            *mut libc::c_int,
        ) -> i32,
    ) -> PyResult<Value> {
        let mut found: *mut libc::hostent = std::ptr::null_mut();
        let mut errno = 0;
        let (entry, buffer) = (&raw mut self.entry, &mut self.buffer);
        gil::without(|| call(entry, buffer.as_mut_ptr(), buffer.len(), &mut found, &mut errno));
        if found.is_null() {
            return Err(host_error(errno));
        }
        let entry = &self.entry;
        let (mut aliases, mut addresses) = (Vec::new(), Vec::new());
        // SAFETY: the entry's strings are NUL-terminated and its lists end with null; addresses are of the length it says.
        unsafe {
            let mut at = entry.h_aliases;
            while !at.is_null() && !(*at).is_null() {
                aliases.push(text_of(*at));
                at = at.add(1);
            }
            let mut at = entry.h_addr_list;
            while !at.is_null() && !(*at).is_null() {
                let bytes = std::slice::from_raw_parts((*at).cast::<u8>(), entry.h_length as usize);
                addresses.push(Value::from(super::address::ip_text(bytes)));
                at = at.add(1);
            }
        }
        let lists = [aliases, addresses].map(|list| PyList::from_vec(list).into_value());
        let [aliases, addresses] = lists;
        Ok(PyTuple::from_array([text_of(entry.h_name), aliases, addresses]).into_value())
    }
}

/// `socket.herror` of an `h_errno`, with glibc's wording.
fn host_error(errno: i32) -> PyErr {
    let message = match errno {
        0 => "Resolver Error 0 (no error)",
        1 => "Unknown host",
        2 => "Host name lookup failure",
        3 => "Unknown server error",
        4 => "No address associated with name",
        _ => "Unknown resolver error",
    };
    PyErr::new(herror_class(), &[Value::from(errno), Value::from(message)])
}
