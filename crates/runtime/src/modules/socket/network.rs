//! Byte order, textual addresses, interfaces, and functions on descriptors.

use super::messages::control_size;
use super::object::{PySocket, default_timeout, set_default_timeout, timeout_argument, timeout_value};
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::{PyList, PyResult, PyTuple, StrRef, Value, exceptions, gil, protocol};
use std::ffi::{CStr, CString};
use std::net::{Ipv4Addr, Ipv6Addr};

#[expect(non_snake_case, reason = "some functions have the names of C macros")]
#[pymodule(name = "_socket")]
pub mod functions {
    use super::*;

    /// socketpair([family[, type [, proto]]]) -> (socket object, socket object)
    ///
    /// Create a pair of socket objects from the sockets returned by the platform
    /// socketpair() function.
    /// The arguments are the same as for socket() except the default family is
    /// AF_UNIX if defined on the platform; otherwise, the default is AF_INET.
    #[pyfunction("(family=AF_UNIX, type=SOCK_STREAM, proto=0, /)", nosig)]
    fn socketpair(family: Option<i32>, r#type: Option<i32>, proto: Option<i32>) -> PyResult<Value> {
        let family = family.unwrap_or(libc::AF_UNIX);
        let kind = r#type.unwrap_or(libc::SOCK_STREAM);
        let proto = proto.unwrap_or(0);
        let mut ends = [0; 2];
        // SAFETY: there is room for two descriptors.
        syscall::check(unsafe {
            libc::socketpair(family, kind | libc::SOCK_CLOEXEC, proto, ends.as_mut_ptr())
        })?;
        let [first, second] = ends.map(|fd| PySocket::adopt(fd, family, kind, proto));
        Ok(PyTuple::from_array([first?.into_value(), second?.into_value()]).into_value())
    }

    /// close(integer) -> None
    ///
    /// Close an integer socket file descriptor.  This is like os.close(), but for
    /// sockets; on some platforms os.close() won't work for socket file descriptors.
    #[pyfunction("($self, object, /)")]
    fn close(object: i32) -> PyResult<()> {
        super::super::life::close_descriptor(object)
    }

