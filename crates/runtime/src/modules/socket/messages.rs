//! Messages with ancillary data.

use super::address::Address;
use super::object::{Event, PySocket};
use super::transfer::received;
use crate::modules::posix::fd::{buffer_of, read_vectors, write_vectors};
use minipy_macros::pymethods;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::{BytesLike, WritableBuffer};
use minipy_vm::{PyErr, PyList, PyResult, PyTuple, Ref, Value, exceptions, protocol};

/// Bytes of a control message with `length` bytes of data, with or without the padding after it; `None` if that does not fit in
/// what the system takes.
pub fn control_size(length: usize, is_padded: bool) -> Option<usize> {
    // SAFETY: the functions only calculate.
    let least = unsafe { if is_padded { libc::CMSG_SPACE(1) } else { libc::CMSG_LEN(0) } };
    let length = u32::try_from(length).ok().filter(|&n| n <= i32::MAX as u32 - least)?;
    // SAFETY: as above.
    Some(unsafe { if is_padded { libc::CMSG_SPACE(length) } else { libc::CMSG_LEN(length) } } as usize)
}

/// Memory for control messages, aligned for their headers.
struct Control {
    words: Vec<u64>,
    len: usize,
}

impl Control {
    fn new(len: usize) -> PyResult<Control> {
        let mut words = Vec::new();
        let count = len.div_ceil(size_of::<u64>());
        words.try_reserve_exact(count).map_err(|_| exceptions::memory_error())?;
        words.resize(count, 0);
        Ok(Control { words, len })
    }

    fn as_mut_ptr(&mut self) -> *mut libc::c_void {
        if self.len == 0 { std::ptr::null_mut() } else { self.words.as_mut_ptr().cast() }
    }
}

/// A message header without anything in it.
fn empty_header() -> libc::msghdr {
    // SAFETY: all-zero bytes are a valid header, one of an empty message.
    unsafe { std::mem::zeroed() }
}

/// One control message to be sent.
struct Item<'a> {
    level: i32,
    kind: i32,
    data: BytesLike<'a>,
}

fn int(value: &Value) -> PyResult<i32> {
    protocol::index_to_i64(value)?
        .and_then(|n| i32::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))
}

/// An argument that must be iterable, with the TypeError that says so.
fn items(value: &Value, message: &str) -> PyResult<Vec<Value>> {
    let slots = value.class().slots();
    if slots.iter.is_none() && slots.sq_item.is_none() && slots.subscript.is_none() {
        return Err(exceptions::type_error(message));
    }
    protocol::collect(value)
}

fn item(value: &Value) -> PyResult<Item<'_>> {
    const WHERE: &str = "[sendmsg() ancillary data items]() argument must be";
    let Some(tuple) = value.downcast::<PyTuple>() else {
        return Err(exceptions::type_error(format!("{WHERE} 3-item tuple, not {}", value.type_name())));
    };
    let [level, kind, data] = &tuple[..] else {
        return Err(exceptions::type_error(format!("{WHERE} tuple of length 3, not {}", tuple.len())));
    };
    Ok(Item { level: int(level)?, kind: int(kind)?, data: BytesLike::of(data)? })
}

/// The control messages one after the other.
fn control_of(items: &[Item<'_>]) -> PyResult<Control> {
    let too_much = || exceptions::os_error("too much ancillary data");
    let mut total = 0usize;
    for item in items {
        let size = control_size(item.data.as_slice().len(), true)
            .ok_or_else(|| exceptions::os_error("ancillary data item too large"))?;
        total = total.checked_add(size).filter(|&n| n <= i32::MAX as usize).ok_or_else(too_much)?;
    }
    let mut control = Control::new(total)?;
    let mut header = empty_header();
    header.msg_control = control.as_mut_ptr();
    header.msg_controllen = total;
    // SAFETY: the memory is large enough for all items, so that there is a next header for each of them.
    unsafe {
        let mut place = libc::CMSG_FIRSTHDR(&header);
        for item in items {
            let (data, Some(message)) = (item.data.as_slice(), place.as_mut()) else { break };
            message.cmsg_level = item.level;
            message.cmsg_type = item.kind;
            message.cmsg_len = libc::CMSG_LEN(data.len() as u32) as usize;
            std::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(place), data.len());
            place = libc::CMSG_NXTHDR(&header, place);
        }
    }
    Ok(control)
}

