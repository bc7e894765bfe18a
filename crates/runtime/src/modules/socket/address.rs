//! Between Python's addresses and the system's.

use super::resolve;
use minipy_vm::types::bytes;
use minipy_vm::{PyBytes, PyErr, PyResult, PyStr, PyTuple, Value, exceptions, protocol};
use std::ffi::CString;
use std::mem::{offset_of, size_of};

/// An address of any family.
pub struct Address {
    storage: libc::sockaddr_storage,
    len: libc::socklen_t,
}

impl Address {
    /// Room for an address that the system writes.
    pub fn empty() -> Address {
        // SAFETY: all-zero bytes are a valid address, one of no family.
        let storage = unsafe { std::mem::zeroed() };
        Address { storage, len: size_of::<libc::sockaddr_storage>() as libc::socklen_t }
    }

    /// A copy of an address of that many bytes.
    ///
    /// # Safety
    /// `address` must point to `len` readable bytes.
    pub unsafe fn copy_of(address: *const libc::sockaddr, len: libc::socklen_t) -> Address {
        let mut copy = Address::empty();
        copy.len = len.min(copy.len);
        // SAFETY: the caller's promise; the storage is at least as long.
        unsafe {
            let to = (&raw mut copy.storage).cast::<u8>();
            std::ptr::copy_nonoverlapping(address.cast::<u8>(), to, copy.len as usize);
        }
        copy
    }

    fn of<T: SocketAddress>(address: T, len: usize) -> Address {
        // SAFETY: the structure is one of plain bytes that is as long as `size_of` says.
        let mut copy =
            unsafe { Address::copy_of((&raw const address).cast(), size_of::<T>() as libc::socklen_t) };
        copy.len = len as libc::socklen_t;
        copy
    }

    pub fn as_ptr(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    pub fn as_mut_ptr(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }

    pub fn len(&self) -> libc::socklen_t {
        self.len
    }

    pub fn len_mut(&mut self) -> &mut libc::socklen_t {
        &mut self.len
    }

    pub fn family(&self) -> i32 {
        i32::from(self.storage.ss_family)
    }

    /// The address as the structure of its family.
    fn cast<T: SocketAddress>(&self) -> &T {
        // SAFETY: the storage is as large and as aligned as every address structure, whose fields may have any value.
        unsafe { &*(&raw const self.storage).cast::<T>() }
    }
}

/// The address structures of the system.
///
/// # Safety
/// Any bytes are a valid value, and it is no larger than `sockaddr_storage`.
unsafe trait SocketAddress {}

macro_rules! socket_addresses {
    ($($name:ident)*) => {
        $(
            // SAFETY: made of integers only.
            unsafe impl SocketAddress for libc::$name {}
        )*
    };
}
socket_addresses! { sockaddr_in sockaddr_in6 sockaddr_un sockaddr_nl sockaddr_ll sockaddr_vm sockaddr_alg }

/// An address argument of a socket's method, for messages.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub family: i32,
    /// The name of the method.
    pub caller: &'a str,
}

