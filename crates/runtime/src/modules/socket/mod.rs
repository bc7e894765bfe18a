//! `_socket`: endpoints of network connections.

mod address;
mod connecting;
mod constants;
mod life;
mod messages;
mod network;
mod object;
mod options;
mod resolve;
mod transfer;

use minipy_macros::pymodule;
use minipy_vm::exceptions::{self, PyOSError};
use minipy_vm::{Payload, PyModule, PyResult, Ref, Value, module_exception};
use object::PySocket;

module_exception! {
    /// What the resolver says of a host.
    herror_class = "socket", "herror": exceptions::os_error_class => PyOSError, None
}
module_exception! {
    /// What `getaddrinfo` and `getnameinfo` say.
    gaierror_class = "socket", "gaierror": exceptions::os_error_class => PyOSError, None
}

/// Implementation module for socket operations.
///
/// See the socket module for documentation.
#[pymodule(name = "_socket", classes(PySocket), parts(network::MODULE, resolve::MODULE))]
pub mod functions {
    use super::*;

    #[pyattr]
    const has_ipv6: bool = true;

    #[pyattr]
    const BDADDR_ANY: &str = "00:00:00:00:00:00";

    #[pyattr]
    const BDADDR_LOCAL: &str = "00:00:00:FF:FF:FF";

    #[pyattr]
    fn error() -> Value {
        exceptions::os_error_class().to_value()
    }

    #[pyattr]
    fn timeout() -> Value {
        exceptions::timeout_error_class().to_value()
    }

    #[pyattr]
    fn herror() -> Value {
        herror_class().to_value()
    }

    #[pyattr]
    fn gaierror() -> Value {
        gaierror_class().to_value()
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("SocketType", PySocket::class().to_value());
        for table in constants::TABLES {
            super::super::constants::add(module, table);
        }
        Ok(())
    }
}

pub use functions::MODULE;
