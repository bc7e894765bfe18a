//! Checks that a compiled pattern keeps to the format that `re._compiler` writes, so that the engine can trust it.

use minipy_vm::{PyResult, stack};
use rustpython_sre_engine::{SreAtCode, SreCatCode, SreOpcode};
use std::ops::Range;

struct Validator<'a> {
    code: &'a [u32],
    groups: usize,
}

/// `None`: the code is invalid.
type Checked<T> = Option<T>;

/// Whether `code` is a valid pattern with this many groups.
pub fn is_valid(code: &[u32], groups: usize) -> PyResult<bool> {
    let validator = Validator { code, groups };
    if groups > i32::MAX as usize / 2 || code.last() != Some(&(SreOpcode::SUCCESS as u32)) {
        return Ok(false);
    }
    Ok(validator.block(0..code.len() - 1)?.is_some())
}

impl Validator<'_> {
    fn word(&self, at: usize, range: &Range<usize>) -> Checked<usize> {
        if range.contains(&at) { self.code.get(at).map(|w| *w as usize) } else { None }
    }

    fn opcode(&self, at: usize, range: &Range<usize>) -> Checked<SreOpcode> {
        SreOpcode::try_from(u32::try_from(self.word(at, range)?).ok()?).ok()
    }

    /// The target of the jump whose offset stands at `at`.
    fn target(&self, at: usize, range: &Range<usize>) -> Checked<usize> {
        let target = at.checked_add(self.word(at, range)?)?;
        (target > at && target <= range.end).then_some(target)
    }

    /// A character set up to its FAILURE, which must end the range.
    fn charset(&self, range: Range<usize>) -> Checked<()> {
        let mut at = range.start;
        loop {
            let opcode = self.opcode(at, &range)?;
            at += match opcode {
                SreOpcode::FAILURE => return (at + 1 == range.end).then_some(()),
                SreOpcode::NEGATE => 1,
                SreOpcode::LITERAL => 2,
                SreOpcode::RANGE | SreOpcode::RANGE_UNI_IGNORE => 3,
                SreOpcode::CHARSET => 1 + 8,
                SreOpcode::BIGCHARSET => {
                    let blocks = self.word(at + 1, &range)?;
                    let table = self.code.get(at + 2..at + 2 + 64)?;
                    if table.iter().flat_map(|w| w.to_ne_bytes()).any(|block| usize::from(block) >= blocks) {
                        return None;
                    }
                    2 + 64 + blocks.checked_mul(8)?
                }
                SreOpcode::CATEGORY => {
                    self.category(at + 1, &range)?;
                    2
                }
                _ => return None,
            };
            if at >= range.end {
                return None;
            }
        }
    }

    fn category(&self, at: usize, range: &Range<usize>) -> Checked<()> {
        SreCatCode::try_from(self.word(at, range)? as u32).ok().map(|_| ())
    }

    /// The INFO block in `range`, from its flags on.
    fn info(&self, range: Range<usize>) -> Checked<()> {
        let flags = self.word(range.start, &range)?;
        let start = range.start + 3;
        if start > range.end || flags & !7 != 0 || (flags & 1 != 0 && flags & 4 != 0) {
            return None;
        }
        if flags & 1 != 0 {
            let len = self.word(start, &range)?;
            let skip = self.word(start + 1, &range)?;
            let table = start.checked_add(2)?.checked_add(len)?;
            let overlap = self.code.get(table..table.checked_add(len)?)?;
            let fits = table + len == range.end && len > 0 && skip <= len;
            return (fits && overlap.iter().all(|&n| (n as usize) < len)).then_some(());
        }
        if flags & 4 != 0 {
            return self.charset(start..range.end);
        }
        (flags & 2 == 0 && start == range.end).then_some(())
    }

    /// The code in `range`, in nested blocks too.
    fn block(&self, range: Range<usize>) -> PyResult<Checked<()>> {
        let _guard = stack::enter(" while checking a regular expression")?;
        let mut at = range.start;
        while at < range.end {
            match self.step(at, &range)? {
                Some(next) if next > at && next <= range.end => at = next,
                _ => return Ok(None),
            }
        }
        Ok(Some(()))
    }

    /// A block that must end with `last`.
    fn closed(&self, range: Range<usize>, last: &[SreOpcode]) -> PyResult<bool> {
        let Some(end) = range.end.checked_sub(1).filter(|&end| end >= range.start) else { return Ok(false) };
        match self.opcode(end, &range) {
            Some(opcode) if last.contains(&opcode) => Ok(self.block(range.start..end)?.is_some()),
            _ => Ok(false),
        }
    }

    /// Checks the instruction at `at`; gives the place of the next one.
    fn step(&self, at: usize, range: &Range<usize>) -> PyResult<Checked<usize>> {
        use SreOpcode::*;
        let Some(opcode) = self.opcode(at, range) else { return Ok(None) };
        let arg = self.word(at + 1, range);
        let target = self.target(at + 1, range);
        Ok(match opcode {
            SUCCESS | FAILURE | ANY | ANY_ALL => Some(at + 1),
            MARK => arg.filter(|&n| n < 2 * self.groups).map(|_| at + 2),
            LITERAL
            | NOT_LITERAL
            | LITERAL_IGNORE
            | NOT_LITERAL_IGNORE
            | LITERAL_LOC_IGNORE
            | NOT_LITERAL_LOC_IGNORE
            | LITERAL_UNI_IGNORE
            | NOT_LITERAL_UNI_IGNORE => arg.map(|_| at + 2),
            AT => arg.and_then(|n| SreAtCode::try_from(n as u32).ok()).map(|_| at + 2),
            CATEGORY => self.category(at + 1, range).map(|()| at + 2),
            GROUPREF | GROUPREF_IGNORE | GROUPREF_UNI_IGNORE | GROUPREF_LOC_IGNORE => {
                arg.filter(|&n| n < self.groups).map(|_| at + 2)
            }
            IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => {
                target.filter(|&end| self.charset(at + 2..end).is_some())
            }
            INFO => target.filter(|&end| self.info(at + 2..end).is_some()),
            BRANCH => self.branch(at + 1, range)?,
            REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE => {
                self.repeat(at, range, target, &[SUCCESS])?
            }
            REPEAT => match self.repeat(at, range, target, &[])? {
                Some(end) => match self.opcode(end, range) {
                    Some(MAX_UNTIL | MIN_UNTIL) => Some(end + 1),
                    _ => None,
                },
                None => None,
            },
            POSSESSIVE_REPEAT => match self.repeat(at, range, target, &[])? {
                Some(end) if self.opcode(end, range) == Some(SUCCESS) => Some(end + 1),
                _ => None,
            },
            ATOMIC_GROUP => match target {
                Some(end) if self.closed(at + 2..end, &[SUCCESS])? => Some(end),
                _ => None,
            },
            ASSERT | ASSERT_NOT => match target {
                Some(end)
                    if self.word(at + 2, range).is_some_and(|back| back >> 31 == 0)
                        && end > at + 3
                        && self.closed(at + 3..end, &[SUCCESS])? =>
                {
                    Some(end)
                }
                _ => None,
            },
            // The offset counts from the group's number.
            GROUPREF_EXISTS => match arg
                .filter(|&n| n < self.groups)
                .and(self.word(at + 2, range))
                .map(|skip| at + 1 + skip)
                .filter(|&end| end > at + 2 && end <= range.end)
            {
                Some(end) => self.conditional(at + 3, end, range)?,
                None => None,
            },
            _ => None,
        })
    }

    /// A repeat at `at`: offset, least, most, item. Gives the end of the item.
    fn repeat(
        &self,
        at: usize,
        range: &Range<usize>,
        target: Checked<usize>,
        last: &[SreOpcode],
    ) -> PyResult<Checked<usize>> {
        let (Some(end), Some(least), Some(most)) =
            (target, self.word(at + 2, range), self.word(at + 3, range))
        else {
            return Ok(None);
        };
        if least > most || end < at + 4 {
            return Ok(None);
        }
        let valid = if last.is_empty() {
            self.block(at + 4..end)?.is_some()
        } else {
            self.closed(at + 4..end, last)?
        };
        Ok(valid.then_some(end))
    }

    /// The alternatives of a BRANCH: each with an offset before and a jump to a common end behind; a zero closes them.
    fn branch(&self, mut at: usize, range: &Range<usize>) -> PyResult<Checked<usize>> {
        let mut common = None;
        loop {
            if self.word(at, range) == Some(0) {
                // The jumps lead behind the closing zero.
                return Ok(common.filter(|&end| end == at + 1));
            }
            let Some(next) = self.target(at, range).filter(|&next| next >= at + 3) else { return Ok(None) };
            let jump = next - 2;
            if self.opcode(jump, range) != Some(SreOpcode::JUMP) {
                return Ok(None);
            }
            let Some(end) = self.target(jump + 1, range) else { return Ok(None) };
            if *common.get_or_insert(end) != end || self.block(at + 1..jump)?.is_none() {
                return Ok(None);
            }
            at = next;
        }
    }

    /// Both arms of a conditional; the first may end with a jump over the second.
    fn conditional(&self, start: usize, end: usize, range: &Range<usize>) -> PyResult<Checked<usize>> {
        let jump = end.wrapping_sub(2);
        if jump >= start
            && end >= 2
            && self.opcode(jump, range) == Some(SreOpcode::JUMP)
            && let Some(after) = self.target(jump + 1, range)
            && after >= end
            && self.block(start..jump)?.is_some()
        {
            return Ok(self.block(end..after)?.map(|()| after));
        }
        if end < start {
            return Ok(None);
        }
        Ok(self.block(start..end)?.map(|()| end))
    }
}