impl Wanted<'_> {
    fn tuple<'v>(&self, value: &'v Value, family: &str) -> PyResult<&'v [Value]> {
        match value.downcast::<PyTuple>() {
            Some(tuple) => Ok(tuple),
            None => Err(exceptions::type_error(format!(
                "{}(): {family} address must be tuple, not {}",
                self.caller,
                value.type_name()
            ))),
        }
    }

    fn port(&self, value: &Value) -> PyResult<u16> {
        let port = protocol::index_to_i64(value)?;
        port.and_then(|port| u16::try_from(port).ok())
            .ok_or_else(|| exceptions::overflow_error(format!("{}(): port must be 0-65535.", self.caller)))
    }

    /// The system's form of an address.
    pub fn parse(&self, value: &Value) -> PyResult<Address> {
        match self.family {
            libc::AF_INET => self.inet(value),
            libc::AF_INET6 => self.inet6(value),
            libc::AF_UNIX => unix(value),
            libc::AF_NETLINK => self.netlink(value),
            libc::AF_PACKET => self.packet(value),
            libc::AF_VSOCK => vsock(value),
            libc::AF_ALG => algorithm(value),
            _ => Err(exceptions::os_error(format!("{}(): bad family", self.caller))),
        }
    }

    fn inet(&self, value: &Value) -> PyResult<Address> {
        let [host, port] = self.tuple(value, "AF_INET")? else {
            return Err(exceptions::type_error("AF_INET address must be a pair (host, port)"));
        };
        let host = host_name(host)?;
        let port = self.port(port)?;
        let found = resolve::one_address(&host, libc::AF_INET)?;
        let mut address = *found.cast::<libc::sockaddr_in>();
        address.sin_port = port.to_be();
        Ok(Address::of(address, size_of::<libc::sockaddr_in>()))
    }

    fn inet6(&self, value: &Value) -> PyResult<Address> {
        let items = self.tuple(value, "AF_INET6")?;
        let (host, port, rest) = match items {
            [host, port, rest @ ..] if rest.len() <= 2 => (host, port, rest),
            _ => {
                return Err(exceptions::type_error(
                    "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])",
                ));
            }
        };
        let host = host_name(host)?;
        let port = self.port(port)?;
        let flow = rest.first().map_or(Ok(0), unsigned)?;
        if flow > 0xf_ffff {
            let message = format!("{}(): flowinfo must be 0-1048575.", self.caller);
            return Err(exceptions::overflow_error(message));
        }
        let scope = rest.get(1).map_or(Ok(0), unsigned)?;
        let found = resolve::one_address(&host, libc::AF_INET6)?;
        let mut address = *found.cast::<libc::sockaddr_in6>();
        address.sin6_port = port.to_be();
        address.sin6_flowinfo = flow.to_be();
        address.sin6_scope_id = scope;
        Ok(Address::of(address, size_of::<libc::sockaddr_in6>()))
    }

    fn netlink(&self, value: &Value) -> PyResult<Address> {
        let wrong = || exceptions::type_error("AF_NETLINK address must be a pair (pid, groups)");
        let [pid, groups] = self.tuple(value, "AF_NETLINK")? else { return Err(wrong()) };
        // SAFETY: all-zero bytes are a valid address.
        let mut address: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
        address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
        address.nl_pid = unsigned(pid)?;
        address.nl_groups = unsigned(groups)?;
        Ok(Address::of(address, size_of::<libc::sockaddr_nl>()))
    }

    fn packet(&self, value: &Value) -> PyResult<Address> {
        let items = self.tuple(value, "AF_PACKET")?;
        let [name, proto, rest @ ..] = items else { return Err(wrong_packet()) };
        if rest.len() > 3 {
            return Err(wrong_packet());
        }
        let number = |value: &Value| {
            protocol::index_to_i64(value)?
                .and_then(|n| i32::try_from(n).ok())
                .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))
        };
        let name = CString::new(crate::path::fs_encode(name)?).unwrap_or_default();
        let proto = number(proto)?;
        let Ok(proto) = u16::try_from(proto) else {
            let message = format!("{}(): proto must be 0-65535.", self.caller);
            return Err(exceptions::overflow_error(message));
        };
        // SAFETY: all-zero bytes are a valid address.
        let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        address.sll_family = libc::AF_PACKET as libc::sa_family_t;
        address.sll_protocol = proto.to_be();
        // SAFETY: the name is NUL-terminated.
        address.sll_ifindex = unsafe { libc::if_nametoindex(name.as_ptr()) } as i32;
        if address.sll_ifindex == 0 {
            return Err(crate::syscall::last_os_error());
        }
        address.sll_pkttype = rest.first().map_or(Ok(0), number)? as u8;
        address.sll_hatype = rest.get(1).map_or(Ok(0), number)? as u16;
        if let Some(hardware) = rest.get(2) {
            let hardware = minipy_vm::types::bytes::BytesLike::of(hardware)?;
            let hardware = hardware.as_slice();
            let Some(place) = address.sll_addr.get_mut(..hardware.len()) else {
                return Err(exceptions::value_error("hardware address must be 8 bytes or less"));
            };
            place.copy_from_slice(hardware);
            address.sll_halen = hardware.len() as u8;
        }
        Ok(Address::of(address, size_of::<libc::sockaddr_ll>()))
    }
}

fn wrong_packet() -> PyErr {
    exceptions::type_error("AF_PACKET address must be a tuple of two to five elements")
}

/// An int as 32 bits.
fn unsigned(value: &Value) -> PyResult<u32> {
    protocol::index_to_i64(value)?
        .map(|n| n as u32)
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C unsigned int"))
}