/// The control messages of a received message as (level, type, data) tuples.
fn control_values(header: &libc::msghdr) -> Value {
    let mut values = Vec::new();
    // SAFETY: the system has filled the control memory; a message that was cut off may claim more data than there is.
    unsafe {
        let end = header.msg_control as usize + header.msg_controllen;
        let mut place = libc::CMSG_FIRSTHDR(header);
        while let Some(message) = place.as_ref() {
            let data = libc::CMSG_DATA(place);
            let claimed = message.cmsg_len.saturating_sub(libc::CMSG_LEN(0) as usize);
            let len = claimed.min(end.saturating_sub(data as usize));
            let data = bytes::from_slice(std::slice::from_raw_parts(data, len)).into_value();
            let items = [Value::from(message.cmsg_level), Value::from(message.cmsg_type), data];
            values.push(PyTuple::from_array(items).into_value());
            place = libc::CMSG_NXTHDR(header, place);
        }
    }
    PyList::from_vec(values).into_value()
}

impl PySocket {
    /// Receives a message; gives the number of bytes, and control messages, flags and address.
    fn receive_message(
        &self,
        vectors: &mut [libc::iovec],
        control_room: usize,
        flags: i32,
    ) -> PyResult<(usize, [Value; 3])> {
        let mut control = Control::new(control_room)?;
        let mut address = Address::empty();
        let mut header = empty_header();
        let count = self.run(Event::Readable, |fd| {
            header.msg_name = address.as_mut_ptr().cast();
            header.msg_namelen = address.len();
            header.msg_iov = vectors.as_mut_ptr();
            header.msg_iovlen = vectors.len();
            header.msg_control = control.as_mut_ptr();
            header.msg_controllen = control_room;
            // SAFETY: everything that the header refers to stays in place, and is of the length it says.
            unsafe { libc::recvmsg(fd, &mut header, flags) }
        })?;
        *address.len_mut() = header.msg_namelen;
        let rest = [control_values(&header), Value::from(header.msg_flags), address.to_value()];
        Ok((count as usize, rest))
    }

    fn send_message(
        &self,
        buffers: &[BytesLike<'_>],
        control: &mut Control,
        flags: i32,
        to: Option<&Address>,
    ) -> PyResult<usize> {
        let mut vectors = write_vectors(buffers);
        let mut header = empty_header();
        if let Some(to) = to {
            header.msg_name = to.as_ptr().cast_mut().cast();
            header.msg_namelen = to.len();
        }
        header.msg_iov = vectors.as_mut_ptr();
        header.msg_iovlen = vectors.len();
        header.msg_control = control.as_mut_ptr();
        header.msg_controllen = control.len;
        // SAFETY: everything that the header refers to stays in place, and is of the length it says.
        self.run(Event::Writable, |fd| unsafe { libc::sendmsg(fd, &header, flags) })
            .map(|count| count as usize)
    }
}

/// How large the memory for control messages shall be.
fn control_room(size: i64) -> PyResult<usize> {
    i32::try_from(size).ok().and_then(|n| usize::try_from(n).ok()).ok_or_else(invalid_room)
}

fn invalid_room() -> PyErr {
    exceptions::value_error("invalid ancillary data buffer length")
}

#[pymethods(part = messages)]
impl PySocket {
    /// recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)
    ///
    /// Receive normal data (up to bufsize bytes) and ancillary data from the
    /// socket.  The ancbufsize argument sets the size in bytes of the
    /// internal buffer used to receive the ancillary data; it defaults to 0,
    /// meaning that no ancillary data will be received.  Appropriate buffer
    /// sizes for ancillary data can be calculated using CMSG_SPACE() or
    /// CMSG_LEN(), and items which do not fit into the buffer might be
    /// truncated or discarded.  The flags argument defaults to 0 and has the
    /// same meaning as for recv().
    ///
    /// The return value is a 4-tuple: (data, ancdata, msg_flags, address).
    /// The data item is a bytes object holding the non-ancillary data
    /// received.  The ancdata item is a list of zero or more tuples
    /// (cmsg_level, cmsg_type, cmsg_data) representing the ancillary data
    /// (control messages) received: cmsg_level and cmsg_type are integers
    /// specifying the protocol level and protocol-specific type respectively,
    /// and cmsg_data is a bytes object holding the associated data.  The
    /// msg_flags item is the bitwise OR of various flags indicating
    /// conditions on the received message; see your system documentation for
    /// details.  If the receiving socket is unconnected, address is the
    /// address of the sending socket, if available; otherwise, its value is
    /// unspecified.
    ///
    /// If recvmsg() raises an exception after the system call returns, it
    /// will first attempt to close any file descriptors received via the
    /// SCM_RIGHTS mechanism.
    #[pymethod("($self, bufsize, ancbufsize=0, flags=0, /)", nosig)]
    fn recvmsg(&self, bufsize: isize, ancbufsize: i64, flags: i32) -> PyResult<Value> {
        let negative = || exceptions::value_error("negative buffer size in recvmsg()");
        let mut data = buffer_of(usize::try_from(bufsize).map_err(|_| negative())?)?;
        let vector = libc::iovec { iov_base: data.as_mut_ptr().cast(), iov_len: data.len() };
        let (count, [control, flags, address]) =
            self.receive_message(&mut [vector], control_room(ancbufsize)?, flags)?;
        Ok(PyTuple::from_array([received(data, count), control, flags, address]).into_value())
    }

