//! The table of a dict: open addressing over indices into an array of entries, both in one block of memory.

use super::MIN_SIZE;
use crate::value::Value;
use std::alloc::Layout;
use std::ptr::NonNull;

/// A key, its hash and its value. Deleted entries keep their place, without key, until the next resize.
#[derive(Clone)]
pub(super) struct Entry {
    pub hash: i64,
    pub key: Option<Value>,
    pub value: Option<Value>,
}

/// What an index slot holds that leads to no entry.
pub(super) const FREE: u32 = u32::MAX;
pub(super) const DELETED: u32 = u32::MAX - 1;

/// The block holds the entries and, behind the room for them, the index slots, as narrow as their number allows.
pub(super) struct Table {
    entries: NonNull<Entry>,
    slots: NonNull<u8>,
    /// Entries, live or deleted.
    len: u32,
    /// Live entries.
    pub used: u32,
    /// No entry before this one is live.
    pub head: u32,
    /// How many more entries there may be before a resize. Places given up at the end do not count as room: a slot that once
    /// led to them is not free again, and probing ends at free slots.
    room: u32,
    pub keys_version: u32,
    /// The number of slots as a power of two; 0 while there is no block.
    bits: u8,
}

impl Default for Table {
    fn default() -> Table {
        Table {
            entries: NonNull::dangling(),
            slots: NonNull::dangling(),
            len: 0,
            used: 0,
            head: 0,
            room: 0,
            keys_version: 0,
            bits: 0,
        }
    }
}

/// CPython's probe sequence.
pub(super) struct Probe {
    pub mask: usize,
    pub slot: usize,
    perturb: u64,
}

impl Probe {
    #[inline(always)]
    pub fn new(hash: i64, mask: usize) -> Probe {
        Probe { mask, slot: hash as usize & mask, perturb: hash as u64 }
    }

    #[inline(always)]
    pub fn advance(&mut self) {
        self.perturb >>= 5;
        self.slot = self.slot.wrapping_mul(5).wrapping_add(self.perturb as usize).wrapping_add(1) & self.mask;
    }
}

pub(super) enum Found {
    At {
        slot: usize,
        index: usize,
    },
    Missing,
    /// The key at `index` has the same hash and must be compared by Python's `==`.
    Compare {
        slot: usize,
        index: usize,
        probe: Probe,
    },
}

/// How many entries a table of `1 << bits` slots takes before it grows.
fn usable(bits: u8) -> usize {
    if bits == 0 { 0 } else { (2 << bits) / 3 }
}

/// The block of a table of `1 << bits` slots, and where the slots are in it.
fn layout(bits: u8) -> (Layout, usize) {
    let width = match bits {
        0..=7 => 1,
        8..=15 => 2,
        _ => 4,
    };
    let entries = usable(bits) * size_of::<Entry>();
    let size = entries + (width << bits);
    match Layout::from_size_align(size, align_of::<Entry>()) {
        Ok(layout) if bits <= 32 => (layout, entries),
        _ => panic!("a dict of 2**{bits} slots"),
    }
}

impl Table {
    #[inline(always)]
    pub fn mask(&self) -> usize {
        (1 << self.bits) - 1
    }

    #[inline(always)]
    pub fn entries(&self) -> &[Entry] {
        // SAFETY: so many are initialised.
        unsafe { std::slice::from_raw_parts(self.entries.as_ptr(), self.len as usize) }
    }

