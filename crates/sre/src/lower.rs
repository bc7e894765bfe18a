//! From the tree to instructions.

use crate::code::At;
use crate::first::First;
use crate::program::{BRANCH_WIDTH, Branch, Filter, Loop, Next, Op, Pc, Prefix, Program, Run, Split, Start};
use crate::tree::{Greed, Node, Test, Tests, ends_early, looks_at_groups, min_width};
use crate::unit::{Literal, Needle};
use std::collections::HashMap;

struct Lowering {
    ops: Vec<Op>,
    tests: Tests,
    program: Program,
    known_filters: HashMap<First, u32>,
    /// What the end of the innermost block that matches on its own does.
    success: Op,
    /// Whether the next node is the first of the pattern that takes characters.
    leading: bool,
}

/// The program for a tree.
pub fn lower(nodes: &[Node], tests: Tests, groups: usize) -> Program {
    let mut lowering = Lowering {
        ops: Vec::new(),
        tests,
        program: Program::new_empty(Tests::default(), groups),
        known_filters: HashMap::new(),
        success: Op::Match,
        leading: !looks_at_groups(nodes),
    };
    lowering.sequence(nodes, First::ACCEPTED);
    lowering.ops.push(Op::Match);
    lowering.search(nodes);
    let Lowering { ops, tests, mut program, .. } = lowering;
    program.ops = ops.into();
    program.sets = tests.sets;
    program.locale_tests = tests.locale;
    program
}

fn is_unlimited(max: u32) -> bool {
    max == crate::MAXREPEAT
}

impl Lowering {
    fn pc(&self) -> Pc {
        self.ops.len() as Pc
    }

    fn next(&mut self, first: &First) -> Next {
        if first.is_anything() {
            return Next::Anything;
        }
        let mut chars = first.narrow_chars();
        if let (Some(only), None, true, false) =
            (chars.next(), chars.next(), first.wide.is_empty(), first.end)
        {
            return Next::Char(only);
        }
        let filters = &mut self.program.filters;
        let key = First { accepts: false, ..*first };
        Next::Filter(*self.known_filters.entry(key).or_insert_with(|| {
            filters.push(Filter::new(first));
            filters.len() as u32 - 1
        }))
    }

    /// `nodes`, behind which something comes that begins with `follow`.
    fn sequence(&mut self, nodes: &[Node], follow: First) {
        // What may come behind each node, from the last to the first.
        let mut follows = Vec::with_capacity(nodes.len());
        let mut behind = follow;
        for node in nodes.iter().rev() {
            follows.push(behind);
            behind = First::of_node(node, &behind, &self.tests);
        }
        let mut rest = nodes;
        while let [node, tail @ ..] = rest {
            let literal: Vec<u32> = rest
                .iter()
                .map_while(|node| match node {
                    Node::Test(Test::Char(c)) => Some(*c),
                    _ => None,
                })
                .collect();
            if literal.len() > 1 {
                self.leading = false;
                self.program.literals.push(Literal::new(&literal));
                self.ops.push(Op::Literal(self.program.literals.len() as u32 - 1));
                follows.truncate(follows.len() - literal.len());
                rest = &rest[literal.len()..];
                continue;
            }
            let follow = follows.pop().unwrap_or(First::ANYTHING);
            let leading = self.leading && matches!(node, Node::At(_) | Node::Mark(_));
            self.node(node, &follow);
            self.leading = leading;
            rest = tail;
        }
    }