    /// recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)
    ///
    /// Receive normal data and ancillary data from the socket, scattering the
    /// non-ancillary data into a series of buffers.  The buffers argument
    /// must be an iterable of objects that export writable buffers
    /// (e.g. bytearray objects); these will be filled with successive chunks
    /// of the non-ancillary data until it has all been written or there are
    /// no more buffers.  The ancbufsize argument sets the size in bytes of
    /// the internal buffer used to receive the ancillary data; it defaults to
    /// 0, meaning that no ancillary data will be received.  Appropriate
    /// buffer sizes for ancillary data can be calculated using CMSG_SPACE()
    /// or CMSG_LEN(), and items which do not fit into the buffer might be
    /// truncated or discarded.  The flags argument defaults to 0 and has the
    /// same meaning as for recv().
    ///
    /// The return value is a 4-tuple: (nbytes, ancdata, msg_flags, address).
    /// The nbytes item is the total number of bytes of non-ancillary data
    /// written into the buffers.  The ancdata item is a list of zero or more
    /// tuples (cmsg_level, cmsg_type, cmsg_data) representing the ancillary
    /// data (control messages) received: cmsg_level and cmsg_type are
    /// integers specifying the protocol level and protocol-specific type
    /// respectively, and cmsg_data is a bytes object holding the associated
    /// data.  The msg_flags item is the bitwise OR of various flags
    /// indicating conditions on the received message; see your system
    /// documentation for details.  If the receiving socket is unconnected,
    /// address is the address of the sending socket, if available; otherwise,
    /// its value is unspecified.
    ///
    /// If recvmsg_into() raises an exception after the system call returns,
    /// it will first attempt to close any file descriptors received via the
    /// SCM_RIGHTS mechanism.
    #[pymethod("($self, buffers, ancbufsize=0, flags=0, /)", nosig)]
    fn recvmsg_into(&self, buffers: &Value, ancbufsize: i64, flags: i32) -> PyResult<Value> {
        let items = items(buffers, "recvmsg_into() argument 1 must be an iterable")?;
        let writable = |item: &Value| {
            WritableBuffer::new(item).ok_or_else(|| {
                exceptions::type_error(
                    "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers",
                )
            })
        };
        let mut buffers = items.iter().map(writable).collect::<PyResult<Vec<_>>>()?;
        let mut vectors = read_vectors(&mut buffers);
        let (count, [control, flags, address]) =
            self.receive_message(&mut vectors, control_room(ancbufsize)?, flags)?;
        Ok(PyTuple::from_array([Value::from(count), control, flags, address]).into_value())
    }

