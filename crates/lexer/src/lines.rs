//! Where the lines of a source begin.

/// The offsets of the first byte of each line.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<u32>,
    /// Whether a newline that is missing at the end of the source is supplied.
    supplies_newline: bool,
}

impl Lines {
    /// Finds the lines of `source`, whose line ends are all `\n`. A module gets a newline supplied that is missing at its end, an
    /// expression or interactive statement does not.
    pub fn new(source: &str, supplies_newline: bool) -> Self {
        let mut starts = Vec::with_capacity(source.len() / 32 + 1);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', source.as_bytes()).map(|at| at as u32 + 1));
        Lines { starts, supplies_newline }
    }

    /// The offset of each line's first byte. A source that ends with a newline has an empty last line here.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// The index, from 0, of the line that holds the byte at `at`.
    pub fn index_of(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= at).saturating_sub(1)
    }

    /// The offset of the first byte of the line with `index`.
    pub fn start_of(&self, index: usize) -> usize {
        self.starts.get(index).or(self.starts.last()).copied().unwrap_or(0) as usize
    }

    /// The offset behind the last byte of the line with `index`, its newline left out.
    pub fn end_of(&self, source: &str, index: usize) -> usize {
        match self.starts.get(index + 1) {
            Some(&next) => next as usize - 1,
            None => source.len(),
        }
    }

    /// The line with `index`, without its newline.
    pub fn text_of<'s>(&self, source: &'s str, index: usize) -> &'s str {
        source.get(self.start_of(index)..self.end_of(source, index)).unwrap_or("")
    }

    /// The line with `index`, with its newline if it has one or gets one.
    pub fn full_text_of(&self, source: &str, index: usize) -> String {
        let text = self.text_of(source, index);
        let ended = index + 1 < self.starts.len();
        let newline = if ended || (self.supplies_newline && !text.is_empty()) { "\n" } else { "" };
        format!("{text}{newline}")
    }

    /// Whether the source ends in a line without newline, and none is supplied.
    pub fn ends_open(&self, source: &str) -> bool {
        !self.supplies_newline && !source.is_empty() && !source.ends_with('\n')
    }

    /// The number of lines, when a missing newline at the end is supplied.
    pub fn count_with_newline(&self, source: &str) -> usize {
        let last = self.starts.last().copied().unwrap_or(0) as usize;
        if last == source.len() { self.starts.len() - 1 } else { self.starts.len() }
    }
}