    #[inline(always)]
    pub fn entries_mut(&mut self) -> &mut [Entry] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.entries.as_ptr(), self.len as usize) }
    }

    /// How many entries fit into the block.
    pub fn capacity(&self) -> usize {
        usable(self.bits)
    }

    /// Bytes of the block.
    pub fn size(&self) -> usize {
        if self.bits == 0 { 0 } else { layout(self.bits).0.size() }
    }

    /// The entry index in a slot, or FREE or DELETED.
    #[inline(always)]
    pub fn slot(&self, slot: usize) -> u32 {
        debug_assert!(self.bits > 0 && slot <= self.mask());
        let slots = self.slots.as_ptr();
        // SAFETY: the table has that slot. The two highest narrow values stand for FREE and DELETED.
        unsafe {
            match self.bits {
                0..=7 => {
                    let index = *slots.add(slot);
                    if index >= u8::MAX - 1 { u32::from(index) | 0xffff_ff00 } else { u32::from(index) }
                }
                8..=15 => {
                    let index = *slots.cast::<u16>().add(slot);
                    if index >= u16::MAX - 1 { u32::from(index) | 0xffff_0000 } else { u32::from(index) }
                }
                _ => *slots.cast::<u32>().add(slot),
            }
        }
    }

    #[inline(always)]
    pub fn set_slot(&mut self, slot: usize, index: u32) {
        debug_assert!(self.bits > 0 && slot <= self.mask());
        let slots = self.slots.as_ptr();
        // SAFETY: the table has that slot.
        unsafe {
            match self.bits {
                0..=7 => *slots.add(slot) = index as u8,
                8..=15 => *slots.cast::<u16>().add(slot) = index as u16,
                _ => *slots.cast::<u32>().add(slot) = index,
            }
        }
    }

    /// Looks for a key that `same` recognises without running Python code; other keys with the same hash are reported for
    /// comparison unless it says that they differ.
    #[inline(always)]
    pub fn probe(&self, probe: Probe, hash: i64, same: impl Fn(&Value) -> Option<bool>) -> Found {
        match self.bits {
            0 => Found::Missing,
            // A loop of its own for the dicts that most are.
            1..=7 => self.probe_slots(probe, hash, same, |slot| {
                // SAFETY: probing stays within the slots.
                let index = unsafe { *self.slots.as_ptr().add(slot) };
                if index >= u8::MAX - 1 { Err(index == u8::MAX) } else { Ok(index.into()) }
            }),
            _ => self.probe_slots(probe, hash, same, |slot| {
                let index = self.slot(slot);
                if index >= DELETED { Err(index == FREE) } else { Ok(index as usize) }
            }),
        }
    }

    /// [`Table::probe`] with the reader of slots, which answers with an entry's index or whether the slot is free.
    #[inline(always)]
    fn probe_slots(
        &self,
        mut probe: Probe,
        hash: i64,
        same: impl Fn(&Value) -> Option<bool>,
        read: impl Fn(usize) -> Result<usize, bool>,
    ) -> Found {
        loop {
            match read(probe.slot) {
                Ok(index) => {
                    debug_assert!(index < self.entries().len());
                    // SAFETY: slots lead to entries.
                    let entry = unsafe { self.entries().get_unchecked(index) };
                    if entry.hash == hash
                        && let Some(key) = &entry.key
                    {
                        let slot = probe.slot;
                        match same(key) {
                            Some(true) => return Found::At { slot, index },
                            Some(false) => {}
                            None => return Found::Compare { slot, index, probe },
                        }
                    }
                }
                Err(true) => return Found::Missing,
                Err(false) => {}
            }
            probe.advance();
        }
    }

    /// The first slot for a key with this hash that leads to no entry.
    pub fn find_free(&self, hash: i64) -> usize {
        let mut probe = Probe::new(hash, self.mask());
        while self.slot(probe.slot) < DELETED {
            probe.advance();
        }
        probe.slot
    }

    pub fn insert_new(&mut self, hash: i64, key: Value, value: Value) {
        if self.room == 0 {
            // CPython's growth rate: three times the live entries.
            self.resize(self.used as usize * 3);
        }
        let slot = self.find_free(hash);
        self.set_slot(slot, self.len);
        // SAFETY: there is room for it.
        unsafe {
            self.entries.add(self.len as usize).write(Entry { hash, key: Some(key), value: Some(value) })
        };
        self.len += 1;
        self.room -= 1;
        self.used += 1;
    }

    /// Inserts a new key before all others.
    pub fn insert_first(&mut self, hash: i64, key: Value, value: Value) {
        let entry = Entry { hash, key: Some(key), value: Some(value) };
        if self.head > 0 {
            // A removed entry leaves its place in front.
            self.head -= 1;
            let slot = self.find_free(hash);
            self.set_slot(slot, self.head);
            let head = self.head as usize;
            self.entries_mut()[head] = entry;
            self.used += 1;
            return;
        }
        if self.room == 0 {
            self.resize(self.used as usize * 3);
        }
        // SAFETY: there is room for one more, and the first place is moved from.
        unsafe {
            self.entries.copy_to(self.entries.add(1), self.len as usize);
            self.entries.write(entry);
        }
        self.len += 1;
        self.used += 1;
        self.fill_slots();
    }

    /// Rebuilds with at least `size` slots, dropping the places of deleted entries.
    pub fn resize(&mut self, size: usize) {
        let bits = size.max(MIN_SIZE).next_power_of_two().trailing_zeros() as u8;
        self.compact();
        let (new, slots) = layout(bits);
        // SAFETY: the block was allocated with the layout of its number of slots, and the entries fit into either.
        let block = unsafe {
            if self.bits == 0 {
                std::alloc::alloc(new)
            } else {
                std::alloc::realloc(self.entries.as_ptr().cast(), layout(self.bits).0, new.size())
            }
        };
        let Some(block) = NonNull::new(block) else { std::alloc::handle_alloc_error(new) };
        self.entries = block.cast();
        // SAFETY: the slots are inside the block.
        self.slots = unsafe { block.add(slots) };
        self.bits = bits;
        self.fill_slots();
    }

    /// Closes the places of deleted entries.
    fn compact(&mut self) {
        self.head = 0;
        if self.used == self.len {
            return;
        }
        let mut kept = 0;
        for index in 0..self.len as usize {
            // SAFETY: each entry is read once, and written to a place that has been read.
            unsafe {
                let entry = self.entries.add(index).read();
                if entry.key.is_some() {
                    self.entries.add(kept).write(entry);
                    kept += 1;
                }
            }
        }
        self.len = kept as u32;
    }

    /// Writes all slots anew.
    fn fill_slots(&mut self) {
        let (block, slots) = layout(self.bits);
        // SAFETY: the slots are the end of the block.
        unsafe { self.slots.write_bytes(u8::MAX, block.size() - slots) };
        let mask = self.mask();
        for index in 0..self.len {
            let entry = &self.entries()[index as usize];
            if entry.key.is_none() {
                continue;
            }
            let mut probe = Probe::new(entry.hash, mask);
            while self.slot(probe.slot) != FREE {
                probe.advance();
            }
            self.set_slot(probe.slot, index);
        }
        self.room = (self.capacity() - self.len as usize) as u32;
    }

    /// Takes the entry at `index`, to which `slot` leads, out.
    pub fn remove(&mut self, slot: usize, index: usize) -> (Option<Value>, Option<Value>) {
        self.set_slot(slot, DELETED);
        let entry = &mut self.entries_mut()[index];
        let old = (entry.key.take(), entry.value.take());
        self.used -= 1;
        if index == self.head as usize {
            let dead = self.entries()[index..].iter().take_while(|entry| entry.key.is_none()).count();
            self.head += dead as u32;
        }
        old
    }

    /// Gives up the deleted entries at the end.
    pub fn trim(&mut self) {
        while self.len > 0 && self.entries()[self.len as usize - 1].key.is_none() {
            // A deleted entry holds nothing.
            self.len -= 1;
        }
        self.head = self.head.min(self.len);
    }

    /// Makes room for that many more entries.
    pub fn reserve(&mut self, additional: usize) {
        if additional > self.room as usize {
            self.resize(((self.used as usize + additional) * 3).div_ceil(2));
        }
    }

    /// Fills `to`, which is empty.
    pub fn copy_to(&self, to: &mut Table) {
        if self.used == 0 {
            return;
        }
        if self.used == self.len {
            let (block, slots) = layout(self.bits);
            // SAFETY: the new block is as large, and gets as many entries and all slots.
            unsafe {
                let Some(new) = NonNull::new(std::alloc::alloc(block)) else {
                    std::alloc::handle_alloc_error(block)
                };
                let old = std::mem::replace(
                    to,
                    Table {
                        entries: new.cast(),
                        slots: new.add(slots),
                        keys_version: to.keys_version,
                        ..*self
                    },
                );
                drop(old);
                for (index, entry) in self.entries().iter().enumerate() {
                    to.entries.add(index).write(entry.clone());
                }
                to.slots.copy_from_nonoverlapping(self.slots, block.size() - slots);
            }
            return;
        }
        to.resize((self.used as usize * 3).div_ceil(2));
        for entry in self.entries() {
            if let (Some(key), Some(value)) = (&entry.key, &entry.value) {
                to.insert_new(entry.hash, key.clone(), value.clone());
            }
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        if self.bits > 0 {
            // SAFETY: the entries are dropped once, and the block was allocated with this layout.
            unsafe {
                std::ptr::drop_in_place(self.entries_mut());
                std::alloc::dealloc(self.entries.as_ptr().cast(), layout(self.bits).0);
            }
        }
    }
}
