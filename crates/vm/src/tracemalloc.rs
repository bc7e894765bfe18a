//! Where memory was allocated, for the module `tracemalloc`: the process's allocator tells of every block while tracing is on.
//!
//! Only blocks of the thread that holds the GIL get a trace: the frames of others are not to be looked at. A frame knows its
//! line while tracing is on because the event engine has it written down at every line start (`monitoring::keep_lines`).

use crate::frame::Frame;
use crate::heap::{Header, blocks};
use crate::monitoring;
use crate::thread;
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most frames that a trace can be asked to hold.
pub const MAX_FRAMES: usize = 65535;

static ACTIVE: AtomicBool = AtomicBool::new(false);
static TABLE: Mutex<Option<Table>> = Mutex::new(None);
static LIMIT: Mutex<usize> = Mutex::new(1);

thread_local! {
    /// Whether the thread is busy with the table, whose own memory is not traced.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// The frames of a traceback, innermost first: indices of file names, and lines.
type Frames = Box<[(u32, u32)]>;

#[derive(Default)]
struct Table {
    /// By the block's address.
    blocks: FxHashMap<usize, Block>,
    tracebacks: Vec<(Frames, usize)>,
    /// The index of each traceback.
    known: FxHashMap<(Frames, usize), u32>,
    files: Vec<String>,
    known_files: FxHashMap<String, u32>,
    current: usize,
    peak: usize,
}

struct Block {
    size: usize,
    traceback: u32,
}

/// A traceback as Python code sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Traceback {
    /// File names and lines, innermost frame first.
    pub frames: Vec<(String, u32)>,
    /// How many frames there were, those beyond the limit included.
    pub total: usize,
}

/// All traces: the size of each block and the index of its traceback, oldest tracebacks first; and the tracebacks.
#[derive(Default)]
pub struct Traces {
    pub blocks: Vec<(usize, usize)>,
    pub tracebacks: Vec<Traceback>,
}

/// Whether blocks are traced. What allocates asks before it calls any of the others.
#[inline(always)]
pub fn is_active() -> bool {
    ACTIVE.load(Relaxed)
}

fn table() -> MutexGuard<'static, Option<Table>> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `f` on the table, if there is one, unless the thread is at that already.
fn with_table<R>(f: impl FnOnce(&mut Table) -> R) -> Option<R> {
    if BUSY.replace(true) {
        return None;
    }
    let result = table().as_mut().map(f);
    BUSY.set(false);
    result
}

/// Runs `f`, whose memory is the interpreter's own and gets no traces.
pub(crate) fn untraced<R>(f: impl FnOnce() -> R) -> R {
    let outer = BUSY.replace(true);
    let result = f();
    BUSY.set(outer);
    result
}

/// A block has been allocated.
#[cold]
pub fn allocated(block: *mut u8, size: usize) {
    if block.is_null() || !thread::is_own() {
        return;
    }
    with_table(|table| {
        let traceback = table.traceback_here();
        table.add(block as usize, Block { size, traceback });
    });
}

/// A block is going to be freed.
#[cold]
pub fn freed(block: *mut u8) {
    with_table(|table| table.remove(block as usize));
}

/// The size of an object's block is to be given as `size`, that which CPython's object has.
#[cold]
pub fn resized(object: *mut Header, size: usize) {
    with_table(|table| {
        if let Some(block) = table.blocks.get_mut(&(object as usize)) {
            table.current = table.current - block.size + size;
            block.size = size;
            table.peak = table.peak.max(table.current);
        }
    });
}

impl Table {
    fn add(&mut self, address: usize, block: Block) {
        self.current += block.size;
        self.peak = self.peak.max(self.current);
        if let Some(old) = self.blocks.insert(address, block) {
            self.current -= old.size;
        }
    }

    fn remove(&mut self, address: usize) {
        if let Some(block) = self.blocks.remove(&address) {
            self.current -= block.size;
        }
    }

