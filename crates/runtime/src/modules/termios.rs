//! `termios`: control of terminals.

use super::constants::{self, Constants, libc_constants};
use super::posix::path_arg::FdLike;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::bytes;
use minipy_vm::{
    PyBytes, PyErr, PyList, PyModule, PyResult, PyTuple, Ref, Value, exceptions, module_exception, protocol,
};

module_exception! {
    error_class = "termios", "error": exceptions::exception_class, None
}

/// This module provides an interface to the Posix calls for tty I/O control.
/// For a complete description of these calls, see the Posix or Unix manual
/// pages. It is only available for those Unix versions that support Posix
/// termios style tty I/O control.
///
/// All functions in this module take a file descriptor fd as their first
/// argument. This can be an integer file descriptor, such as returned by
/// sys.stdin.fileno(), or a file object, such as sys.stdin itself.
#[pymodule(name = "termios")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn error() -> Value {
        error_class().to_value()
    }

    /// Get the tty attributes for file descriptor fd.
    ///
    /// Returns a list [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]
    /// where cc is a list of the tty special characters (each a string of
    /// length 1, except the items with indices VMIN and VTIME, which are
    /// integers when these fields are defined).  The interpretation of the
    /// flags and the speeds as well as the indexing in the cc array must be
    /// done using the symbolic constants defined in this module.
    #[pyfunction("($module, fd, /)")]
    fn tcgetattr(fd: FdLike) -> PyResult<Value> {
        let mode = super::attributes(fd)?;
        let is_canonical = mode.c_lflag & libc::ICANON != 0;
        let character = |(at, &c): (usize, &libc::cc_t)| {
            if !is_canonical && matches!(at, libc::VMIN | libc::VTIME) {
                Value::from(i64::from(c))
            } else {
                bytes::from_slice(&[c]).into_value()
            }
        };
        let characters = mode.c_cc.iter().enumerate().map(character).collect();
        // SAFETY: the structure outlives the calls.
        let (input, output) = unsafe { (libc::cfgetispeed(&mode), libc::cfgetospeed(&mode)) };
        let flags = [mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag, input, output];
        let mut items: Vec<Value> = flags.iter().map(|&n| Value::from(i64::from(n))).collect();
        items.push(PyList::from_vec(characters).into_value());
        Ok(PyList::from_vec(items).into_value())
    }

    /// Set the tty attributes for file descriptor fd.
    ///
    /// The attributes to be set are taken from the attributes argument, which
    /// is a list like the one returned by tcgetattr(). The when argument
    /// determines when the attributes are changed: termios.TCSANOW to
    /// change immediately, termios.TCSADRAIN to change after transmitting all
    /// queued output, or termios.TCSAFLUSH to change after transmitting all
    /// queued output and discarding all queued input.
    #[pyfunction("($module, fd, when, attributes, /)")]
    fn tcsetattr(fd: FdLike, when: i32, attributes: &Value) -> PyResult<()> {
        let items = attributes.downcast::<PyList>().map(|list| list.to_vec()).unwrap_or_default();
        let [numbers @ .., characters] = items.as_slice() else {
            return Err(exceptions::type_error("tcsetattr, arg 3: must be 7 element list"));
        };
        if numbers.len() != 6 {
            return Err(exceptions::type_error("tcsetattr, arg 3: must be 7 element list"));
        }
        let mut mode = super::attributes(fd)?;
        let mut values = [0; 6];
        for (value, item) in values.iter_mut().zip(numbers) {
            *value = super::long(item)? as libc::tcflag_t;
        }
        let [input_flags, output_flags, control_flags, local_flags, input_speed, output_speed] = values;
        mode.c_iflag = input_flags;
        mode.c_oflag = output_flags;
        mode.c_cflag = control_flags;
        mode.c_lflag = local_flags;
        super::set_characters(&mut mode, characters)?;
        // SAFETY: the structure outlives the calls.
        let are_speeds = unsafe {
            libc::cfsetispeed(&mut mode, input_speed) == 0 && libc::cfsetospeed(&mut mode, output_speed) == 0
        };
        if !are_speeds {
            return Err(super::error_of(syscall::errno()));
        }
        // SAFETY: the structure outlives the call.
        super::wait(|| unsafe { libc::tcsetattr(fd.0, when, &mode) })
    }

    /// Send a break on file descriptor fd.
    ///
    /// A zero duration sends a break for 0.25-0.5 seconds; a nonzero duration
    /// has a system dependent meaning.
    #[pyfunction("($module, fd, duration, /)")]
    fn tcsendbreak(fd: FdLike, duration: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        super::wait(|| unsafe { libc::tcsendbreak(fd.0, duration) })
    }

    /// Wait until all output written to file descriptor fd has been transmitted.
    #[pyfunction("($module, fd, /)")]
    fn tcdrain(fd: FdLike) -> PyResult<()> {
        // SAFETY: no memory is passed.
        super::wait(|| unsafe { libc::tcdrain(fd.0) })
    }

    /// Discard queued data on file descriptor fd.
    ///
    /// The queue selector specifies which queue: termios.TCIFLUSH for the input
    /// queue, termios.TCOFLUSH for the output queue, or termios.TCIOFLUSH for
    /// both queues.
    #[pyfunction("($module, fd, queue, /)")]
    fn tcflush(fd: FdLike, queue: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        super::wait(|| unsafe { libc::tcflush(fd.0, queue) })
    }

    /// Suspend or resume input or output on file descriptor fd.
    ///
    /// The action argument can be termios.TCOOFF to suspend output,
    /// termios.TCOON to restart output, termios.TCIOFF to suspend input,
    /// or termios.TCION to restart input.
    #[pyfunction("($module, fd, action, /)")]
    fn tcflow(fd: FdLike, action: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        super::wait(|| unsafe { libc::tcflow(fd.0, action) })
    }

    /// Get the tty winsize for file descriptor fd.
    ///
    /// Returns a tuple (ws_row, ws_col).
    #[pyfunction("($module, fd, /)")]
    fn tcgetwinsize(fd: FdLike) -> PyResult<Value> {
        let size = super::window_size(fd)?;
        let pair = [size.ws_row, size.ws_col].map(|n| Value::from(i64::from(n)));
        Ok(PyTuple::from_array(pair).into_value())
    }

    /// Set the tty winsize for file descriptor fd.
    ///
    /// The winsize to be set is taken from the winsize argument, which
    /// is a two-item tuple (ws_row, ws_col) like the one returned by
    /// tcgetwinsize().
    #[pyfunction("($module, fd, winsize, /)")]
    fn tcsetwinsize(fd: FdLike, winsize: &Value) -> PyResult<()> {
        let wrong = || exceptions::type_error("tcsetwinsize, arg 2: must be a two-item sequence");
        let slots = winsize.class().slots();
        if slots.sq_item.is_none() && slots.subscript.is_none() {
            return Err(wrong());
        }
        let items = protocol::collect(winsize)?;
        let [rows, columns] = items.as_slice() else { return Err(wrong()) };
        let mut size = super::window_size(fd)?;
        let count = |item: &Value| {
            protocol::index_to_i64(item)?
                .and_then(|n| u16::try_from(n).ok())
                .ok_or_else(|| exceptions::overflow_error("winsize value(s) out of range."))
        };
        size.ws_row = count(rows)?;
        size.ws_col = count(columns)?;
        // SAFETY: the size outlives the call.
        super::wait(|| unsafe { libc::ioctl(fd.0, libc::TIOCSWINSZ, &raw const size) })
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        constants::add(module, FROM_LIBC);
        constants::add(module, OTHER);
        Ok(())
    }
}

