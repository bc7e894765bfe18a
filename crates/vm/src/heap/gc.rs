//! The cycle collector: three generations, run at safe points (`gc` module, PEP 442).

use super::{GC_FINALIZED, GC_GENERATION_MASK, GC_HAS_WEAKREFS, Header, Visitor, pending};
use crate::cell::GilCell;
use crate::types::instance;
use crate::types::typeobj::TypeFlags;
use crate::value::Value;
use rustc_hash::FxHashSet;
use std::cell::Cell;
use std::rc::Rc;

pub const GENERATIONS: usize = 3;
const MAX_TRACKED: usize = (u32::MAX >> super::GC_INDEX_SHIFT) as usize;

/// What `gc.get_stats()` shows of a generation.
#[derive(Clone, Copy, Default)]
pub struct Stats {
    pub collections: usize,
    pub collected: usize,
    pub uncollectable: usize,
}

/// A place in a generation's list: a live object, or a hole.
#[derive(Clone, Copy)]
struct Entry(usize);

impl Entry {
    fn object(object: *const Header) -> Entry {
        Entry(object as usize)
    }

    /// A hole that names another; objects are aligned, so that an odd word is no address of one.
    fn hole(next: usize) -> Entry {
        Entry(next << 1 | 1)
    }

    /// The object, or `None` for a hole.
    fn get(self) -> Option<*const Header> {
        (self.0 & 1 == 0).then_some(self.0 as *const Header)
    }

    fn next_hole(self) -> usize {
        self.0 >> 1
    }
}

/// Ends the chain of holes.
const NO_HOLE: usize = usize::MAX >> 1;

struct Collector {
    /// Tracked objects by generation, with holes where one has died.
    lists: GilCell<[Vec<Entry>; GENERATIONS]>,
    /// The first of the young list's holes, which new objects fill; each hole names the next.
    hole: Cell<usize>,
    /// Allocations less deallocations since the last young collection; then collections of the younger generation.
    counts: GilCell<[i64; GENERATIONS]>,
    thresholds: GilCell<[i64; GENERATIONS]>,
    /// The count at which a young collection is due.
    limit: Cell<i64>,
    stats: GilCell<[Stats; GENERATIONS]>,
    enabled: Cell<bool>,
    collecting: Cell<bool>,
    requested: Cell<bool>,
    /// How many leading entries of the oldest list are frozen: never collected.
    frozen: Cell<usize>,
    /// `gc.set_debug()`.
    debug: Cell<u32>,
    hooks: GilCell<Option<Hooks>>,
    /// The unreachable objects whose finalisers are running.
    dying: GilCell<Option<Rc<[Value]>>>,
    /// Whether there has been anything whose end runs code though it has no finaliser among the tracked objects.
    others_matter: Cell<bool>,
}

/// What the `gc` module wants to know.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Called before a collection ("start") and after it ("stop"): generation, objects collected, uncollectable ones.
    pub phase: fn(&str, usize, usize, usize),
    /// Takes the unreachable objects over into `gc.garbage` under DEBUG_SAVEALL.
    pub save: fn(&[Value]),
}

/// Installs the `gc` module's hooks.
pub fn set_hooks(hooks: Hooks) {
    GC.hooks.set(Some(hooks));
}

/// `gc.DEBUG_*`.
pub const DEBUG_STATS: u32 = 1;
pub const DEBUG_COLLECTABLE: u32 = 2;
pub const DEBUG_UNCOLLECTABLE: u32 = 4;
pub const DEBUG_SAVEALL: u32 = 32;

pub fn debug() -> u32 {
    GC.debug.get()
}

pub fn set_debug(flags: u32) {
    GC.debug.set(flags);
}

/// Exempts every tracked object from collection until [`unfreeze`].
pub fn freeze() {
    let oldest = GENERATIONS - 1;
    GC.lists.with(|lists| {
        for young in 0..oldest {
            let entries = std::mem::take(&mut lists[young]);
            for object in entries.into_iter().filter_map(Entry::get) {
                // SAFETY: the lists hold live objects.
                unsafe { (*object).set_gc_position(oldest as u32 + 1, lists[oldest].len()) };
                lists[oldest].push(Entry::object(object));
            }
        }
        GC.hole.set(NO_HOLE);
        GC.frozen.set(lists[oldest].len());
    });
}

pub fn unfreeze() {
    GC.frozen.set(0);
}

/// How many objects are frozen.
pub fn freeze_count() -> usize {
    GC.lists.with(|lists| {
        let oldest = &lists[GENERATIONS - 1];
        oldest.iter().take(GC.frozen.get()).filter(|entry| entry.get().is_some()).count()
    })
}

// SAFETY: used under the GIL only.
unsafe impl Sync for Collector {}