fn unix(value: &Value) -> PyResult<Address> {
    let path = match value.downcast::<PyStr>() {
        Some(text) => crate::path::encode(text).map_or_else(|| crate::path::fs_encode(value), Ok)?,
        None => minipy_vm::types::bytes::BytesLike::of(value)?.to_vec(),
    };
    // SAFETY: all-zero bytes are a valid address.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    let is_abstract = path.is_empty() || path[0] == 0;
    // An abstract name may fill the room; a path ends with NUL.
    let room = address.sun_path.len() - usize::from(!is_abstract);
    if path.len() > room {
        return Err(exceptions::os_error("AF_UNIX path too long"));
    }
    for (place, &byte) in address.sun_path.iter_mut().zip(&path) {
        *place = byte.cast_signed();
    }
    let len = offset_of!(libc::sockaddr_un, sun_path) + path.len() + usize::from(!is_abstract);
    Ok(Address::of(address, len))
}

fn vsock(value: &Value) -> PyResult<Address> {
    let Some(items) = value.downcast::<PyTuple>() else {
        return Err(exceptions::type_error(format!(
            "getsockaddrarg: AF_VSOCK address must be tuple, not {}",
            value.type_name()
        )));
    };
    let [cid, port] = &items[..] else {
        return Err(exceptions::type_error("getsockaddrarg: AF_VSOCK address must be a pair (CID, port)"));
    };
    // SAFETY: all-zero bytes are a valid address.
    let mut address: libc::sockaddr_vm = unsafe { std::mem::zeroed() };
    address.svm_family = libc::AF_VSOCK as libc::sa_family_t;
    address.svm_cid = unsigned(cid)?;
    address.svm_port = unsigned(port)?;
    Ok(Address::of(address, size_of::<libc::sockaddr_vm>()))
}

fn algorithm(value: &Value) -> PyResult<Address> {
    let items = value.downcast::<PyTuple>().map(|t| t.to_vec()).unwrap_or_default();
    let (kind, name, numbers) = match items.as_slice() {
        [kind, name, numbers @ ..] if numbers.len() <= 2 => (kind, name, numbers),
        _ => {
            return Err(exceptions::type_error(
                "AF_ALG address must be a tuple (type, name[, feat[, mask]])",
            ));
        }
    };
    // SAFETY: all-zero bytes are a valid address.
    let mut address: libc::sockaddr_alg = unsafe { std::mem::zeroed() };
    address.salg_family = libc::AF_ALG as libc::sa_family_t;
    address.salg_feat = numbers.first().map_or(Ok(0), unsigned)?;
    address.salg_mask = numbers.get(1).map_or(Ok(0), unsigned)?;
    let (kind, name) = (crate::path::fs_encode(kind)?, crate::path::fs_encode(name)?);
    if kind.len() >= address.salg_type.len() {
        return Err(exceptions::value_error("AF_ALG type too long."));
    }
    if name.len() >= address.salg_name.len() {
        return Err(exceptions::value_error("AF_ALG name too long."));
    }
    address.salg_type[..kind.len()].copy_from_slice(&kind);
    address.salg_name[..name.len()].copy_from_slice(&name);
    Ok(Address::of(address, size_of::<libc::sockaddr_alg>()))
}

/// A host name: bytes as they are, a str as ASCII or by the codec "idna".
pub fn host_name(value: &Value) -> PyResult<CString> {
    let bytes = match value.downcast::<PyStr>() {
        Some(text) => match text.as_ascii() {
            Some(ascii) => ascii.as_bytes().to_vec(),
            None => idna(value)?,
        },
        None if value.downcast::<PyBytes>().is_some()
            || value.downcast::<minipy_vm::types::bytearray::PyByteArray>().is_some() =>
        {
            minipy_vm::types::bytes::BytesLike::of(value)?.to_vec()
        }
        None => {
            return Err(exceptions::type_error(format!(
                "str, bytes or bytearray expected, not {}",
                value.type_name()
            )));
        }
    };
    CString::new(bytes).map_err(|_| exceptions::type_error("host name must not contain null character"))
}