    fn node(&mut self, node: &Node, follow: &First) {
        match node {
            Node::Test(test) => self.test(*test),
            Node::At(at) => self.ops.push(Op::At(*at)),
            Node::Mark(mark) => self.ops.push(Op::Mark(*mark)),
            Node::GroupRef { group, fold } => self.ops.push(Op::GroupRef(*group, *fold)),
            Node::Conditional { group, yes, no } => {
                let head = self.pc();
                self.ops.push(Op::Fail);
                self.sequence(yes, *follow);
                let jump = self.pc();
                if !no.is_empty() {
                    self.ops.push(Op::Fail);
                }
                let start = self.pc();
                self.ops[head as usize] = Op::Conditional { group: *group, no: start };
                if !no.is_empty() {
                    self.sequence(no, *follow);
                    self.ops[jump as usize] = Op::Jump(self.pc());
                }
            }
            Node::Branch(alternatives) => self.branch(alternatives, follow),
            Node::Repeat { greed, min, max, body } => match body.as_slice() {
                // Not even none of it matches behind the end, so that a run of nothing is kept.
                [Node::Test(test)] => self.run(*greed, *min, *max, *test, follow),
                [Node::Fail] => self.run(*greed, *min, *max, Test::Never, follow),
                _ if *max == 0 => {}
                _ if *greed == Greed::Possessive => self.possessive_loop(*min, *max, body),
                _ => self.repeat(*greed == Greed::Lazy, *min, *max, body, follow),
            },
            Node::Atomic(body) => {
                let frame = self.frame();
                self.ops.push(Op::AtomicStart(frame));
                self.closed(body, Op::AtomicEnd(frame));
            }
            Node::Look { negative: false, back, body } => {
                let frame = self.frame();
                self.ops.push(Op::LookStart { frame, back: *back });
                self.closed(body, Op::LookEnd(frame));
            }
            Node::Look { negative: true, back, body } => {
                let frame = self.frame();
                let head = self.pc();
                self.ops.push(Op::Fail);
                self.closed(body, Op::NegativeEnd(frame));
                self.ops[head as usize] = Op::NegativeStart { frame, back: *back, after: self.pc() };
            }
            Node::Fail => self.ops.push(Op::Fail),
            Node::Success => self.ops.push(self.success),
        }
    }

    fn test(&mut self, test: Test) {
        self.ops.push(match test {
            Test::Char(c) => Op::Char(c),
            Test::Set(set) => Op::Set(set),
            Test::Never => Op::Fail,
            _ => Op::Test(test),
        });
    }

    fn frame(&mut self) -> u32 {
        self.program.frames += 1;
        self.program.frames as u32 - 1
    }

    /// A block that matches on its own, whatever comes behind it.
    fn closed(&mut self, body: &[Node], end: Op) {
        self.leading = false;
        let outer = std::mem::replace(&mut self.success, end);
        self.sequence(body, First::ACCEPTED);
        self.success = outer;
        self.ops.push(end);
    }

    fn branch(&mut self, alternatives: &[Vec<Node>], follow: &First) {
        self.leading = false;
        let firsts: Vec<First> =
            alternatives.iter().map(|a| First::of_nodes(a, *follow, &self.tests)).collect();
        let mut jumps = Vec::new();
        let mut from = 0;
        loop {
            // Alternatives that do not fit are those of a further branch, which is the last alternative of this one.
            let fits = alternatives.len() - from <= BRANCH_WIDTH;
            let here = if fits { alternatives.len() - from } else { BRANCH_WIDTH - 1 };
            let mut local = firsts[from..from + here].to_vec();
            if !fits {
                local.push(firsts[from + here..].iter().fold(First::NOTHING, |all, first| all.union(first)));
            }
            let number = self.program.branches.len();
            self.program.branches.push(dispatch(&local));
            self.ops.push(Op::Branch(number as u32));
            let mut targets = Vec::with_capacity(local.len());
            for (index, alternative) in alternatives[from..from + here].iter().enumerate() {
                targets.push(self.pc());
                self.sequence(alternative, *follow);
                if from + index + 1 < alternatives.len() {
                    jumps.push(self.pc());
                    self.ops.push(Op::Fail);
                }
            }
            if !fits {
                targets.push(self.pc());
            }
            self.program.branches[number].targets = targets.into();
            from += here;
            if fits {
                break;
            }
        }
        let end = self.pc();
        for jump in jumps {
            self.ops[jump as usize] = Op::Jump(end);
        }
    }

