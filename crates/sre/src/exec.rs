//! Running a program at one place of the text: backtracking over a stack of plain data.

use crate::code::{At, Category};
use crate::program::{BRANCH_WIDTH, Next, Op, Pc, Program, Run};
use crate::set::{Fold, Host};
use crate::tree::Test;
use crate::unit::Unit;

/// "Nowhere", as a place in the text.
const NOWHERE: usize = usize::MAX;

/// Steps between two looks at what is pending.
const PATIENCE: usize = 1 << 14;

/// Characters that a run takes in a step, as a power of two.
const STRIDE: u32 = 4;

/// Memory beyond this many bytes is given back after a match.
const KEPT: usize = 1 << 20;

/// Why a match was given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The host said so.
    Interrupted,
    OutOfMemory,
}

/// Where a match has to begin and to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// It begins at `start`.
    Match,
    /// It begins at `start` and ends at the end of the text.
    FullMatch,
    /// It begins at `start` or behind it.
    Search,
}

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub mode: Mode,
    /// What comes before is seen by lookbehinds, `^` and `\b` only.
    pub start: usize,
    /// Where the text ends for the match; not beyond its real end. Even behind it something empty may match.
    pub end: usize,
    /// Whether an empty match at `start` does not count.
    pub must_advance: bool,
}

/// A way not taken yet. Kept small: a repeat over a long text pushes one for each iteration.
#[derive(Clone, Copy)]
struct Choice {
    position: usize,
    /// The last place of a run, or the alternatives that are left.
    limit: usize,
    /// The height of the trail when the choice was made.
    trail: usize,
    pc: Pc,
    kind: Kind,
}

const _: () = assert!(BRANCH_WIDTH <= usize::BITS as usize && size_of::<Choice>() == 32);

#[derive(Clone, Copy)]
enum Kind {
    /// Go on at `pc`.
    Resume,
    /// Give back a character of the run at `pc`, down to `limit`.
    Shorter,
    /// Take another character for the run at `pc`, up to `limit`.
    Longer,
    /// Take another alternative of the branch at `pc`.
    Alternative,
    /// Enter the body of the lazy loop at `pc`.
    Iterate,
}

/// A value to restore: of a mark, or, with numbers behind those of the marks, of a loop.
struct Undo {
    old: usize,
    slot: u32,
    /// The last group with a mark, the count with a loop.
    extra: u32,
}

#[derive(Clone, Copy)]
struct LoopState {
    /// Where the latest iteration beyond the least number began.
    last: usize,
    count: u32,
}

/// What an atomic group or a lookaround goes back to.
#[derive(Clone, Copy)]
struct Frame {
    /// The height of the stack of choices.
    choices: usize,
    position: usize,
}

/// The memory of matches, and where the latest one was found. May serve any number of programs in turn.
#[derive(Default)]
pub struct Memory {
    choices: Vec<Choice>,
    trail: Vec<Undo>,
    /// Start and end of each group.
    marks: Vec<usize>,
    loops: Vec<LoopState>,
    frames: Vec<Frame>,
    last_group: u32,
    span: (usize, usize),
}

impl Memory {
    /// As a mark: not set.
    pub const ABSENT: usize = NOWHERE;

    pub fn new() -> Memory {
        Memory::default()
    }

    /// Looks for a match in `text`. What was found is told by the other methods.
    pub fn find<U: Unit>(
        &mut self,
        program: &Program,
        text: &[U],
        request: Request,
        host: &dyn Host,
    ) -> Result<bool, Stop> {
        self.prepare(program)?;
        let refused_end = if request.must_advance { request.start } else { NOWHERE };
        let full = request.mode == Mode::FullMatch;
        let mut machine = Machine {
            program,
            text: &text[..request.end.min(text.len())],
            whole: text,
            memory: self,
            host,
            full,
            refused_end,
            patience: PATIENCE,
            run_end: NOWHERE,
        };
        let found = match request.mode {
            Mode::Search => machine.search(request.start),
            _ => Ok(machine.run(0, request.start)?.map(|end| (request.start, end))),
        };
        self.tidy();
        Ok(match found? {
            Some(span) => {
                self.span = span;
                true
            }
            None => false,
        })
    }

