//! The file in which `perf inject --jit` finds machine code that a process has made, and how to unwind through it: the jitdump
//! format of the Linux kernel (`tools/perf/Documentation/jitdump-specification.txt`), with call frame information as the
//! DWARF standard and the Linux Standard Base (`.eh_frame`, `.eh_frame_hdr`) have it.

use super::STUB;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;

const MAGIC: u32 = 0x4A69_5444;
const VERSION: u32 = 1;
const HEADER_LEN: u32 = 40;

const CODE_LOAD: u32 = 0;
const UNWINDING_INFO: u32 = 4;
/// Of every record: kind, length, time.
const RECORD_HEADER_LEN: usize = 16;

#[cfg(target_arch = "x86_64")]
const MACHINE: u32 = libc::EM_X86_64 as u32;
#[cfg(target_arch = "aarch64")]
const MACHINE: u32 = libc::EM_AARCH64 as u32;

/// An open dump.
pub struct JitDump {
    file: File,
    /// How many stubs the file holds.
    stubs: u64,
}

impl JitDump {
    /// Begins the dump of this process in `/tmp`. Its first page is mapped, which is how `perf record` learns of the file.
    pub fn create() -> io::Result<JitDump> {
        let path = format!("/tmp/jit-{}.dump", std::process::id());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        options.mode(0o666).custom_flags(libc::O_CLOEXEC | libc::O_NOFOLLOW);
        let mut dump = JitDump { file: options.open(path)?, stubs: 0 };
        let mut header = Vec::new();
        for word in [MAGIC, VERSION, HEADER_LEN, MACHINE, 0, std::process::id()] {
            header.extend(word.to_ne_bytes());
        }
        header.extend(now().to_ne_bytes());
        header.extend(0u64.to_ne_bytes());
        dump.file.write_all(&header)?;
        // SAFETY: a mapping at a place of the system's choice that nobody reads; it stays, since `perf` looks for it at any time.
        let place = unsafe {
            let (access, flags) = (libc::PROT_READ | libc::PROT_EXEC, libc::MAP_PRIVATE);
            libc::mmap(std::ptr::null_mut(), 4096, access, flags, dump.file.as_raw_fd(), 0)
        };
        if place == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(dump) }
    }

    /// Adds the stub called `name` at `address`.
    pub fn add(&mut self, address: usize, name: &str) -> io::Result<()> {
        let mut record = unwinding_record();
        self.stubs += 1;
        let mut body = Vec::new();
        body.extend(std::process::id().to_ne_bytes());
        // SAFETY: no arguments, no memory.
        body.extend((unsafe { libc::gettid() } as u32).to_ne_bytes());
        for word in [address as u64, address as u64, STUB.len() as u64, self.stubs] {
            body.extend(word.to_ne_bytes());
        }
        body.extend(name.as_bytes());
        body.push(0);
        body.extend(STUB);
        record.extend(record_header(CODE_LOAD, body.len()));
        record.extend(body);
        self.file.write_all(&record)
    }
}

/// Nanoseconds of the clock that `perf record -k mono` goes by.
fn now() -> i64 {
    crate::modules::time::nanos(libc::CLOCK_MONOTONIC)
}

fn record_header(kind: u32, body_len: usize) -> Vec<u8> {
    let mut header = kind.to_ne_bytes().to_vec();
    header.extend(((RECORD_HEADER_LEN + body_len) as u32).to_ne_bytes());
    header.extend(now().to_ne_bytes());
    header
}

/// The record that says how to unwind through the stub in the next record.
fn unwinding_record() -> Vec<u8> {
    let (frames, search_table) = call_frame_information();
    let padding = (frames.len() + search_table.len()).next_multiple_of(8) - frames.len() - search_table.len();
    let mut body = Vec::new();
    let unwind_len = (frames.len() + search_table.len()) as u64;
    for word in [unwind_len, search_table.len() as u64, unwind_len] {
        body.extend(word.to_ne_bytes());
    }
    body.extend(frames);
    body.extend(search_table);
    body.resize(body.len() + padding, 0);
    let mut record = record_header(UNWINDING_INFO, body.len());
    record.extend(body);
    record
}

// Pointer encodings.
const PC_RELATIVE_I32: u8 = 0x1b;
const TABLE_RELATIVE_I32: u8 = 0x3b;
const U32: u8 = 0x03;

