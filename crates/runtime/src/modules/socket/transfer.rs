//! Sending and receiving plain data.

use super::address::Address;
use super::connecting::check_deadline;
use super::object::{Event, PySocket};
use crate::modules::posix::fd::buffer_of;
use crate::syscall;
use minipy_macros::pymethods;
use minipy_vm::types::bytes;
use minipy_vm::types::bytes::{BytesLike, WritableBuffer};
use minipy_vm::{PyResult, PyTuple, Value, exceptions, protocol};

/// How many bytes a method shall receive.
fn length(count: isize, method: &str) -> PyResult<usize> {
    let negative = || exceptions::value_error(format!("negative buffersize in {method}"));
    usize::try_from(count).map_err(|_| negative())
}

/// The part of a buffer that `nbytes` selects: all of it if that is 0.
fn part<'a>(
    buffer: &'a mut WritableBuffer,
    nbytes: isize,
    method: &str,
    too_small: &str,
) -> PyResult<&'a mut [u8]> {
    let wanted = length(nbytes, method)?;
    let wanted = if wanted == 0 { buffer.len() } else { wanted };
    buffer.as_mut_slice().get_mut(..wanted).ok_or_else(|| exceptions::value_error(too_small))
}

impl PySocket {
    fn receive(&self, to: &mut [u8], flags: i32) -> PyResult<usize> {
        let (data, len) = (to.as_mut_ptr(), to.len());
        // SAFETY: the memory stays in place and is of the length given.
        self.run(Event::Readable, |fd| unsafe { libc::recv(fd, data.cast(), len, flags) })
            .map(|count| count as usize)
    }

    fn receive_from(&self, to: &mut [u8], flags: i32) -> PyResult<(usize, Value)> {
        let (data, room) = (to.as_mut_ptr(), to.len());
        let mut address = Address::empty();
        let mut len = address.len();
        let pointer = address.as_mut_ptr();
        // SAFETY: the memory stays in place, and there is room for an address of `len` bytes.
        let count = self.run(Event::Readable, |fd| unsafe {
            libc::recvfrom(fd, data.cast(), room, flags, pointer, &mut len)
        })?;
        *address.len_mut() = len;
        Ok((count as usize, address.to_value()))
    }
}

/// The first `count` bytes as a bytes object.
pub fn received(mut data: Vec<u8>, count: usize) -> Value {
    data.truncate(count);
    bytes::from_box(data.into_boxed_slice()).into_value()
}

#[pymethods(part = receiving)]
impl PySocket {
    /// recv(buffersize[, flags]) -> data
    ///
    /// Receive up to buffersize bytes from the socket.  For the optional flags
    /// argument, see the Unix manual.  When no data is available, block until
    /// at least one byte is available or until the remote end is closed.  When
    /// the remote end is closed and all data is read, return the empty string.
    #[pymethod("($self, buffersize, flags=0, /)", nosig)]
    fn recv(&self, buffersize: isize, flags: i32) -> PyResult<Value> {
        let mut data = buffer_of(length(buffersize, "recv")?)?;
        let count = self.receive(&mut data, flags)?;
        Ok(received(data, count))
    }

    /// recv_into(buffer, [nbytes[, flags]]) -> nbytes_read
    ///
    /// A version of recv() that stores its data into a buffer rather than creating
    /// a new string.  Receive up to buffersize bytes from the socket.  If buffersize
    /// is not specified (or 0), receive up to the size available in the given buffer.
    ///
    /// See recv() for documentation about the flags.
    #[pymethod("($self, buffer, nbytes=0, flags=0)", nosig)]
    fn recv_into(&self, mut buffer: WritableBuffer, nbytes: isize, flags: i32) -> PyResult<usize> {
        let to = part(&mut buffer, nbytes, "recv_into", "buffer too small for requested bytes")?;
        if to.is_empty() {
            return Ok(0);
        }
        self.receive(to, flags)
    }