    fn prepare(&mut self, program: &Program) -> Result<(), Stop> {
        let marks = 2 * program.groups;
        self.marks.clear();
        self.marks.try_reserve(marks).map_err(|_| Stop::OutOfMemory)?;
        self.marks.resize(marks, NOWHERE);
        self.last_group = 0;
        self.loops.resize(program.loops.len(), LoopState { last: NOWHERE, count: 0 });
        self.frames.resize(program.frames, Frame { choices: 0, position: 0 });
        self.choices.clear();
        self.trail.clear();
        Ok(())
    }

    fn tidy(&mut self) {
        if self.choices.capacity() * size_of::<Choice>() > KEPT {
            self.choices = Vec::new();
        }
        if self.trail.capacity() * size_of::<Undo>() > KEPT {
            self.trail = Vec::new();
        }
    }

    /// Start and end of the match.
    pub fn span(&self) -> (usize, usize) {
        self.span
    }

    /// Start and end of each group; of one that took no part [`Memory::ABSENT`] stands for at least one of them.
    pub fn marks(&self) -> &[usize] {
        &self.marks
    }

    /// Start and end of a group, counted from 0; `None` if it took no part.
    pub fn group(&self, group: usize) -> Option<(usize, usize)> {
        Memory::span_of(&self.marks, group)
    }

    /// As [`Memory::group`], for a copy of the marks.
    pub fn span_of(marks: &[usize], group: usize) -> Option<(usize, usize)> {
        match marks.get(2 * group..2 * group + 2) {
            Some(&[start, end]) if start != Memory::ABSENT && end != Memory::ABSENT => Some((start, end)),
            _ => None,
        }
    }

    /// The number of the group that was closed last, from 1; 0 if there is none.
    pub fn last_group(&self) -> usize {
        self.last_group as usize
    }
}

/// A program at work on a text.
pub struct Machine<'a, U> {
    pub program: &'a Program,
    /// The text up to where it ends for the match.
    pub text: &'a [U],
    /// All of the text.
    whole: &'a [U],
    memory: &'a mut Memory,
    host: &'a dyn Host,
    full: bool,
    /// A place where no match may end.
    pub refused_end: usize,
    patience: usize,
    /// Where the leading run of the latest attempt ended.
    pub run_end: usize,
}