/// A str encoded by the codec "idna".
pub fn idna(value: &Value) -> PyResult<Vec<u8>> {
    let encoded = protocol::call_method(value, minipy_vm::name!("encode"), &[Value::from("idna")])?;
    Ok(encoded.downcast::<PyBytes>().map_or_else(Vec::new, |b| b.as_bytes().to_vec()))
}

/// The text of an IP address in network byte order.
pub fn ip_text(bytes: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return std::net::Ipv4Addr::from(four).to_string();
    }
    <[u8; 16]>::try_from(bytes).map(|all| std::net::Ipv6Addr::from(all).to_string()).unwrap_or_default()
}

impl Address {
    /// The bytes of an IP address, in network order.
    pub fn ip_bytes(&self) -> Vec<u8> {
        match self.family() {
            libc::AF_INET => self.cast::<libc::sockaddr_in>().sin_addr.s_addr.to_ne_bytes().to_vec(),
            _ => self.cast::<libc::sockaddr_in6>().sin6_addr.s6_addr.to_vec(),
        }
    }

    /// The text of an IP address.
    pub fn host_value(&self) -> Value {
        Value::from(ip_text(&self.ip_bytes()))
    }

    /// The IPv6 address with these fields set.
    pub fn with_flow_and_scope(&self, flow: u32, scope: u32) -> Address {
        let mut address = *self.cast::<libc::sockaddr_in6>();
        address.sin6_flowinfo = flow.to_be();
        address.sin6_scope_id = scope;
        Address::of(address, size_of::<libc::sockaddr_in6>())
    }

    /// Python's form of an address; None if there is none.
    pub fn to_value(&self) -> Value {
        let int = |n: u32| Value::from(i64::from(n));
        let tuple = |items: Vec<Value>| PyTuple::from_vec(items).into_value();
        if self.len == 0 {
            return Value::NONE;
        }
        match self.family() {
            libc::AF_INET => {
                let address = self.cast::<libc::sockaddr_in>();
                let host = ip_text(&address.sin_addr.s_addr.to_ne_bytes());
                tuple(vec![Value::from(host), int(u16::from_be(address.sin_port).into())])
            }
            libc::AF_INET6 => {
                let address = self.cast::<libc::sockaddr_in6>();
                tuple(vec![
                    Value::from(ip_text(&address.sin6_addr.s6_addr)),
                    int(u16::from_be(address.sin6_port).into()),
                    int(u32::from_be(address.sin6_flowinfo)),
                    int(address.sin6_scope_id),
                ])
            }
            libc::AF_UNIX => {
                let address = self.cast::<libc::sockaddr_un>();
                let len = (self.len as usize).saturating_sub(offset_of!(libc::sockaddr_un, sun_path));
                let path: Vec<u8> = address.sun_path.iter().take(len).map(|&c| c.cast_unsigned()).collect();
                match path.first() {
                    Some(0) => bytes::from_slice(&path).into_value(),
                    _ => {
                        let end = path.iter().position(|&c| c == 0).unwrap_or(path.len());
                        crate::path::decode(&path[..end]).into_value()
                    }
                }
            }
            libc::AF_NETLINK => {
                let address = self.cast::<libc::sockaddr_nl>();
                tuple(vec![int(address.nl_pid), int(address.nl_groups)])
            }
            libc::AF_VSOCK => {
                let address = self.cast::<libc::sockaddr_vm>();
                tuple(vec![int(address.svm_cid), int(address.svm_port)])
            }
            libc::AF_PACKET => {
                let address = self.cast::<libc::sockaddr_ll>();
                let hardware = &address.sll_addr[..usize::from(address.sll_halen).min(8)];
                tuple(vec![
                    Value::from(
                        super::network::interface_name(address.sll_ifindex as u32).unwrap_or_default(),
                    ),
                    int(u16::from_be(address.sll_protocol).into()),
                    int(address.sll_pkttype.into()),
                    int(address.sll_hatype.into()),
                    bytes::from_slice(hardware).into_value(),
                ])
            }
            family => {
                // SAFETY: the storage holds at least `len` bytes, the first two of which are the family.
                let data = unsafe {
                    std::slice::from_raw_parts(self.as_ptr().cast::<u8>(), self.len.min(128) as usize)
                };
                let data = data.get(2..).unwrap_or(&[]);
                tuple(vec![Value::from(family), bytes::from_slice(data).into_value()])
            }
        }
    }
}