    /// dup(integer) -> integer
    ///
    /// Duplicate an integer socket file descriptor.  This is like os.dup(), but for
    /// sockets; on some platforms os.dup() won't work for socket file descriptors.
    #[pyfunction("($self, object, /)")]
    fn dup(object: i32) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::fcntl(object, libc::F_DUPFD_CLOEXEC, 0) })
    }

    /// getdefaulttimeout() -> timeout
    ///
    /// Returns the default timeout in seconds (float) for new socket objects.
    /// A value of None indicates that new socket objects have no timeout.
    /// When the socket module is first imported, the default is None.
    #[pyfunction("($self, /)")]
    fn getdefaulttimeout() -> Value {
        timeout_value(default_timeout())
    }

    /// setdefaulttimeout(timeout)
    ///
    /// Set the default timeout in seconds (float) for new socket objects.
    /// A value of None indicates that new socket objects have no timeout.
    /// When the socket module is first imported, the default is None.
    #[pyfunction("($self, object, /)")]
    fn setdefaulttimeout(object: &Value) -> PyResult<()> {
        set_default_timeout(timeout_argument(object)?);
        Ok(())
    }

    /// gethostname() -> string
    ///
    /// Return the current host name.
    #[pyfunction("($self, /)")]
    fn gethostname() -> PyResult<Value> {
        crate::sys::audit("socket.gethostname", &[])?;
        let mut name = [0; 1025];
        // SAFETY: there is room for one byte less than there are, so that the last one stays NUL.
        syscall::check(unsafe { libc::gethostname(name.as_mut_ptr(), name.len() - 1) })?;
        // SAFETY: the name is NUL-terminated.
        Ok(crate::path::decode(unsafe { CStr::from_ptr(name.as_ptr()) }.to_bytes()).into_value())
    }

    /// sethostname(name)
    ///
    /// Sets the hostname to name.
    #[pyfunction("(name, /)", nosig)]
    fn sethostname(name: &Value) -> PyResult<()> {
        let text = crate::path::fs_encode(name)?;
        crate::sys::audit("socket.sethostname", std::slice::from_ref(name))?;
        // SAFETY: the name is of the length given.
        syscall::check(unsafe { libc::sethostname(text.as_ptr().cast(), text.len()) }).map(drop)
    }

    /// Convert a 16-bit unsigned integer from host to network byte order.
    #[pyfunction("($module, integer, /)")]
    fn htons(integer: &Value) -> PyResult<i64> {
        super::unsigned::<u16>(integer, "uint16_t").map(|n| i64::from(n.to_be()))
    }

    /// Convert a 16-bit unsigned integer from network to host byte order.
    #[pyfunction("($module, integer, /)")]
    fn ntohs(integer: &Value) -> PyResult<i64> {
        super::unsigned::<u16>(integer, "uint16_t").map(|n| i64::from(u16::from_be(n)))
    }

    /// Convert a 32-bit unsigned integer from host to network byte order.
    #[pyfunction("($module, integer, /)")]
    fn htonl(integer: &Value) -> PyResult<i64> {
        super::unsigned::<u32>(integer, "uint32_t").map(|n| i64::from(n.to_be()))
    }

    /// Convert a 32-bit unsigned integer from network to host byte order.
    #[pyfunction("($module, integer, /)")]
    fn ntohl(integer: &Value) -> PyResult<i64> {
        super::unsigned::<u32>(integer, "uint32_t").map(|n| i64::from(u32::from_be(n)))
    }

    /// Convert an IP address in string format (123.45.67.89) to the 32-bit packed binary format used in low-level network functions.
    #[pyfunction("($module, ip_addr, /)")]
    fn inet_aton(ip_addr: &StrRef) -> PyResult<Value> {
        let illegal = || exceptions::os_error("illegal IP address string passed to inet_aton");
        let text = CString::new(ip_addr.to_string_lossy()).map_err(|_| illegal())?;
        let mut address = libc::in_addr { s_addr: 0 };
        // SAFETY: the text is NUL-terminated, the result outlives the call.
        if unsafe { inet_aton_of_libc(text.as_ptr(), &mut address) } == 0 {
            return Err(illegal());
        }
        Ok(bytes::from_slice(&address.s_addr.to_ne_bytes()).into_value())
    }

    /// Convert an IP address from 32-bit packed binary format to string format.
    #[pyfunction("($module, packed_ip, /)")]
    fn inet_ntoa(packed_ip: BytesLike<'_>) -> PyResult<String> {
        match <[u8; 4]>::try_from(packed_ip.as_slice()) {
            Ok(bytes) => Ok(Ipv4Addr::from(bytes).to_string()),
            Err(_) => Err(exceptions::os_error("packed IP wrong length for inet_ntoa")),
        }
    }

    /// inet_pton(af, ip) -> packed IP address string
    ///
    /// Convert an IP address from string format to a packed string suitable
    /// for use with low-level network functions.
    #[pyfunction("(af, ip, /)", nosig)]
    fn inet_pton(af: i32, ip: &StrRef) -> PyResult<Value> {
        let illegal = || exceptions::os_error("illegal IP address string passed to inet_pton");
        let text = ip.to_string_lossy();
        match af {
            libc::AF_INET => {
                let address = text.parse::<Ipv4Addr>().map_err(|_| illegal())?;
                Ok(bytes::from_slice(&address.octets()).into_value())
            }
            libc::AF_INET6 => {
                let address = text.parse::<Ipv6Addr>().map_err(|_| illegal())?;
                Ok(bytes::from_slice(&address.octets()).into_value())
            }
            _ => Err(syscall::os_error(libc::EAFNOSUPPORT)),
        }
    }

    /// inet_ntop(af, packed_ip) -> string formatted IP address
    ///
    /// Convert a packed IP address of the given family to string format.
    #[pyfunction("(af, packed_ip, /)", nosig)]
    fn inet_ntop(af: i32, packed_ip: BytesLike<'_>) -> PyResult<String> {
        let packed = packed_ip.as_slice();
        let length = match af {
            libc::AF_INET => 4,
            libc::AF_INET6 => 16,
            _ => return Err(exceptions::value_error(format!("unknown address family {af}"))),
        };
        if packed.len() != length {
            return Err(exceptions::value_error("invalid length of packed IP address string"));
        }
        Ok(super::super::address::ip_text(packed))
    }

    /// if_nameindex()
    ///
    /// Returns a list of network interface information (index, name) tuples.
    #[pyfunction("($self, /)")]
    fn if_nameindex() -> PyResult<Value> {
        let mut pairs = Vec::new();
        // SAFETY: the list ends with an entry of index 0, its names are NUL-terminated, and it is freed once.
        unsafe {
            let list = libc::if_nameindex();
            if list.is_null() {
                return Err(syscall::last_os_error());
            }
            let mut at = list;
            while (*at).if_index != 0 {
                let name = crate::path::decode(CStr::from_ptr((*at).if_name).to_bytes()).into_value();
                let index = Value::from(i64::from((*at).if_index));
                pairs.push(PyTuple::from_array([index, name]).into_value());
                at = at.add(1);
            }
            libc::if_freenameindex(list);
        }
        Ok(PyList::from_vec(pairs).into_value())
    }

    /// Returns the interface index corresponding to the interface name if_name.
    #[pyfunction("($module, oname, /)")]
    fn if_nametoindex(oname: &Value) -> PyResult<u32> {
        let name = CString::new(crate::path::fs_encode(oname)?).unwrap_or_default();
        // SAFETY: the name is NUL-terminated.
        match unsafe { libc::if_nametoindex(name.as_ptr()) } {
            0 => Err(syscall::last_os_error()),
            index => Ok(index),
        }
    }

    /// Returns the interface name corresponding to the interface index if_index.
    #[pyfunction("($module, if_index, /)")]
    fn if_indextoname(if_index: &Value) -> PyResult<String> {
        let index = super::unsigned::<u32>(if_index, "unsigned int")?;
        super::interface_name(index).ok_or_else(syscall::last_os_error)
    }

    /// CMSG_LEN(length) -> control message length
    ///
    /// Return the total length, without trailing padding, of an ancillary
    /// data item with associated data of the given length.  This value can
    /// often be used as the buffer size for recvmsg() to receive a single
    /// item of ancillary data, but RFC 3542 requires portable applications to
    /// use CMSG_SPACE() and thus include space for padding, even when the
    /// item will be the last in the buffer.  Raises OverflowError if length
    /// is outside the permissible range of values.
    #[pyfunction("(length, /)", nosig)]
    fn CMSG_LEN(length: isize) -> PyResult<usize> {
        let size = usize::try_from(length).ok().and_then(|length| control_size(length, false));
        size.ok_or_else(|| exceptions::overflow_error("CMSG_LEN() argument out of range"))
    }

    /// CMSG_SPACE(length) -> buffer size
    ///
    /// Return the buffer size needed for recvmsg() to receive an ancillary
    /// data item with associated data of the given length, along with any
    /// trailing padding.  The buffer space needed to receive multiple items
    /// is the sum of the CMSG_SPACE() values for their associated data
    /// lengths.  Raises OverflowError if length is outside the permissible
    /// range of values.
    #[pyfunction("(length, /)", nosig)]
    fn CMSG_SPACE(length: isize) -> PyResult<usize> {
        let size = usize::try_from(length).ok().and_then(|length| control_size(length, true));
        size.ok_or_else(|| exceptions::overflow_error("CMSG_SPACE() argument out of range"))
    }
}

pub use functions::MODULE;

unsafe extern "C" {
    /// The libc crate leaves it out.
    #[link_name = "inet_aton"]
    fn inet_aton_of_libc(text: *const libc::c_char, address: *mut libc::in_addr) -> libc::c_int;
}

/// An int as an unsigned number of the size that `c_type` names.
fn unsigned<T: TryFrom<u64>>(value: &Value, c_type: &str) -> PyResult<T> {
    let number = protocol::as_index(value)?;
    if minipy_vm::types::int::is_negative(&number) {
        return Err(exceptions::value_error("Cannot convert negative int"));
    }
    minipy_vm::types::int::to_i64(&number)
        .and_then(|n| u64::try_from(n).ok())
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error(format!("Python int too large for C {c_type}")))
}

/// The name of a network interface; `None` leaves an errno behind.
pub fn interface_name(index: u32) -> Option<String> {
    let mut name = [0; libc::IF_NAMESIZE];
    // SAFETY: there is room for the longest name.
    let status = gil::without(|| unsafe { libc::if_indextoname(index, name.as_mut_ptr()).is_null() });
    // SAFETY: the name is NUL-terminated.
    (!status).then(|| unsafe { CStr::from_ptr(name.as_ptr()) }.to_string_lossy().into_owned())
}
