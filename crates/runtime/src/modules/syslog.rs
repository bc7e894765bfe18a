//! `syslog`: messages to the system logger.

use super::constants::{self, Constants, libc_constants};
use minipy_macros::pymodule;
use minipy_vm::cell::GilCell;
use minipy_vm::codecs::without_nul;
use minipy_vm::{Args, PyList, PyModule, PyResult, PyStr, Ref, StrRef, Value, exceptions, gil, protocol};
use std::ffi::CString;

#[expect(non_snake_case, reason = "some functions have the names of C macros")]
#[pymodule(name = "syslog")]
pub mod functions {
    use super::*;

    /// Set logging options of subsequent syslog() calls.
    #[pyfunction("($module, /, ident=<unrepresentable>, logoption=0,\n        facility=LOG_USER)")]
    fn openlog(ident: Option<&StrRef>, logoption: i32, facility: Option<i32>) -> PyResult<()> {
        super::open(ident.cloned(), logoption, facility.unwrap_or(libc::LOG_USER))
    }

    /// syslog([priority=LOG_INFO,] message)
    /// Send the string message to the system logger.
    #[pyfunction(nosig)]
    fn syslog(args: Args<'_>) -> PyResult<()> {
        let (priority, message) = match args.positional() {
            [message] => (libc::LOG_INFO, message),
            [priority, message] => {
                let number = protocol::index_to_i64(priority)?.and_then(|n| i32::try_from(n).ok());
                let too_large = || exceptions::overflow_error("Python int too large to convert to C int");
                (number.ok_or_else(too_large)?, message)
            }
            _ => return Err(exceptions::type_error("syslog.syslog requires 1 to 2 arguments")),
        };
        let Some(text) = message.downcast::<PyStr>() else {
            return Err(exceptions::type_error(format!(
                "syslog() argument {} must be str, not {}",
                args.args.len(),
                message.type_name()
            )));
        };
        let text = super::text(text)?;
        crate::sys::audit("syslog.syslog", &[priority.into(), message.clone()])?;
        if LOG.with(|log| log.is_none()) {
            super::open(None, 0, libc::LOG_USER)?;
        }
        // SAFETY: format and message are NUL-terminated, and the identity that was given to `openlog` is still there.
        gil::without(|| unsafe { libc::syslog(priority, c"%s".as_ptr(), text.as_ptr()) });
        Ok(())
    }

    /// Reset the syslog module values and call the system library closelog().
    #[pyfunction("($module, /)")]
    fn closelog() -> PyResult<()> {
        crate::sys::audit("syslog.closelog", &[])?;
        // SAFETY: no memory is passed.
        unsafe { libc::closelog() };
        LOG.set(None);
        Ok(())
    }

    /// Set the priority mask to maskpri and return the previous mask value.
    #[pyfunction("($module, maskpri, /)")]
    fn setlogmask(maskpri: i32) -> PyResult<i32> {
        crate::sys::audit("syslog.setlogmask", &[maskpri.into()])?;
        // SAFETY: no memory is passed.
        Ok(unsafe { libc::setlogmask(maskpri) })
    }

    /// Calculates the mask for the individual priority pri.
    #[pyfunction("($module, pri, /)")]
    fn LOG_MASK(pri: i32) -> i32 {
        1i32.wrapping_shl(pri as u32)
    }

    /// Calculates the mask for all priorities up to and including pri.
    #[pyfunction("($module, pri, /)")]
    fn LOG_UPTO(pri: i32) -> i32 {
        1i32.wrapping_shl((pri as u32).wrapping_add(1)).wrapping_sub(1)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        constants::add(module, FROM_LIBC);
        Ok(())
    }
}

pub use functions::MODULE;

/// The open log.
struct Log {
    /// What messages carry, which the C library only borrows; without it, messages carry what that makes up.
    _ident: Option<CString>,
}

static LOG: GilCell<Option<Log>> = GilCell::new(None);

fn text(text: &StrRef) -> PyResult<CString> {
    CString::new(without_nul(text)?).map_err(|_| exceptions::value_error("embedded null character"))
}

/// The last part of the program's name; `None` if `sys.argv` has none.
fn program_name() -> PyResult<Option<StrRef>> {
    let argv = crate::sys::get("argv")?;
    let first = argv.and_then(|argv| argv.downcast::<PyList>().and_then(|list| list.get(0)));
    let Some(name) = first.and_then(|first| first.downcast_into::<PyStr>().ok()) else { return Ok(None) };
    let bytes = crate::path::encode(&name).unwrap_or_default();
    let last = bytes.rsplit(|&byte| byte == b'/').next().unwrap_or(&[]);
    Ok((!last.is_empty()).then(|| crate::path::decode(last)))
}

fn open(ident: Option<StrRef>, option: i32, facility: i32) -> PyResult<()> {
    let ident = ident.map_or_else(program_name, |ident| Ok(Some(ident)))?;
    let shown = ident.as_ref().map_or(Value::NONE, |ident| ident.to_value());
    crate::sys::audit("syslog.openlog", &[shown, option.into(), facility.into()])?;
    let ident = ident.as_ref().map(text).transpose()?;
    let pointer = ident.as_ref().map_or(std::ptr::null(), |ident| ident.as_ptr());
    // SAFETY: the identity stays in place until another one takes its place, after this call.
    unsafe { libc::openlog(pointer, option, facility) };
    LOG.set(Some(Log { _ident: ident }));
    Ok(())
}

static FROM_LIBC: Constants = libc_constants! {
    LOG_ALERT LOG_AUTH LOG_AUTHPRIV LOG_CONS LOG_CRIT LOG_CRON LOG_DAEMON LOG_DEBUG LOG_EMERG LOG_ERR
    LOG_FTP LOG_INFO LOG_KERN LOG_LOCAL0 LOG_LOCAL1 LOG_LOCAL2 LOG_LOCAL3 LOG_LOCAL4 LOG_LOCAL5 LOG_LOCAL6
    LOG_LOCAL7 LOG_LPR LOG_MAIL LOG_NDELAY LOG_NEWS LOG_NOTICE LOG_NOWAIT LOG_ODELAY LOG_PERROR LOG_PID
    LOG_SYSLOG LOG_USER LOG_UUCP LOG_WARNING
};