    /// The index of the traceback of the running code.
    fn traceback_here(&mut self) -> u32 {
        let limit = *LIMIT.lock().unwrap_or_else(PoisonError::into_inner);
        let mut frames = Vec::new();
        let mut total = 0;
        let mut frame: *const Frame = thread::current().frame.get();
        // SAFETY: the frames of the running thread are live.
        while let Some(record) = unsafe { frame.as_ref() } {
            let (code, index) = (record.code(), record.instruction_index_unlocked());
            // A call that has not begun yet has only the caller's frame.
            if total == 0 && index < monitoring::first_resume(&code.object.code) {
                frame = record.previous;
                continue;
            }
            if total < limit {
                let line = code.line_of(index).unwrap_or(0);
                let file = self.file(&code.filename.get().to_string_lossy());
                frames.push((file, line.max(0).cast_unsigned()));
            }
            total += 1;
            frame = record.previous;
        }
        if frames.is_empty() {
            frames.push((self.file("<unknown>"), 0));
            total = 1;
        }
        let key = (frames.into_boxed_slice(), total);
        if let Some(&index) = self.known.get(&key) {
            return index;
        }
        let index = self.tracebacks.len() as u32;
        self.tracebacks.push(key.clone());
        self.known.insert(key, index);
        index
    }

    fn file(&mut self, name: &str) -> u32 {
        if let Some(&index) = self.known_files.get(name) {
            return index;
        }
        let index = self.files.len() as u32;
        self.files.push(name.to_owned());
        self.known_files.insert(name.to_owned(), index);
        index
    }

    fn resolve(&self, index: usize) -> Traceback {
        let (frames, total) = &self.tracebacks[index];
        let frames = frames.iter().map(|&(file, line)| (self.files[file as usize].clone(), line));
        Traceback { frames: frames.collect(), total: *total }
    }

    /// The bytes that the table itself takes.
    fn memory(&self) -> usize {
        let per_block = size_of::<(usize, Block)>() + 1;
        let frames: usize = self.tracebacks.iter().map(|(frames, _)| frames.len() * 8 * 2).sum();
        let names: usize = self.files.iter().map(|name| name.len() * 2).sum();
        self.blocks.capacity() * per_block + frames + names
    }
}

/// Begins to trace, or changes how many frames (1 to [`MAX_FRAMES`]) a traceback holds.
pub fn start(frames: usize) {
    *LIMIT.lock().unwrap_or_else(PoisonError::into_inner) = frames;
    untraced(|| {
        table().get_or_insert_with(Table::default);
    });
    if !ACTIVE.swap(true, Relaxed) {
        blocks::keep(false);
        monitoring::keep_lines(true);
    }
}

/// Ends tracing and forgets all traces.
pub fn stop() {
    if ACTIVE.swap(false, Relaxed) {
        blocks::keep(true);
        monitoring::keep_lines(false);
        drop(table().take());
    }
}

/// Forgets all traces.
pub fn clear() {
    let old = with_table(std::mem::take);
    untraced(|| drop(old));
}

/// How many frames a traceback holds at most.
pub fn limit() -> usize {
    *LIMIT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The size of all traced blocks, now and at most.
pub fn traced_memory() -> (usize, usize) {
    with_table(|table| (table.current, table.peak)).unwrap_or_default()
}

/// Lets the greatest size be the present one.
pub fn reset_peak() {
    with_table(|table| table.peak = table.current);
}

/// The bytes that tracing itself takes.
pub fn own_memory() -> usize {
    with_table(|table| table.memory()).unwrap_or_default()
}

/// All traces there are.
pub fn traces() -> Traces {
    with_table(|table| {
        let mut blocks: Vec<(usize, usize)> =
            table.blocks.values().map(|block| (block.size, block.traceback as usize)).collect();
        blocks.sort_unstable_by_key(|&(_, traceback)| traceback);
        let tracebacks = (0..table.tracebacks.len()).map(|index| table.resolve(index)).collect();
        Traces { blocks, tracebacks }
    })
    .unwrap_or_default()
}

/// Where an object's block was allocated. `prefix` is what precedes its header, in bytes.
pub fn traceback_of(object: *const Header, prefix: usize) -> Option<Traceback> {
    with_table(|table| {
        let block = table.blocks.get(&(object as usize - prefix))?;
        Some(table.resolve(block.traceback as usize))
    })
    .flatten()
}