static GC: Collector = Collector {
    lists: GilCell::new([Vec::new(), Vec::new(), Vec::new()]),
    hole: Cell::new(NO_HOLE),
    counts: GilCell::new([0; GENERATIONS]),
    thresholds: GilCell::new([2000, 10, 10]),
    limit: Cell::new(2000 * PATIENCE),
    stats: GilCell::new([Stats { collections: 0, collected: 0, uncollectable: 0 }; GENERATIONS]),
    enabled: Cell::new(true),
    collecting: Cell::new(false),
    requested: Cell::new(false),
    frozen: Cell::new(0),
    debug: Cell::new(0),
    hooks: GilCell::new(None),
    dying: GilCell::new(None),
    others_matter: Cell::new(false),
};

/// Puts a new object under the collector's eyes.
#[inline]
pub fn track(object: &Header) {
    if object.generation() != 0 {
        return;
    }
    let index = GC.lists.with(|lists| {
        let young = &mut lists[0];
        let hole = GC.hole.get();
        if let Some(entry) = young.get_mut(hole) {
            GC.hole.set(entry.next_hole());
            *entry = Entry::object(object);
            return Some(hole);
        }
        if young.len() >= MAX_TRACKED {
            return None;
        }
        young.push(Entry::object(object));
        Some(young.len() - 1)
    });
    let Some(index) = index else {
        GC.others_matter.set(true);
        return;
    };
    object.set_gc_position(1, index);
    let count = GC.counts.with(|c| {
        c[0] += 1;
        c[0]
    });
    if count > GC.limit.get() && GC.enabled.get() && !GC.collecting.get() && !GC.requested.get() {
        GC.requested.set(true);
        crate::frame::breaker::request(crate::frame::breaker::GC);
    }
}

/// Takes an object out of the collector's sight.
#[inline]
pub fn untrack(object: &Header) {
    let generation = object.generation();
    if generation == 0 {
        return;
    }
    let index = object.gc_index();
    let next = if generation == 1 { GC.hole.replace(index) } else { NO_HOLE };
    GC.lists.with(|lists| lists[generation as usize - 1][index] = Entry::hole(next));
    if generation == 1 {
        GC.counts.with(|c| c[0] = (c[0] - 1).max(0));
    }
    object.set_gc_position(0, 0);
}

pub fn is_tracked(value: &Value) -> bool {
    value.header().is_some_and(|h| h.generation() != 0)
}

pub fn is_enabled() -> bool {
    GC.enabled.get()
}

pub fn set_enabled(on: bool) {
    GC.enabled.set(on);
}

pub fn thresholds() -> [i64; GENERATIONS] {
    GC.thresholds.get()
}

pub fn set_thresholds(thresholds: [i64; GENERATIONS]) {
    GC.thresholds.set(thresholds);
    set_limit(PATIENCE);
}

/// How many times the first threshold is waited for where collections find next to nothing: while a program starts and
/// imports, hardly anything dies.
const PATIENCE: i64 = 4;
/// Thresholds below this are a program's own, and kept to the letter.
const LEAST_PATIENT: i64 = 2000;

fn set_limit(patience: i64) {
    let threshold = GC.thresholds.with(|thresholds| thresholds[0]);
    GC.limit.set(match threshold {
        ..=0 => i64::MAX,
        1..LEAST_PATIENT => threshold,
        _ => threshold.saturating_mul(patience),
    });
}

pub fn counts() -> [i64; GENERATIONS] {
    GC.counts.get()
}

pub fn stats() -> [Stats; GENERATIONS] {
    GC.stats.get()
}

/// How many objects are tracked.
pub fn tracked_count() -> usize {
    GC.lists.with(|lists| lists.iter().flatten().filter(|entry| entry.get().is_some()).count())
}

/// All tracked objects, of one generation or of all, but for those that a collection is about to free.
pub fn objects(generation: Option<usize>) -> Vec<Value> {
    let dying: FxHashSet<u64> =
        GC.dying.with(|dying| dying.iter().flat_map(|d| d.iter()).map(Value::bits).collect());
    GC.lists.with(|lists| {
        let lists = match generation {
            Some(g) => &lists[g..=g],
            None => &lists[..],
        };
        let live =
            lists.iter().flatten().filter_map(|entry| entry.get()).filter(|&p| !dying.contains(&(p as u64)));
        // SAFETY: the lists hold live objects; each gets a reference of its own.
        live.map(|p| unsafe { Value::clone_from_bits(p as u64) }).collect()
    })
}

/// Shows `visit` what `object` refers to.
pub fn referents(object: &Header, visit: &mut Visitor<'_>) {
    let class = object.class();
    if let Some(traverse) = class.info.traverse {
        // SAFETY: the class describes the object's payload.
        unsafe { traverse(object, visit) }
    }
    instance::traverse_prefix(object, visit);
    if !class.flags().contains(TypeFlags::IMMORTAL) {
        visit.visit(class.as_value());
    }
}

