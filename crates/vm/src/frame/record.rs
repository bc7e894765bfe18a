//! The memory of activation records that are not on a data stack: a suspended generator's, or a frame object's after the call.

use super::{FRAME_WORDS, Frame};
use crate::heap::blocks;
use std::ptr::{self, NonNull};

/// Memory for one record. It owns nothing of what its words hold.
pub struct Record {
    words: NonNull<u64>,
    len: usize,
}

impl Record {
    /// A copy of a record's first `used` words, with room for `len` words in all; the others are left as they are.
    ///
    /// # Safety
    /// `frame` has `used` words, at least a header's, and `used <= len`. The caller holds the GIL.
    pub unsafe fn copied(frame: *const Frame, used: usize, len: usize) -> Record {
        debug_assert!(FRAME_WORDS <= used && used <= len);
        // SAFETY: the block has `len` words; `take` never gives null.
        unsafe {
            let words = blocks::take(len * 8) as *mut u64;
            ptr::copy_nonoverlapping(frame as *const u64, words, used);
            Record { words: NonNull::new_unchecked(words), len }
        }
    }

    pub fn frame(&self) -> *mut Frame {
        self.words.as_ptr() as *mut Frame
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        self.len * 8
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        // SAFETY: the block came from `take` with this size; whoever drops the record has no frame in it any more. Objects are
        // dropped under the GIL.
        unsafe { blocks::give_back(self.words.as_ptr() as *mut u8, self.len * 8) }
    }
}