    fn run(&mut self, greed: Greed, min: u32, max: u32, test: Test, follow: &First) {
        if (min, max) == (1, 1) {
            return self.test(test);
        }
        let leading = self.leading && is_unlimited(max);
        let number = self.program.runs.len() as u32;
        // If nothing within the run can begin what comes behind it, only the whole run will do.
        let whole = First::of_test(test, &self.tests).is_disjoint(follow);
        let accepts = follow.accepts && greed == Greed::Greedy;
        let op = match greed {
            _ if min == max || greed == Greed::Possessive || whole || accepts => Op::Possessive(number),
            Greed::Lazy => Op::Lazy(number),
            _ => Op::Greedy(number),
        };
        let next = if matches!(op, Op::Possessive(_)) { Next::Anything } else { self.next(follow) };
        let leading = leading && !matches!(op, Op::Lazy(_));
        self.program.runs.push(Run { test, min, max, next, leading });
        self.ops.push(op);
    }

    fn split(&mut self, at: Pc, first: (Pc, Next), second: (Pc, Next)) {
        self.program.splits.push(Split { first, second });
        self.ops[at as usize] = Op::Split(self.program.splits.len() as u32 - 1);
    }

    /// A repeat of more than a single character.
    fn repeat(&mut self, lazy: bool, min: u32, max: u32, body: &[Node], follow: &First) {
        self.leading = false;
        let body_first = First::of_nodes(body, *follow, &self.tests);
        let (body_next, exit_next) = (self.next(&body_first), self.next(follow));
        let order = |body, exit| if lazy { (exit, body) } else { (body, exit) };
        if (min, max) == (0, 1) {
            let head = self.pc();
            self.ops.push(Op::Fail);
            self.sequence(body, *follow);
            let (first, second) = order((head + 1, body_next), (self.pc(), exit_next));
            return self.split(head, first, second);
        }
        let behind = body_first.union(follow);
        let simple = is_unlimited(max) && min_width(body) > 0 && !ends_early(body);
        match (simple, min) {
            (true, 0) => {
                let head = self.pc();
                self.ops.push(Op::Fail);
                self.sequence(body, behind);
                self.ops.push(Op::Jump(head));
                let (first, second) = order((head + 1, body_next), (self.pc(), exit_next));
                self.split(head, first, second);
            }
            (true, 1) => {
                let start = self.pc();
                self.sequence(body, behind);
                let tail = self.pc();
                self.ops.push(Op::Fail);
                let (first, second) = order((start, body_next), (tail + 1, exit_next));
                self.split(tail, first, second);
            }
            _ => {
                let number = self.program.loops.len();
                self.ops.push(Op::LoopStart(number as u32));
                let head = self.pc();
                self.ops.push(Op::Loop(number as u32));
                let (body_place, exit) = ((head + 1, body_next), (0, exit_next));
                self.program.loops.push(Loop { min, max, lazy, body: body_place, exit, frame: 0 });
                self.sequence(body, behind);
                self.ops.push(Op::Jump(head));
                self.program.loops[number].exit.0 = self.pc();
            }
        }
    }

    fn possessive_loop(&mut self, min: u32, max: u32, body: &[Node]) {
        let number = self.program.loops.len();
        self.ops.push(Op::PossessiveStart(number as u32));
        let head = self.pc();
        self.ops.push(Op::PossessiveLoop(number as u32));
        let (body_place, exit) = ((head + 1, Next::Anything), (0, Next::Anything));
        let frame = self.frame();
        self.program.loops.push(Loop { min, max, lazy: false, body: body_place, exit, frame });
        self.closed(body, Op::PossessiveEnd(number as u32));
        self.program.loops[number].exit.0 = self.pc();
    }