/// DWARF's numbers of the registers and what the stub does with them.
#[cfg(target_arch = "x86_64")]
mod machine {
    pub const RETURN_ADDRESS: u8 = 16;
    pub const DATA_ALIGNMENT: u8 = 0x78; // -8
    /// At the first instruction the caller's frame ends 8 bytes above rsp, and the return address is below that.
    pub const AT_ENTRY: &[u8] = &[DEF_CFA, 7, 8, OFFSET | RETURN_ADDRESS, 1];
    /// Behind `push rbp`, behind `mov rbp, rsp`, and behind `pop rbp`.
    pub const BODY: &[u8] = &[
        ADVANCE | 1,
        DEF_CFA_OFFSET,
        16,
        OFFSET | 6,
        2,
        ADVANCE | 3,
        DEF_CFA_REGISTER,
        6,
        ADVANCE | 3,
        DEF_CFA,
        7,
        8,
    ];
    const ADVANCE: u8 = 0x40;
    const OFFSET: u8 = 0x80;
    const DEF_CFA: u8 = 0x0c;
    const DEF_CFA_REGISTER: u8 = 0x0d;
    const DEF_CFA_OFFSET: u8 = 0x0e;
}

#[cfg(target_arch = "aarch64")]
mod machine {
    pub const RETURN_ADDRESS: u8 = 30;
    pub const DATA_ALIGNMENT: u8 = 0x78; // -8
    /// At the first instruction the caller's frame ends at sp, and the return address is in its register.
    pub const AT_ENTRY: &[u8] = &[DEF_CFA, 31, 0];
    /// Behind the instruction that stores both registers, and behind the one that loads them.
    pub const BODY: &[u8] = &[
        ADVANCE | 4,
        DEF_CFA_OFFSET,
        16,
        OFFSET | 29,
        2,
        OFFSET | 30,
        1,
        ADVANCE | 12,
        RESTORE | 29,
        RESTORE | 30,
        DEF_CFA_OFFSET,
        0,
    ];
    const ADVANCE: u8 = 0x40;
    const OFFSET: u8 = 0x80;
    const RESTORE: u8 = 0xc0;
    const DEF_CFA: u8 = 0x0c;
    const DEF_CFA_OFFSET: u8 = 0x0e;
}

/// `.eh_frame` and `.eh_frame_hdr` of a file in which they follow the stub, at the next multiple of eight.
fn call_frame_information() -> (Vec<u8>, Vec<u8>) {
    let start = STUB.len().next_multiple_of(8);

    // The common information entry: version 1, augmentation "zR", factors of code and data.
    let mut frames = entry(0, |entry| {
        entry.extend([
            1,
            b'z',
            b'R',
            0,
            1,
            machine::DATA_ALIGNMENT,
            machine::RETURN_ADDRESS,
            1,
            PC_RELATIVE_I32,
        ]);
        entry.extend(machine::AT_ENTRY);
    });
    // The entry of the stub. An entry points back to the common one from behind its length.
    let stub_entry = frames.len();
    let location = start + stub_entry + 8;
    frames.extend(entry(stub_entry as u32 + 4, |entry| {
        entry.extend((-(location as i32)).to_ne_bytes());
        entry.extend((STUB.len() as u32).to_ne_bytes());
        entry.push(0);
        entry.extend(machine::BODY);
    }));
    frames.extend([0; 4]);

    let table_start = (start + frames.len()) as i32;
    let mut table = vec![1, PC_RELATIVE_I32, U32, TABLE_RELATIVE_I32];
    table.extend((-(frames.len() as i32 + 4)).to_ne_bytes());
    table.extend(1u32.to_ne_bytes());
    table.extend((-table_start).to_ne_bytes());
    table.extend((start as i32 + stub_entry as i32 - table_start).to_ne_bytes());
    (frames, table)
}

/// An entry of `.eh_frame`: its length, its kind, and what `fill` adds, padded with no-operations.
fn entry(kind: u32, fill: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut entry = kind.to_ne_bytes().to_vec();
    fill(&mut entry);
    entry.resize((entry.len() + 4).next_multiple_of(8) - 4, 0);
    let mut whole = (entry.len() as u32).to_ne_bytes().to_vec();
    whole.extend(entry);
    whole
}
