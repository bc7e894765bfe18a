//! Finding the places where a match may begin.

use crate::exec::{Machine, Stop};
use crate::program::Start;
use crate::unit::Unit;

impl<U: Unit> Machine<'_, U> {
    /// The first match that begins at `from` or behind it: its start and end.
    pub fn search(&mut self, from: usize) -> Result<Option<(usize, usize)>, Stop> {
        let program = self.program;
        let Some(latest) = self.text.len().checked_sub(program.min_width) else { return Ok(None) };
        let (entry, known) = match program.known_prefix {
            0 => (0, 0),
            known => (1, known),
        };
        let mut from = from;
        while let Some(start) = self.candidate(from).filter(|&start| start <= latest) {
            if program.only_prefix {
                return Ok(Some((start, start + program.min_width)));
            }
            self.lose_patience(1)?;
            self.run_end = start;
            if let Some(end) = self.run(entry, start + known)? {
                return Ok(Some((start, end)));
            }
            self.reset();
            // A run that has failed fails from its other characters on, too.
            from = self.run_end.max(start) + 1;
        }
        Ok(None)
    }

    /// The first place from `from` on where a match may begin.
    #[inline(always)]
    fn candidate(&self, from: usize) -> Option<usize> {
        let rest = self.text.get(from..)?;
        let offset = match &self.program.start {
            Start::Anywhere => 0,
            Start::Text if from == 0 => 0,
            Start::Text => return None,
            Start::Line if from == 0 => 0,
            Start::Line => {
                let line_feed = U::of(0x0a)?;
                if self.text[from - 1] == line_feed { 0 } else { U::find(rest, line_feed)? + 1 }
            }
            Start::Char(c, prefix) => {
                let c = U::of(*c)?;
                let mut offset = 0;
                loop {
                    offset += U::find(rest.get(offset..)?, c)?;
                    if prefix.fits(&rest[offset..]) {
                        break offset;
                    }
                    offset += 1;
                }
            }
            Start::Literal(needle) => U::find_str(rest, needle)?,
            Start::Prefix(prefix) => prefix.find(rest)?,
            Start::Filter(filter) => match rest.iter().position(|&u| filter.admits(Some(u.into()))) {
                Some(offset) => offset,
                None if filter.end => rest.len(),
                None => return None,
            },
        };
        Some(from + offset)
    }
}