pub use functions::MODULE;

/// `termios.error` of an errno.
fn error_of(errno: i32) -> PyErr {
    PyErr::new(error_class(), &[Value::from(errno), Value::from(exceptions::strerror(errno))])
}

fn long(value: &Value) -> PyResult<i64> {
    protocol::index_to_i64(value)?
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))
}

/// Runs a call that may block.
fn wait(call: impl FnMut() -> i32) -> PyResult<()> {
    syscall::blocking(call)?.map(drop).map_err(error_of)
}

fn attributes(fd: FdLike) -> PyResult<libc::termios> {
    // SAFETY: all-zero bytes are a valid `struct termios`, which outlives the call.
    let mut mode: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    wait(|| unsafe { libc::tcgetattr(fd.0, &mut mode) })?;
    Ok(mode)
}

fn window_size(fd: FdLike) -> PyResult<libc::winsize> {
    // SAFETY: all-zero bytes are a valid `struct winsize`, which outlives the call.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    wait(|| unsafe { libc::ioctl(fd.0, libc::TIOCGWINSZ, &raw mut size) })?;
    Ok(size)
}

/// Sets the control characters from a list of bytes objects and ints.
fn set_characters(mode: &mut libc::termios, list: &Value) -> PyResult<()> {
    let items = list.downcast::<PyList>().map(|list| list.to_vec()).unwrap_or_default();
    if items.len() != mode.c_cc.len() {
        let message = format!("tcsetattr: attributes[6] must be {} element list", mode.c_cc.len());
        return Err(exceptions::type_error(message));
    }
    for (place, item) in mode.c_cc.iter_mut().zip(&items) {
        *place = match item.downcast::<PyBytes>().map(|b| b.as_bytes()) {
            Some(&[byte]) => byte,
            None if protocol::is_int(item) => long(item)? as libc::cc_t,
            _ => {
                return Err(exceptions::type_error(
                    "tcsetattr: elements of attributes must be bytes objects of length 1 or integers",
                ));
            }
        };
    }
    Ok(())
}

