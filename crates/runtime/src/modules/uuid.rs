//! `_uuid`: UUIDs made of the time and the network address (RFC 9562, version 1).

use super::posix::process::fill_random;
use super::time;
use minipy_vm::{GilCell, PyResult};

#[minipy_macros::pymodule(name = "_uuid")]
mod module {
    use minipy_vm::types::bytes;
    use minipy_vm::{PyResult, PyTuple, TupleRef, Value};

    #[pyattr]
    fn has_uuid_generate_time_safe() -> i64 {
        1
    }

    /// Whether every UUID holds the address of the machine: not where that has none.
    #[pyattr]
    fn has_stable_extractable_node() -> i64 {
        0
    }

    #[pyfunction("($self, /)")]
    fn generate_time_safe() -> PyResult<TupleRef> {
        let uuid = bytes::from_slice(&super::generate()?).into_value();
        // No service of the system sees to it that no other process makes the same one.
        Ok(PyTuple::from_array([uuid, Value::from(-1i64)]))
    }
}

pub use module::MODULE;

/// What the next UUID differs from the last one by.
#[derive(Clone, Copy)]
struct Generator {
    process: u32,
    /// In units of 100 ns since the Gregorian reform.
    last: u64,
    sequence: u16,
    node: [u8; 6],
}

/// The units of 100 ns between October 15, 1582, and January 1, 1970.
const GREGORIAN_REFORM: u64 = 0x01B2_1DD2_1381_4000;

static GENERATOR: GilCell<Option<Generator>> = GilCell::new(None);

impl Generator {
    /// A generator with a random clock sequence, so that it repeats nothing of another process.
    fn new(process: u32) -> PyResult<Generator> {
        let mut random = [0; 8];
        fill_random(&mut random, 0)?;
        let [high, low, node @ ..] = random;
        let node = hardware_address().unwrap_or_else(|| {
            // The bit of a group address: no network card has that.
            let mut node = node;
            node[0] |= 1;
            node
        });
        Ok(Generator { process, last: 0, sequence: u16::from_be_bytes([high, low]) & 0x3FFF, node })
    }
}

/// The address of the first network card.
fn hardware_address() -> Option<[u8; 6]> {
    let mut list = std::ptr::null_mut();
    // SAFETY: the list is freed below, and read before that only.
    if unsafe { libc::getifaddrs(&raw mut list) } != 0 {
        return None;
    }
    let mut found = None;
    let mut next = list;
    while found.is_none()
        // SAFETY: an element of the list, or null at its end.
        && let Some(interface) = unsafe { next.as_ref() }
    {
        next = interface.ifa_next;
        // SAFETY: the address, if there is one, is of the family that it names.
        unsafe {
            if interface.ifa_addr.is_null() || i32::from((*interface.ifa_addr).sa_family) != libc::AF_PACKET {
                continue;
            }
            let address = &*interface.ifa_addr.cast::<libc::sockaddr_ll>();
            found = address
                .sll_addr
                .first_chunk()
                .copied()
                .filter(|node: &[u8; 6]| address.sll_halen == 6 && node.iter().any(|&byte| byte != 0));
        }
    }
    // SAFETY: made by `getifaddrs`, and nothing of it is used any more.
    unsafe { libc::freeifaddrs(list) };
    found
}

fn generate() -> PyResult<[u8; 16]> {
    let process = std::process::id();
    let known = GENERATOR.get().filter(|generator| generator.process == process);
    let mut generator = match known {
        Some(generator) => generator,
        None => Generator::new(process)?,
    };
    let now = time::nanos(libc::CLOCK_REALTIME) as u64 / 100 + GREGORIAN_REFORM;
    generator.last = now.max(generator.last + 1);
    GENERATOR.set(Some(generator));
    let [.., a, b, c, d, e, f, g, h] = generator.last.to_be_bytes();
    let [high, low] = generator.sequence.to_be_bytes();
    let [n0, n1, n2, n3, n4, n5] = generator.node;
    // The low, middle and high parts of the time, the version, the variant and the sequence, the node.
    Ok([e, f, g, h, c, d, a & 0x0F | 0x10, b, high | 0x80, low, n0, n1, n2, n3, n4, n5])
}
