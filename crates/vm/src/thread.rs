//! The state of one Python thread: its frames, its exception, its limits.

use crate::cell::GilCell;
use crate::frame::{DataStack, Frame};
use crate::monitoring::ThreadEvents;
use crate::stack;
use crate::types::dict::DictRef;
use crate::value::Value;
use std::cell::Cell;
use std::ptr;

/// A link of the chain of exceptions being handled: one per thread, and one per generator that runs.
pub struct HandledException {
    pub value: GilCell<Option<Value>>,
    pub previous: Cell<*const HandledException>,
}

impl HandledException {
    pub const fn new() -> HandledException {
        HandledException { value: GilCell::new(None), previous: Cell::new(ptr::null()) }
    }
}

impl Default for HandledException {
    fn default() -> HandledException {
        HandledException::new()
    }
}

/// A Python thread.
pub struct Thread {
    /// The innermost frame.
    pub frame: Cell<*mut Frame>,
    /// How many Python frames may still be pushed before RecursionError.
    pub depth_left: Cell<i64>,
    pub handled: Cell<*const HandledException>,
    /// Set while an exception is raised again: the index of the instruction that does, whose handler is wanted.
    pub reraising: Cell<Option<usize>>,
    pub base_handled: HandledException,
    pub data_stack: DataStack,
    /// The lowest address that native code may recurse down to; see `stack`.
    pub stack_limit: Cell<usize>,
    /// The same for comparisons.
    pub comparison_limit: Cell<usize>,
    /// `threading.get_ident()`.
    pub ident: u64,
    /// The thread's `contextvars` context, if one was entered.
    pub context: GilCell<Option<Value>>,
    /// The asyncio event loop that runs in the thread, and the task that the loop runs.
    pub running_loop: GilCell<Option<Value>>,
    pub running_task: GilCell<Option<Value>>,
    /// `sys.set_asyncgen_hooks`: called with an async generator at its first iteration.
    pub async_gen_firstiter: GilCell<Option<Value>>,
    /// Called with an async generator that dies before it is closed.
    pub async_gen_finalizer: GilCell<Option<Value>>,
    /// `sys.set_coroutine_origin_tracking_depth`.
    pub coroutine_origin_depth: Cell<usize>,
    /// The namespaces that `threading.local` objects have in this thread, by the objects' serial numbers.
    pub locals: GilCell<Vec<(u64, DictRef)>>,
    /// `sys.set_coroutine_wrapper`: called with every new coroutine, whose place its result takes.
    pub coroutine_wrapper: GilCell<Option<Value>>,
    /// Whether the wrapper is running.
    pub wrapping: Cell<bool>,
    /// The trace and profile functions, and what the event engine is about to report.
    pub events: ThreadEvents,
    /// Addresses of the containers whose repr is being made, outermost first.
    pub printing: GilCell<Vec<u64>>,
}

static CURRENT: GilCell<*const Thread> = GilCell::new(ptr::null());

thread_local! {
    /// The state of the calling system thread, once it has had the GIL.
    static OWN: Cell<*const Thread> = const { Cell::new(ptr::null()) };
}

/// Whether [`current`] is the calling system thread. Threads that wait for the GIL, or work without, may ask.
pub fn is_own() -> bool {
    let own = OWN.get();
    !own.is_null() && own == CURRENT.get()
}

/// The calling system thread has no state any more.
pub fn forget_own() {
    OWN.set(ptr::null());
}

/// The recursion limit of new threads, `sys.getrecursionlimit()`.
static RECURSION_LIMIT: GilCell<i64> = GilCell::new(1000);

impl Thread {
    /// The state of the calling system thread, without frames.
    pub fn new() -> Box<Thread> {
        let thread = Box::new(Thread {
            frame: Cell::new(ptr::null_mut()),
            depth_left: Cell::new(RECURSION_LIMIT.get()),
            handled: Cell::new(ptr::null()),
            reraising: Cell::new(None),
            base_handled: HandledException::new(),
            data_stack: DataStack::new(),
            stack_limit: Cell::new(stack::limit_here()),
            comparison_limit: Cell::new(stack::limit_here()),
            // SAFETY: asks about the calling thread.
            ident: unsafe { libc::pthread_self() } as u64,
            context: GilCell::new(None),
            running_loop: GilCell::new(None),
            running_task: GilCell::new(None),
            async_gen_firstiter: GilCell::new(None),
            async_gen_finalizer: GilCell::new(None),
            coroutine_origin_depth: Cell::new(0),
            locals: GilCell::new(Vec::new()),
            coroutine_wrapper: GilCell::new(None),
            wrapping: Cell::new(false),
            events: ThreadEvents::default(),
            printing: GilCell::new(Vec::new()),
        });
        thread.handled.set(&thread.base_handled);
        thread
    }