static FROM_LIBC: Constants = libc_constants! {
    B0 B1000000 B110 B115200 B1152000 B1200 B134 B150 B1500000 B1800 B19200 B200 B2000000 B230400 B2400
    B2500000 B300 B3000000 B3500000 B38400 B4000000 B460800 B4800 B50 B500000 B57600 B576000 B600 B75
    B921600 B9600 BRKINT BS0 BS1 BSDLY CBAUD CBAUDEX CIBAUD CLOCAL CR0 CR1 CR2 CR3 CRDLY CREAD CRTSCTS CS5
    CS6 CS7 CS8 CSIZE CSTOPB ECHO ECHOCTL ECHOE ECHOK ECHOKE ECHONL ECHOPRT EXTA EXTB EXTPROC FF0 FF1 FFDLY
    FIOASYNC FIOCLEX FIONBIO FIONCLEX FIONREAD FLUSHO HUPCL IBSHIFT ICANON ICRNL IEXTEN IGNBRK IGNCR IGNPAR
    IMAXBEL INLCR INPCK ISIG ISTRIP IUCLC IUTF8 IXANY IXOFF IXON NCCS NL0 NL1 NLDLY NOFLSH OCRNL OFDEL OFILL
    OLCUC ONLCR ONLRET ONOCR OPOST PARENB PARMRK PARODD PENDIN TAB0 TAB1 TAB2 TAB3 TABDLY TCFLSH TCGETS
    TCIFLUSH TCIOFF TCIOFLUSH TCION TCOFLUSH TCOOFF TCOON TCSADRAIN TCSAFLUSH TCSANOW TCSBRK TCSBRKP TCSETS
    TCSETSF TCSETSW TCXONC TIOCCONS TIOCEXCL TIOCGETD TIOCGICOUNT TIOCGLCKTRMIOS TIOCGPGRP TIOCGSERIAL
    TIOCGSOFTCAR TIOCGWINSZ TIOCINQ TIOCLINUX TIOCMBIC TIOCMBIS TIOCMGET TIOCMIWAIT TIOCMSET TIOCM_CAR
    TIOCM_CD TIOCM_CTS TIOCM_DSR TIOCM_DTR TIOCM_LE TIOCM_RI TIOCM_RNG TIOCM_RTS TIOCM_SR TIOCM_ST TIOCNOTTY
    TIOCNXCL TIOCOUTQ TIOCPKT TIOCSCTTY TIOCSERCONFIG TIOCSERGETLSR TIOCSERGETMULTI TIOCSERGSTRUCT
    TIOCSERGWILD TIOCSERSETMULTI TIOCSERSWILD TIOCSETD TIOCSLCKTRMIOS TIOCSPGRP TIOCSSERIAL TIOCSSOFTCAR
    TIOCSTI TIOCSWINSZ TOSTOP VDISCARD VEOF VEOL VEOL2 VERASE VINTR VKILL VLNEXT VMIN VQUIT VREPRINT VSTART
    VSTOP VSUSP VSWTC VT0 VT1 VTDLY VTIME VWERASE XCASE XTABS _POSIX_VDISABLE
};

/// What the libc crate lacks.
static OTHER: Constants = &[
    ("B14400", 14400),
    ("B28800", 28800),
    ("B7200", 7200),
    ("B76800", 76800),
    ("CDSUSP", 25),
    ("CEOF", 4),
    ("CEOL", 0),
    ("CEOT", 4),
    ("CERASE", 127),
    ("CFLUSH", 15),
    ("CINTR", 3),
    ("CKILL", 21),
    ("CLNEXT", 22),
    ("CQUIT", 28),
    ("CRPRNT", 18),
    ("CSTART", 17),
    ("CSTOP", 19),
    ("CSUSP", 26),
    ("CWERASE", 23),
    ("IOCSIZE_MASK", 1073676288),
    ("IOCSIZE_SHIFT", 16),
    ("N_MOUSE", 2),
    ("N_PPP", 3),
    ("N_SLIP", 1),
    ("N_STRIP", 4),
    ("N_TTY", 0),
    ("TIOCPKT_DATA", 0),
    ("TIOCPKT_DOSTOP", 32),
    ("TIOCPKT_FLUSHREAD", 1),
    ("TIOCPKT_FLUSHWRITE", 2),
    ("TIOCPKT_NOSTOP", 16),
    ("TIOCPKT_START", 8),
    ("TIOCPKT_STOP", 4),
    ("TIOCSER_TEMT", 1),
    ("VSWTCH", 7),
];