impl<U: Unit> Machine<'_, U> {
    #[inline(always)]
    fn at(&self, position: usize) -> Option<u32> {
        self.text.get(position).map(|&unit| unit.into())
    }

    /// Whether what comes at `position` may begin something.
    #[inline(always)]
    fn admits(&self, next: Next, position: usize) -> bool {
        match next {
            Next::Anything => true,
            Next::Char(c) => self.at(position) == Some(u32::from(c)),
            Next::Filter(filter) => self.program.filters[filter as usize].admits(self.at(position)),
        }
    }

    #[inline(always)]
    fn test(&self, test: Test, c: u32) -> bool {
        match test {
            Test::Char(wanted) => c == wanted,
            Test::NotChar(other) => c != other,
            Test::Any => c != 0x0a,
            Test::AnyAll => true,
            Test::Never => false,
            Test::Set(set) => self.program.sets[set as usize].contains(c),
            Test::Locale(test) => self.program.locale_tests[test as usize].contains(self.host, c),
        }
    }

    /// Where the characters from `from` on that pass the test end, at `limit` at the latest.
    #[inline(always)]
    fn end_of_run(&self, test: Test, from: usize, limit: usize) -> usize {
        let Some(text) = self.text.get(from..limit) else { return from };
        let until = |end: Option<usize>| end.map_or(limit, |end| from + end);
        match test {
            Test::Char(c) => until(text.iter().position(|&u| u.into() != c)),
            Test::NotChar(c) => until(U::of(c).and_then(|c| U::find(text, c))),
            Test::Any => until(U::of(0x0a).and_then(|c| U::find(text, c))),
            Test::AnyAll => limit,
            Test::Never => from,
            Test::Set(set) => {
                let set = &self.program.sets[set as usize];
                until(text.iter().position(|&u| !set.contains(u.into())))
            }
            Test::Locale(_) => until(text.iter().position(|&u| !self.test(test, u.into()))),
        }
    }

    /// The last place from `low` to `high` where something may come.
    #[inline(always)]
    fn last_admitted(&self, next: Next, low: usize, high: usize) -> Option<usize> {
        match next {
            Next::Anything => Some(high),
            Next::Char(c) => {
                let end = self.text.len().min(high + 1);
                let text = self.text.get(low..end)?;
                U::of(u32::from(c)).and_then(|c| U::rfind(text, c)).map(|at| low + at)
            }
            Next::Filter(filter) => {
                let filter = &self.program.filters[filter as usize];
                (low..=high).rev().find(|&at| filter.admits(self.at(at)))
            }
        }
    }

    /// The first place from `from` to `limit` where something may come, if all characters before it pass the test.
    #[inline(always)]
    fn first_admitted(&self, test: Test, next: Next, from: usize, limit: usize) -> Option<usize> {
        if let Next::Char(c) = next
            && let Some(wanted) = U::of(u32::from(c))
        {
            let end = self.text.len().min(limit + 1);
            let stop = match test {
                Test::AnyAll => Some(wanted),
                Test::Any => U::of(0x0a),
                Test::NotChar(c) => U::of(c),
                _ => None,
            };
            if let Some(stop) = stop {
                let text = self.text.get(from..end)?;
                return U::find2(text, wanted, stop).filter(|&at| text[at] == wanted).map(|at| from + at);
            }
        }
        let mut position = from;
        loop {
            if self.admits(next, position) {
                return Some(position);
            }
            if position >= limit || !self.at(position).is_some_and(|c| self.test(test, c)) {
                return None;
            }
            position += 1;
        }
    }

    /// The character before `position`, also behind the end of the text.
    #[inline(always)]
    fn before(&self, position: usize) -> Option<u32> {
        Some((*self.whole.get(position.checked_sub(1)?)?).into())
    }

    fn is_boundary(&self, position: usize, category: Category) -> bool {
        let is_word = |c: Option<u32>| c.is_some_and(|c| category.contains(self.host, c));
        is_word(self.before(position)) != is_word(self.at(position))
    }

    #[inline(always)]
    fn holds(&self, at: At, position: usize) -> bool {
        let is_line_feed = |position: usize| self.at(position) == Some(0x0a);
        match at {
            At::Beginning | At::BeginningString => position == 0,
            At::BeginningLine => position == 0 || self.before(position) == Some(0x0a),
            At::End => {
                position == self.text.len() || (position + 1 == self.text.len() && is_line_feed(position))
            }
            At::EndLine => position == self.text.len() || is_line_feed(position),
            At::EndString => position == self.text.len(),
            At::Boundary => self.is_boundary(position, Category::Word),
            At::NonBoundary => !self.is_boundary(position, Category::Word),
            At::LocBoundary => self.is_boundary(position, Category::LocWord),
            At::LocNonBoundary => !self.is_boundary(position, Category::LocWord),
            At::UniBoundary => self.is_boundary(position, Category::UniWord),
            At::UniNonBoundary => !self.is_boundary(position, Category::UniWord),
        }
    }

    fn group(&self, group: u32) -> Option<(usize, usize)> {
        self.memory.group(group as usize).filter(|(start, end)| start <= end)
    }

    /// Where the text of a group that comes again at `position` ends.
    fn again(&self, group: u32, fold: Fold, position: usize) -> Option<usize> {
        let (start, end) = self.group(group)?;
        if start == end {
            return Some(position);
        }
        let old = self.text.get(start..end)?;
        let new = self.text.get(position..position.checked_add(old.len())?)?;
        let same = match fold {
            Fold::None => old == new,
            _ => old.iter().zip(new).all(|(&a, &b)| {
                let fold = |unit: U| fold.apply(self.host, unit.into());
                a == b || fold(a) == fold(b)
            }),
        };
        same.then_some(position + old.len())
    }

    #[inline(always)]
    fn push(&mut self, pc: Pc, kind: Kind, position: usize, limit: usize) -> Result<(), Stop> {
        let trail = self.memory.trail.len();
        let choices = &mut self.memory.choices;
        if choices.len() == choices.capacity() {
            choices.try_reserve(64).map_err(|_| Stop::OutOfMemory)?;
        }
        choices.push(Choice { position, limit, trail, pc, kind });
        Ok(())
    }

    #[inline(always)]
    fn remember(&mut self, slot: u32, old: usize, extra: u32) -> Result<(), Stop> {
        // Without a choice there is nothing to go back to.
        if self.memory.choices.is_empty() {
            return Ok(());
        }
        let trail = &mut self.memory.trail;
        if trail.len() == trail.capacity() {
            trail.try_reserve(64).map_err(|_| Stop::OutOfMemory)?;
        }
        trail.push(Undo { old, slot, extra });
        Ok(())
    }

    fn set_loop(&mut self, number: u32, state: LoopState) -> Result<(), Stop> {
        let old = self.memory.loops[number as usize];
        self.remember(self.memory.marks.len() as u32 + number, old.last, old.count)?;
        self.memory.loops[number as usize] = state;
        Ok(())
    }

    #[inline(always)]
    fn undo(&mut self, height: usize) {
        let memory = &mut *self.memory;
        while memory.trail.len() > height {
            let Some(Undo { old, slot, extra }) = memory.trail.pop() else { return };
            match memory.marks.get_mut(slot as usize) {
                Some(mark) => {
                    *mark = old;
                    memory.last_group = extra;
                }
                None => {
                    let number = slot as usize - memory.marks.len();
                    memory.loops[number] = LoopState { last: old, count: extra };
                }
            }
        }
    }

    #[inline(always)]
    pub fn lose_patience(&mut self, steps: usize) -> Result<(), Stop> {
        match self.patience.checked_sub(steps) {
            Some(rest) => self.patience = rest,
            None => {
                self.patience = PATIENCE;
                if self.host.interrupted() {
                    return Err(Stop::Interrupted);
                }
            }
        }
        Ok(())
    }

    /// Forgets what an attempt that failed has left.
    pub fn reset(&mut self) {
        let memory = &mut *self.memory;
        memory.marks.fill(NOWHERE);
        memory.last_group = 0;
        memory.trail.clear();
    }

    /// Runs the program from `pc` at `position`; gives the end of the match.
    pub fn run(&mut self, pc: Pc, position: usize) -> Result<Option<usize>, Stop> {
        let program = self.program;
        let (mut pc, mut position) = (pc, position);
        'step: loop {
            // What breaks out of this block goes back to the latest choice.
            'fail: {
                match program.ops[pc as usize] {
                    Op::Char(c) => {
                        if self.at(position) != Some(c) {
                            break 'fail;
                        }
                        position += 1;
                        pc += 1;
                    }
                    Op::Set(set) => {
                        let set = &program.sets[set as usize];
                        if !self.at(position).is_some_and(|c| set.contains(c)) {
                            break 'fail;
                        }
                        position += 1;
                        pc += 1;
                    }
                    Op::Test(test) => {
                        if !self.at(position).is_some_and(|c| self.test(test, c)) {
                            break 'fail;
                        }
                        position += 1;
                        pc += 1;
                    }
                    Op::Literal(number) => {
                        let literal = &program.literals[number as usize];
                        if !self.text.get(position..).is_some_and(|text| U::starts_with(text, literal)) {
                            break 'fail;
                        }
                        position += literal.chars.len();
                        pc += 1;
                    }
                    Op::At(at) => {
                        if !self.holds(at, position) {
                            break 'fail;
                        }
                        pc += 1;
                    }
                    Op::Mark(mark) => {
                        let old = self.memory.marks[mark as usize];
                        self.remember(mark, old, self.memory.last_group)?;
                        self.memory.marks[mark as usize] = position;
                        if mark & 1 != 0 {
                            self.memory.last_group = mark / 2 + 1;
                        }
                        pc += 1;
                    }
                    Op::GroupRef(group, fold) => {
                        let Some(end) = self.again(group, fold, position) else { break 'fail };
                        position = end;
                        pc += 1;
                    }
                    Op::Conditional { group, no } => {
                        pc = if self.group(group).is_some() { pc + 1 } else { no };
                    }
                    Op::Jump(target) => pc = target,
                    Op::Branch(number) => {
                        let branch = &program.branches[number as usize];
                        let mut ways = match self.at(position) {
                            Some(c) if c < 256 => branch.masks[usize::from(branch.classes[c as usize])],
                            Some(_) => branch.wide,
                            None => branch.end,
                        };
                        if ways == 0 {
                            break 'fail;
                        }
                        let first = ways.trailing_zeros();
                        ways &= ways - 1;
                        if ways != 0 {
                            self.push(number, Kind::Alternative, position, ways as usize)?;
                        }
                        pc = branch.targets[first as usize];
                    }
                    Op::Split(number) => {
                        self.lose_patience(1)?;
                        let split = &program.splits[number as usize];
                        let (first, second) = (split.first, split.second);
                        let second_admits = self.admits(second.1, position);
                        if !self.admits(first.1, position) {
                            if !second_admits {
                                break 'fail;
                            }
                            pc = second.0;
                        } else {
                            if second_admits {
                                self.push(second.0, Kind::Resume, position, 0)?;
                            }
                            pc = first.0;
                        }
                    }
                    Op::Greedy(number) => {
                        let run = &program.runs[number as usize];
                        let Some((low, end)) = self.longest_run(run, position)? else { break 'fail };
                        let Some(at) = self.last_admitted(run.next, low, end) else { break 'fail };
                        if at > low {
                            self.push(pc, Kind::Shorter, at, low)?;
                        }
                        position = at;
                        pc += 1;
                    }
                    Op::Possessive(number) => {
                        let run = &program.runs[number as usize];
                        let Some((_, end)) = self.longest_run(run, position)? else { break 'fail };
                        position = end;
                        pc += 1;
                    }
                    Op::Lazy(number) => {
                        let run = &program.runs[number as usize];
                        let Some((low, limit)) = self.bounds(position, run.min, run.max) else { break 'fail };
                        if self.end_of_run(run.test, position, low) < low {
                            break 'fail;
                        }
                        let Some(at) = self.first_admitted(run.test, run.next, low, limit) else {
                            break 'fail;
                        };
                        self.lose_patience((at - position) >> STRIDE)?;
                        if at < limit {
                            self.push(pc, Kind::Longer, at, limit)?;
                        }
                        position = at;
                        pc += 1;
                    }
                    Op::LoopStart(number) => {
                        self.set_loop(number, LoopState { last: NOWHERE, count: 0 })?;
                        pc += 1;
                    }
                    Op::Loop(number) => {
                        self.lose_patience(1)?;
                        let data = &program.loops[number as usize];
                        let state = self.memory.loops[number as usize];
                        if state.count < data.min {
                            self.set_loop(number, LoopState { count: state.count + 1, ..state })?;
                            pc = data.body.0;
                            continue 'step;
                        }
                        let more = (state.count < data.max || data.max == crate::MAXREPEAT)
                            && position != state.last
                            && self.admits(data.body.1, position);
                        let exit = self.admits(data.exit.1, position);
                        if more && exit {
                            if data.lazy {
                                self.push(pc, Kind::Iterate, position, 0)?;
                            } else {
                                self.push(data.exit.0, Kind::Resume, position, 0)?;
                            }
                        }
                        if more && !(data.lazy && exit) {
                            let count = state.count.saturating_add(1);
                            self.set_loop(number, LoopState { last: position, count })?;
                            pc = data.body.0;
                        } else if exit {
                            pc = data.exit.0;
                        } else {
                            break 'fail;
                        }
                    }
                    // The iterations of a possessive loop cannot be gone back into, so its state needs no undoing.
                    Op::PossessiveStart(number) => {
                        self.memory.loops[number as usize] = LoopState { last: NOWHERE, count: 0 };
                        pc += 1;
                    }
                    Op::PossessiveLoop(number) => {
                        self.lose_patience(1)?;
                        let data = &program.loops[number as usize];
                        let state = self.memory.loops[number as usize];
                        let height = self.memory.choices.len();
                        let mut last = state.last;
                        pc = data.body.0;
                        if state.count >= data.min {
                            let full = state.count >= data.max && data.max != crate::MAXREPEAT;
                            if full || position == state.last {
                                pc = data.exit.0;
                                continue 'step;
                            }
                            self.push(data.exit.0, Kind::Resume, position, 0)?;
                            last = position;
                        }
                        self.memory.loops[number as usize] = LoopState { last, ..state };
                        self.memory.frames[data.frame as usize] = Frame { choices: height, position };
                    }
                    Op::PossessiveEnd(number) => {
                        let data = &program.loops[number as usize];
                        let frame = self.memory.frames[data.frame as usize];
                        self.memory.choices.truncate(frame.choices);
                        let state = &mut self.memory.loops[number as usize];
                        state.count = state.count.saturating_add(1);
                        // The loop's head is before its body.
                        pc = data.body.0 - 1;
                    }
                    Op::AtomicStart(frame) => {
                        let choices = self.memory.choices.len();
                        self.memory.frames[frame as usize] = Frame { choices, position };
                        pc += 1;
                    }
                    Op::AtomicEnd(frame) => {
                        let frame = self.memory.frames[frame as usize];
                        self.memory.choices.truncate(frame.choices);
                        pc += 1;
                    }
                    Op::LookStart { frame, back } => {
                        let Some(from) = position.checked_sub(back as usize) else { break 'fail };
                        let choices = self.memory.choices.len();
                        self.memory.frames[frame as usize] = Frame { choices, position };
                        position = from;
                        pc += 1;
                    }
                    Op::LookEnd(frame) => {
                        let frame = self.memory.frames[frame as usize];
                        self.memory.choices.truncate(frame.choices);
                        position = frame.position;
                        pc += 1;
                    }
                    Op::NegativeStart { frame, back, after } => {
                        let Some(from) = position.checked_sub(back as usize) else {
                            pc = after;
                            continue 'step;
                        };
                        let choices = self.memory.choices.len();
                        self.memory.frames[frame as usize] = Frame { choices, position };
                        self.push(after, Kind::Resume, position, 0)?;
                        position = from;
                        pc += 1;
                    }
                    Op::NegativeEnd(frame) => {
                        // What the body has changed is undone when an earlier choice is taken up.
                        let frame = self.memory.frames[frame as usize];
                        self.memory.choices.truncate(frame.choices);
                        break 'fail;
                    }
                    Op::Fail => break 'fail,
                    Op::Match => {
                        if (self.full && position != self.text.len()) || position == self.refused_end {
                            break 'fail;
                        }
                        self.memory.choices.clear();
                        return Ok(Some(position));
                    }
                }
                continue 'step;
            }
            match self.back()? {
                Some(place) => (pc, position) = place,
                None => return Ok(None),
            }
        }
    }

    /// Where a run from `position` may end at the earliest and at the latest.
    #[inline(always)]
    fn bounds(&self, position: usize, min: u32, max: u32) -> Option<(usize, usize)> {
        // Behind the end not even a run of no characters matches.
        let rest = self.text.len().checked_sub(position)?;
        if rest < min as usize {
            return None;
        }
        let max = if max == crate::MAXREPEAT { rest } else { rest.min(max as usize) };
        Some((position + min as usize, position + max))
    }

    /// The end of the shortest run from `position` that will do, and that of the longest one there is; `None` if that is too short.
    #[inline(always)]
    fn longest_run(&mut self, run: &Run, position: usize) -> Result<Option<(usize, usize)>, Stop> {
        let Some((low, limit)) = self.bounds(position, run.min, run.max) else { return Ok(None) };
        let end = self.end_of_run(run.test, position, limit);
        self.lose_patience((end - position) >> STRIDE)?;
        if run.leading {
            self.run_end = end;
        }
        Ok((end >= low).then_some((low, end)))
    }

    /// Takes up the latest choice: where to go on.
    #[inline(always)]
    fn back(&mut self) -> Result<Option<(Pc, usize)>, Stop> {
        self.lose_patience(1)?;
        let program = self.program;
        loop {
            let Some(&choice) = self.memory.choices.last() else { return Ok(None) };
            self.undo(choice.trail);
            match choice.kind {
                Kind::Resume => {
                    self.memory.choices.pop();
                    return Ok(Some((choice.pc, choice.position)));
                }
                Kind::Shorter => {
                    let Op::Greedy(number) = program.ops[choice.pc as usize] else { return Ok(None) };
                    let next = program.runs[number as usize].next;
                    let at = self.last_admitted(next, choice.limit, choice.position - 1);
                    match at {
                        Some(at) if at > choice.limit => self.replace(Choice { position: at, ..choice }),
                        _ => self.drop_choice(),
                    }
                    if let Some(at) = at {
                        return Ok(Some((choice.pc + 1, at)));
                    }
                }
                Kind::Longer => {
                    let Op::Lazy(number) = program.ops[choice.pc as usize] else { return Ok(None) };
                    let run = &program.runs[number as usize];
                    let at = match self.at(choice.position) {
                        Some(c) if self.test(run.test, c) => {
                            self.first_admitted(run.test, run.next, choice.position + 1, choice.limit)
                        }
                        _ => None,
                    };
                    match at {
                        Some(at) if at < choice.limit => self.replace(Choice { position: at, ..choice }),
                        _ => self.drop_choice(),
                    }
                    if let Some(at) = at {
                        return Ok(Some((choice.pc + 1, at)));
                    }
                }
                Kind::Alternative => {
                    let first = choice.limit.trailing_zeros();
                    let rest = choice.limit & (choice.limit - 1);
                    if rest == 0 {
                        self.drop_choice();
                    } else {
                        self.replace(Choice { limit: rest, ..choice });
                    }
                    let target = program.branches[choice.pc as usize].targets[first as usize];
                    return Ok(Some((target, choice.position)));
                }
                Kind::Iterate => {
                    self.drop_choice();
                    let Op::Loop(number) = program.ops[choice.pc as usize] else { return Ok(None) };
                    let count = self.memory.loops[number as usize].count.saturating_add(1);
                    self.set_loop(number, LoopState { last: choice.position, count })?;
                    return Ok(Some((choice.pc + 1, choice.position)));
                }
            }
        }
    }

    #[inline(always)]
    fn replace(&mut self, choice: Choice) {
        if let Some(last) = self.memory.choices.last_mut() {
            *last = choice;
        }
    }

    #[inline(always)]
    fn drop_choice(&mut self) {
        self.memory.choices.pop();
    }
}