    /// sendmsg(buffers[, ancdata[, flags[, address]]]) -> count
    ///
    /// Send normal and ancillary data to the socket, gathering the
    /// non-ancillary data from a series of buffers and concatenating it into
    /// a single message.  The buffers argument specifies the non-ancillary
    /// data as an iterable of bytes-like objects (e.g. bytes objects).
    /// The ancdata argument specifies the ancillary data (control messages)
    /// as an iterable of zero or more tuples (cmsg_level, cmsg_type,
    /// cmsg_data), where cmsg_level and cmsg_type are integers specifying the
    /// protocol level and protocol-specific type respectively, and cmsg_data
    /// is a bytes-like object holding the associated data.  The flags
    /// argument defaults to 0 and has the same meaning as for send().  If
    /// address is supplied and not None, it sets a destination address for
    /// the message.  The return value is the number of bytes of non-ancillary
    /// data sent.
    #[pymethod("($self, buffers, ancdata=None, flags=0, address=None, /)", nosig)]
    fn sendmsg(
        zelf: &Ref<PySocket>,
        buffers: &Value,
        ancdata: Option<&Value>,
        flags: i32,
        address: Option<&Value>,
    ) -> PyResult<usize> {
        let data = items(buffers, "sendmsg() argument 1 must be an iterable")?;
        let data = data.iter().map(BytesLike::of).collect::<PyResult<Vec<_>>>()?;
        let to = match address {
            Some(address) => {
                let to = zelf.address(address, "sendmsg")?;
                crate::sys::audit("socket.sendmsg", &[zelf.clone().into_value(), address.clone()])?;
                Some(to)
            }
            None => {
                crate::sys::audit("socket.sendmsg", &[zelf.clone().into_value(), Value::NONE])?;
                None
            }
        };
        let ancillary = match ancdata {
            Some(ancdata) => items(ancdata, "sendmsg() argument 2 must be an iterable")?,
            None => Vec::new(),
        };
        let ancillary = ancillary.iter().map(item).collect::<PyResult<Vec<_>>>()?;
        zelf.send_message(&data, &mut control_of(&ancillary)?, flags, to.as_ref())
    }

    /// sendmsg_afalg([msg], *, op[, iv[, assoclen[, flags=MSG_MORE]]])
    ///
    /// Set operation mode, IV and length of associated data for an AF_ALG
    /// operation socket.
    #[pymethod("($self, msg=None, /, *, op, iv=None, assoclen=-1, flags=0)", nosig)]
    fn sendmsg_afalg(
        &self,
        msg: Option<&Value>,
        op: i32,
        iv: Option<&Value>,
        assoclen: Option<&Value>,
        flags: i32,
    ) -> PyResult<usize> {
        if self.family.get() != libc::AF_ALG {
            return Err(exceptions::os_error("algset is only supported for AF_ALG"));
        }
        if op < 0 {
            return Err(exceptions::type_error("Invalid or missing argument 'op'"));
        }
        let operation = (op as u32).to_ne_bytes();
        let control = |kind, data| Item { level: libc::SOL_ALG, kind, data: BytesLike::Bytes(data) };
        let mut controls = vec![control(libc::ALG_SET_OP, &operation[..])];
        let vector: Vec<u8>;
        if let Some(iv) = iv {
            let iv = BytesLike::of(iv)?;
            let iv = iv.as_slice();
            vector = [&(iv.len() as u32).to_ne_bytes()[..], iv].concat();
            controls.push(control(libc::ALG_SET_IV, &vector));
        }
        let associated;
        if let Some(length) = assoclen {
            let length = int(length)?;
            if length < 0 {
                return Err(exceptions::type_error("assoclen must be positive"));
            }
            associated = length.to_ne_bytes();
            controls.push(control(libc::ALG_SET_AEAD_ASSOCLEN, &associated));
        }
        let data = match msg {
            Some(msg) => items(msg, "sendmsg_afalg() argument 1 must be an iterable")?,
            None => Vec::new(),
        };
        let data = data.iter().map(BytesLike::of).collect::<PyResult<Vec<_>>>()?;
        self.send_message(&data, &mut control_of(&controls)?, flags, None)
    }
}