    /// recvfrom(buffersize[, flags]) -> (data, address info)
    ///
    /// Like recv(buffersize, flags) but also return the sender's address info.
    #[pymethod("($self, buffersize, flags=0, /)", nosig)]
    fn recvfrom(&self, buffersize: isize, flags: i32) -> PyResult<Value> {
        let mut data = buffer_of(length(buffersize, "recvfrom")?)?;
        let (count, address) = self.receive_from(&mut data, flags)?;
        Ok(PyTuple::from_array([received(data, count), address]).into_value())
    }

    /// recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)
    ///
    /// Like recv_into(buffer[, nbytes[, flags]]) but also return the sender's address info.
    #[pymethod("($self, buffer, nbytes=0, flags=0)", nosig)]
    fn recvfrom_into(&self, mut buffer: WritableBuffer, nbytes: isize, flags: i32) -> PyResult<Value> {
        let to =
            part(&mut buffer, nbytes, "recvfrom_into", "nbytes is greater than the length of the buffer")?;
        let (count, address) = self.receive_from(to, flags)?;
        Ok(PyTuple::from_array([Value::from(count), address]).into_value())
    }
}

#[pymethods(part = sending)]
impl PySocket {
    /// send(data[, flags]) -> count
    ///
    /// Send a data string to the socket.  For the optional flags
    /// argument, see the Unix manual.  Return the number of bytes
    /// sent; this may be less than len(data) if the network is busy.
    #[pymethod("($self, data, flags=0, /)", nosig)]
    fn send(&self, data: BytesLike<'_>, flags: i32) -> PyResult<usize> {
        let data = data.as_slice();
        // SAFETY: the memory stays in place and is of the length given.
        self.run(Event::Writable, |fd| unsafe { libc::send(fd, data.as_ptr().cast(), data.len(), flags) })
            .map(|count| count as usize)
    }

    /// sendall(data[, flags])
    ///
    /// Send a data string to the socket.  For the optional flags
    /// argument, see the Unix manual.  This calls send() repeatedly
    /// until all data is sent.  If an error occurs, it's impossible
    /// to tell how much data has been sent.
    #[pymethod("($self, data, flags=0, /)", nosig)]
    fn sendall(&self, data: BytesLike<'_>, flags: i32) -> PyResult<()> {
        let mut left = data.as_slice();
        let deadline = self.deadline();
        loop {
            // SAFETY: the memory stays in place and is of the length given.
            let sent = self.attempt(Event::Writable, deadline, |fd| unsafe {
                libc::send(fd, left.as_ptr().cast(), left.len(), flags)
            })?;
            left = left.get(sent.map_err(syscall::os_error)? as usize..).unwrap_or(&[]);
            crate::signals::check()?;
            if left.is_empty() {
                return Ok(());
            }
            check_deadline(deadline)?;
        }
    }

    /// sendto(data[, flags], address) -> count
    ///
    /// Like send(data, flags) but allows specifying the destination address.
    /// For IP sockets, the address is a pair (hostaddr, port).
    #[pymethod(nosig)]
    fn sendto(zelf: &minipy_vm::Ref<PySocket>, args: minipy_vm::Args<'_>) -> PyResult<usize> {
        let (data, flags, address) = match args.positional() {
            [_, data, address] => (data, 0, address),
            [_, data, flags, address] => {
                let flags = protocol::index_to_i64(flags)?.and_then(|n| i32::try_from(n).ok());
                let too_large = || exceptions::overflow_error("Python int too large to convert to C int");
                (data, flags.ok_or_else(too_large)?, address)
            }
            other => {
                return Err(exceptions::type_error(format!(
                    "sendto() takes 2 or 3 arguments ({} given)",
                    other.len() - 1
                )));
            }
        };
        let data = BytesLike::of(data)?;
        let data = data.as_slice();
        let to = zelf.address(address, "sendto")?;
        crate::sys::audit("socket.sendto", &[zelf.clone().into_value(), address.clone()])?;
        // SAFETY: data and address stay in place and are of the lengths given.
        zelf.run(Event::Writable, |fd| unsafe {
            libc::sendto(fd, data.as_ptr().cast(), data.len(), flags, to.as_ptr(), to.len())
        })
        .map(|count| count as usize)
    }
}