/// Runs the collection that allocation asked for. Called at safe points.
#[cold]
pub fn run_requested() {
    if !GC.requested.replace(false) || !GC.enabled.get() {
        return;
    }
    let thresholds = GC.thresholds.get();
    let counts = GC.counts.get();
    let generation =
        (0..GENERATIONS).rev().find(|&g| counts[g] > thresholds[g] && thresholds[g] > 0).unwrap_or(0);
    // A full collection pays off only once the young survivors amount to a quarter of the old.
    let generation = if generation == 2 && !full_collection_due() { 1 } else { generation };
    collect(generation);
}

fn full_collection_due() -> bool {
    GC.lists.with(|lists| lists[1].len() + lists[0].len() > lists[2].len() / 4)
}

/// Collects `generation` and the younger ones; gives the number of unreachable objects found.
pub fn collect(generation: usize) -> usize {
    if GC.collecting.replace(true) {
        return 0;
    }
    let hooks = GC.hooks.get();
    if let Some(hooks) = hooks {
        (hooks.phase)("start", generation, 0, 0);
    }
    let young = GC.counts.with(|counts| counts[0]);
    let found = collect_inner(generation);
    set_limit(if (found as i64) < young / 16 { PATIENCE } else { 1 });
    GC.collecting.set(false);
    if let Some(hooks) = hooks {
        (hooks.phase)("stop", generation, found, 0);
    }
    found
}

fn collect_inner(generation: usize) -> usize {
    GC.counts.with(|counts| {
        counts[..=generation].fill(0);
        if generation + 1 < GENERATIONS {
            counts[generation + 1] += 1;
        }
    });
    let all: Vec<*const Header> = GC.lists.with(|lists| {
        let frozen = GC.frozen.get();
        let mut taken = Vec::new();
        for (age, list) in lists[..=generation].iter_mut().enumerate() {
            let from = if age == GENERATIONS - 1 { frozen.min(list.len()) } else { 0 };
            taken.extend(list.drain(from..).filter_map(Entry::get));
        }
        GC.hole.set(NO_HOLE);
        taken
    });
    // Survivors go one generation up; until then all candidates count as members of it, so that dying objects find
    // their place.
    let target = (generation + 1).min(GENERATIONS - 1);
    let offset = GC.lists.with(|lists| {
        let offset = lists[target].len();
        lists[target].extend(all.iter().map(|&object| Entry::object(object)));
        offset
    });
    for (i, &object) in all.iter().enumerate() {
        // SAFETY: candidates are live.
        unsafe { (*object).set_gc_position(target as u32 + 1, offset + i) }
    }
    let unreachable = find_unreachable(&all, target, offset);
    // Hold what was found, so that finalisers and clearing work on intact objects.
    // SAFETY: unreachable objects are live until their cycle is broken below.
    let held: Rc<[Value]> =
        unreachable.iter().map(|&p| unsafe { Value::clone_from_bits(p as u64) }).collect();
    let mut collected = held.len();
    if !held.is_empty() {
        GC.dying.set(Some(held.clone()));
        clear_weakrefs(&held);
        let finalized = run_finalizers(&held);
        GC.dying.set(None);
        // Only what has run since can have brought anything back to life.
        let mut garbage = if finalized { still_unreachable(&held, target, offset) } else { held.to_vec() };
        collected = if garbage.len() == held.len() { collected } else { garbage.len() };
        if GC.debug.get() & DEBUG_SAVEALL != 0
            && let Some(hooks) = GC.hooks.get()
        {
            (hooks.save)(&garbage);
            garbage.clear();
        }
        for object in &garbage {
            if let Some(header) = object.header() {
                header.set_flag(GC_FINALIZED);
                clear_object(header);
            }
        }
    }
    drop(held);
    pending::run_pending();
    GC.stats.with(|stats| {
        stats[generation].collections += 1;
        stats[generation].collected += collected;
    });
    collected
}

fn clear_object(header: &Header) {
    if let Some(clear) = header.class().info.clear {
        // SAFETY: the class describes the object's payload; the caller holds a reference.
        unsafe { clear(header) }
    }
    instance::clear_prefix(header);
}

/// The position of `header` among the candidates.
fn candidate(header: &Header, target: usize, offset: usize) -> Option<usize> {
    if header.generation() != target as u32 + 1 {
        return None;
    }
    header.gc_index().checked_sub(offset)
}