    /// How to look for places where `nodes` may match.
    fn search(&mut self, nodes: &[Node]) {
        let program = &mut self.program;
        program.min_width = if ends_early(nodes) { 0 } else { min_width(nodes) };
        let mut prefix = Vec::new();
        let mut pure = true;
        for node in nodes {
            match node {
                Node::Test(Test::Char(c)) => prefix.push(*c),
                Node::Mark(_) => pure = false,
                Node::At(At::Beginning | At::BeginningString) if prefix.is_empty() => {
                    program.start = Start::Text;
                    return;
                }
                Node::At(At::BeginningLine) if prefix.is_empty() => {
                    program.start = Start::Line;
                    return;
                }
                _ => {
                    pure = false;
                    break;
                }
            }
        }
        if !prefix.is_empty() {
            let known = match self.ops.first() {
                Some(Op::Char(_)) => 1,
                Some(Op::Literal(number)) => program.literals[*number as usize].chars.len(),
                _ => 0,
            };
            program.known_prefix = known;
            program.only_prefix = pure;
            program.start = match prefix.as_slice() {
                [c] => Start::Char(*c, Prefix::new(&leading(nodes, &self.tests).0)),
                chars => Start::Literal(Box::new(Needle::new(chars))),
            };
            return;
        }
        let (chars, _) = leading(nodes, &self.tests);
        if chars.len() > 1 {
            program.start = Start::Prefix(Prefix::new(&chars));
            return;
        }
        let first = First::of_nodes(nodes, First::ANYTHING, &self.tests);
        if !first.is_anything() {
            program.start = Start::Filter(Filter::new(&first));
        }
    }
}

/// What the first characters of a match can be, up to as many as a [`Prefix`] looks at, and whether nothing else comes.
fn leading(nodes: &[Node], tests: &Tests) -> (Vec<First>, bool) {
    let mut chars = Vec::new();
    for node in nodes {
        if chars.len() >= Prefix::LONGEST {
            return (chars, false);
        }
        match node {
            Node::Test(test) => chars.push(First::of_test(*test, tests)),
            Node::At(_) | Node::Mark(_) | Node::Look { .. } => {}
            Node::Atomic(body) => {
                let (more, all) = leading(body, tests);
                chars.extend(more);
                if !all {
                    return (chars, false);
                }
            }
            Node::Branch(alternatives) => {
                let lists: Vec<_> = alternatives.iter().map(|a| leading(a, tests)).collect();
                let shortest = lists.iter().map(|(list, _)| list.len()).min().unwrap_or(0);
                chars.extend((0..shortest).map(|place| {
                    lists.iter().fold(First::NOTHING, |union, (list, _)| union.union(&list[place]))
                }));
                if !lists.iter().all(|(list, all)| *all && list.len() == shortest) {
                    return (chars, false);
                }
            }
            Node::Repeat { min, max, body, .. } => {
                let (once, all) = leading(body, tests);
                for _ in 0..(*min).min(Prefix::LONGEST as u32) {
                    chars.extend_from_slice(&once);
                    if !all {
                        break;
                    }
                }
                if !all || min != max {
                    return (chars, false);
                }
            }
            Node::GroupRef { .. } | Node::Conditional { .. } | Node::Fail | Node::Success => {
                return (chars, false);
            }
        }
    }
    (chars, true)
}

/// The table of a branch over alternatives that begin like this; its targets are yet to come.
fn dispatch(firsts: &[First]) -> Branch {
    let mask = |test: &dyn Fn(&First) -> bool| {
        firsts.iter().enumerate().fold(0u64, |mask, (i, first)| mask | u64::from(test(first)) << i)
    };
    let mut masks: Vec<u64> = Vec::new();
    let mut classes = Box::new([0; 256]);
    for (c, class) in (0..=255).zip(classes.iter_mut()) {
        let wanted = mask(&|first| first.has(c));
        let index = masks.iter().position(|&m| m == wanted).unwrap_or_else(|| {
            masks.push(wanted);
            masks.len() - 1
        });
        // There are at most 256 of them.
        *class = index as u8;
    }
    Branch {
        classes,
        masks: masks.into(),
        wide: mask(&|first| !first.wide.is_empty()),
        end: mask(&|first| first.end),
        targets: Box::default(),
    }
}