    /// The exception being handled: the innermost one that is set.
    pub fn handled_exception(&self) -> Option<Value> {
        let mut item = self.handled.get();
        while !item.is_null() {
            // SAFETY: links live as long as the thread or the running generator they belong to.
            let link = unsafe { &*item };
            if let Some(value) = link.value.get() {
                return Some(value);
            }
            item = link.previous.get();
        }
        None
    }
}

/// The thread that holds the GIL.
#[inline(always)]
pub fn current() -> &'static Thread {
    // SAFETY: set before any Python code runs, and whenever the GIL changes hands, to a thread that stays alive
    // while it holds it.
    unsafe { &*CURRENT.get() }
}

/// Makes `thread` the running one; called by whoever has just taken the GIL.
pub fn set_current(thread: *const Thread) {
    CURRENT.set(thread);
    OWN.set(thread);
}

pub fn recursion_limit() -> i64 {
    RECURSION_LIMIT.get()
}

/// `sys.setrecursionlimit`: applies to the current thread at once.
pub fn set_recursion_limit(limit: i64) {
    let change = limit - RECURSION_LIMIT.replace(limit);
    let thread = current();
    thread.depth_left.set(thread.depth_left.get() + change);
}

/// How deep the current thread's Python frames are.
pub fn depth() -> i64 {
    recursion_limit() - current().depth_left.get()
}

static ALL: GilCell<Vec<*const Thread>> = GilCell::new(Vec::new());

/// Adds a thread to those that [`all`] gives.
pub fn register(thread: &Thread) {
    ALL.with(|list| list.push(thread));
}

/// Takes a thread that ends off that list.
pub fn unregister(thread: &Thread) {
    ALL.with(|list| list.retain(|&t| !ptr::eq(t, thread)));
}

/// In the child of a `fork`: only the calling thread is left.
pub fn forget_others() {
    let own = CURRENT.get();
    // The loop runs on in the parent.
    current().running_loop.set(None);
    current().running_task.set(None);
    for thread in ALL.replace(vec![own]) {
        if !ptr::eq(thread, own) {
            // SAFETY: the thread is gone but its memory was copied, as it was when it had let go of the GIL.
            unsafe { (*thread).clear() };
        }
    }
}

/// Whether a thread with this identity may run Python code.
pub fn is_alive(ident: u64) -> bool {
    // SAFETY: threads on the list are alive while the GIL is held.
    ALL.with(|list| list.iter().any(|&thread| unsafe { (*thread).ident } == ident))
}

/// Every thread that may run Python code. The pointers are good while the GIL is held.
pub fn all() -> Vec<*const Thread> {
    ALL.get()
}

/// Calls `f` with every thread that may run Python code, the newest first, without looking whether the GIL is held: for
/// tracebacks of a process that hangs or dies. The pointers may dangle if the list changes meanwhile.
pub fn for_each_unlocked(mut f: impl FnMut(*const Thread)) {
    // SAFETY: nobody else writes unless the caller's process is beyond hope; then this reads what it finds.
    let list = unsafe { &*ALL.as_ptr() };
    list.iter().rev().for_each(|&thread| f(thread));
}

impl Thread {
    /// `sys.set_coroutine_wrapper`.
    pub fn set_coroutine_wrapper(&self, wrapper: Option<Value>) {
        self.coroutine_wrapper.set(wrapper);
    }

    /// Drops what the thread refers to, before it ends and while it still holds the GIL.
    pub fn clear(&self) {
        self.context.set(None);
        self.running_loop.set(None);
        self.running_task.set(None);
        self.base_handled.value.set(None);
        self.coroutine_wrapper.set(None);
        self.events.clear();
        drop(self.locals.take());
    }
}