/// Which of the candidates are referred to only by one another.
fn find_unreachable(all: &[*const Header], target: usize, offset: usize) -> Vec<*const Header> {
    // SAFETY: candidates are live, and traversing runs no Python code.
    let mut external: Vec<u32> = all.iter().map(|&p| unsafe { (*p).refcount() }).collect();
    for &object in all {
        let mut count = |child: &Value| {
            if let Some(index) = child.header().and_then(|h| candidate(h, target, offset)) {
                external[index] = external[index].saturating_sub(1);
            }
        };
        // SAFETY: as above.
        referents(unsafe { &*object }, &mut Visitor::of_objects(&mut count));
    }
    let mut reached: Vec<bool> = external.iter().map(|&n| n > 0).collect();
    let mut work: Vec<usize> = (0..all.len()).filter(|&i| reached[i]).collect();
    while let Some(index) = work.pop() {
        let mut mark = |child: &Value| {
            if let Some(index) = child.header().and_then(|h| candidate(h, target, offset))
                && !reached[index]
            {
                reached[index] = true;
                work.push(index);
            }
        };
        // SAFETY: as above.
        referents(unsafe { &*all[index] }, &mut Visitor::of_objects(&mut mark));
    }
    all.iter().zip(reached).filter(|(_, reached)| !reached).map(|(&p, _)| p).collect()
}

fn clear_weakrefs(garbage: &[Value]) {
    let mut addresses = None;
    for header in garbage.iter().filter_map(Value::header) {
        if header.has_flag(GC_HAS_WEAKREFS) {
            let addresses = addresses
                .get_or_insert_with(|| -> FxHashSet<u64> { garbage.iter().map(Value::bits).collect() });
            crate::types::weakref::clear_weakrefs_unless(header, |link| addresses.contains(&link.bits()));
        }
    }
}

/// Notes that a weak reference has a callback.
pub fn expect_callbacks() {
    GC.others_matter.set(true);
}

/// Whether the end of all objects but `spared` could run code: finalisers, callbacks of weak references and of the `gc` module.
/// Every object with a finaliser is tracked.
pub fn death_matters(spared: &[Value]) -> bool {
    if GC.others_matter.get() || GC.debug.get() != 0 || GC.hooks.get().is_some() {
        return true;
    }
    let matters = |entry: &Entry| {
        let Some(object) = entry.get() else { return false };
        // SAFETY: the lists hold live objects.
        let header = unsafe { &*object };
        header.class().flags().contains(TypeFlags::HAS_FINALIZER)
            && !header.has_flag(GC_FINALIZED)
            && crate::finalize::needs_finalizer(header)
            && !spared.iter().any(|spared| spared.bits() == object as u64)
    };
    GC.lists.with(|lists| lists.iter().flatten().any(matters))
}

/// Runs the finalisers of these objects, in this order, before the collector or their deaths would.
pub fn finalize_in_order(objects: &[Value]) {
    run_finalizers(objects);
    pending::run_pending();
}

/// Whether there were any.
fn run_finalizers(garbage: &[Value]) -> bool {
    let mut any = false;
    for object in garbage {
        if let Some(header) = object.header()
            && header.class().flags().contains(TypeFlags::HAS_FINALIZER)
            && !header.has_flag(GC_FINALIZED)
            && crate::finalize::needs_finalizer(header)
        {
            header.set_flag(GC_FINALIZED);
            crate::finalize::finalize(object);
            any = true;
        }
    }
    any
}

/// What the finalisers have not brought back to life: if any object was, it and all it reaches stay.
fn still_unreachable(held: &[Value], target: usize, offset: usize) -> Vec<Value> {
    let index_of = |v: &Value| v.header().and_then(|h| candidate(h, target, offset));
    let mut external: rustc_hash::FxHashMap<u64, i64> =
        // Each is held once by `held` itself.
        held.iter().map(|v| (v.bits(), i64::from(v.header().map_or(0, Header::refcount)) - 1)).collect();
    for object in held {
        let mut count = |child: &Value| {
            if let Some(n) = external.get_mut(&child.bits()) {
                *n -= 1;
            }
        };
        if let Some(header) = object.header() {
            referents(header, &mut Visitor::of_objects(&mut count));
        }
    }
    let mut alive: Vec<u64> = external.iter().filter(|(_, n)| **n > 0).map(|(&bits, _)| bits).collect();
    if alive.is_empty() {
        return held.to_vec();
    }
    let mut reached: FxHashSet<u64> = alive.iter().copied().collect();
    while let Some(bits) = alive.pop() {
        let mut mark = |child: &Value| {
            if external.contains_key(&child.bits()) && reached.insert(child.bits()) {
                alive.push(child.bits());
            }
        };
        // SAFETY: `held` keeps the object alive.
        referents(unsafe { &*(bits as *const Header) }, &mut Visitor::of_objects(&mut mark));
    }
    held.iter().filter(|v| !reached.contains(&v.bits()) && index_of(v).is_some()).cloned().collect()
}

const _: () = assert!(GENERATIONS as u32 <= GC_GENERATION_MASK);
