//! Operators and their operands: who binds tighter than whom.
//!
//! The grammar reads operators of several levels as one flat row. The nodes are made here while the row is read, by operator
//! precedence. An operand carries where it begins and ends, as brackets around it count for the node above it and leave no
//! other trace.

use super::*;

/// Where an operand begins, the operand, and where it ends.
pub type Operand<'a> = (Pos, &'a Expr<'a>, Pos);

/// Binary operators, from `|` to `*`, and their operands read so far.
#[derive(Debug)]
pub struct Operations<'a> {
    /// Left operands, where they begin, and their operators, which wait for the end of their right operands. Each binds
    /// tighter than the one before.
    waiting: Seq<'a, (Pos, &'a Expr<'a>, Operator)>,
    last: Operand<'a>,
}

/// How tight a binary operator binds; all of them group from the left.
fn precedence(op: Operator) -> u8 {
    match op {
        Operator::BitOr => 1,
        Operator::BitXor => 2,
        Operator::BitAnd => 3,
        Operator::LShift | Operator::RShift => 4,
        Operator::Add | Operator::Sub => 5,
        Operator::Mult | Operator::MatMult | Operator::Div | Operator::Mod | Operator::FloorDiv => 6,
        Operator::Pow => 7,
    }
}

/// Comparisons, `not`, `and` and `or`, and their operands read so far.
#[derive(Debug)]
pub struct Conditions<'a> {
    waiting: OpenConditions<'a>,
    last: Operand<'a>,
}

/// Conditions whose next operand is to come: what waits for it, each binding tighter than the one before.
pub type OpenConditions<'a> = Seq<'a, Condition<'a>>;

/// An operation that waits for more operands.
#[derive(Debug)]
pub enum Condition<'a> {
    /// Operands joined by `and` or `or`, and where they begin.
    Joined(Pos, BoolOp, Seq<'a, Expr<'a>>),
    /// `not`, and where it is.
    Not(Pos),
    /// A chain of comparisons, and where it begins.
    Compared(Pos, &'a Expr<'a>, Seq<'a, CmpOp>, Seq<'a, Expr<'a>>),
}

impl<'a> Builder<'a, '_> {
    /// `left op right` as the beginning of a row.
    pub fn operation(&self, left: Operand<'a>, op: Operator, right: Operand<'a>) -> Operations<'a> {
        Operations { waiting: self.seq([(left.0, left.1, op)]), last: right }
    }

    /// A row with one more operator and its right operand.
    pub fn operate(&self, mut row: Operations<'a>, op: Operator, right: Operand<'a>) -> Operations<'a> {
        let left = self.close_operations(&mut row, precedence(op));
        row.waiting.push((left.0, left.1, op));
        Operations { last: right, ..row }
    }

    /// The node of a row.
    pub fn operations(&self, mut row: Operations<'a>) -> &'a Expr<'a> {
        self.close_operations(&mut row, 0).1
    }

    /// Ends the operations that bind at least as tight as `tightness`; what they make is the left operand of the next.
    fn close_operations(&self, row: &mut Operations<'a>, tightness: u8) -> Operand<'a> {
        let (mut start, mut right, end) = row.last;
        while let Some((before, left, op)) = pop_if(&mut row.waiting, |last| precedence(last.2) >= tightness)
        {
            start = before;
            right = self.expr(ExprKind::BinOp { left, op, right }, start, end);
        }
        (start, right, end)
    }

    /// `left op right` as the beginning of a row.
    pub fn comparison(&self, left: Operand<'a>, op: CmpOp, right: Operand<'a>) -> Conditions<'a> {
        let chain = Condition::Compared(left.0, left.1, self.seq([op]), self.seq([*right.1]));
        Conditions { waiting: self.seq([chain]), last: right }
    }

    /// A row whose last operand is compared with one more.
    pub fn compare(&self, row: Conditions<'a>, op: CmpOp, right: Operand<'a>) -> Conditions<'a> {
        let Conditions { waiting, last } = row;
        if let Some(Condition::Compared(_, _, ops, comparators)) = waiting.last_mut() {
            ops.push(op);
            comparators.push(*right.1);
        } else {
            waiting.push(Condition::Compared(last.0, last.1, self.seq([op]), self.seq([*right.1])));
        }
        Conditions { waiting, last: right }
    }

    /// A row that goes on with `and` or `or`.
    pub fn join(&self, mut row: Conditions<'a>, op: BoolOp) -> OpenConditions<'a> {
        // `or` ends what `and` joins.
        let (start, e, _) = self.close_conditions(&mut row, |open| open == op || open == BoolOp::Or);
        match row.waiting.last_mut() {
            Some(Condition::Joined(_, open, values)) if *open == op => values.push(*e),
            _ => row.waiting.push(Condition::Joined(start, op, self.seq([*e]))),
        }
        row.waiting
    }

    /// The node of a row.
    pub fn conditions(&self, mut row: Conditions<'a>) -> &'a Expr<'a> {
        self.close_conditions(&mut row, |_| false).1
    }

    /// Ends what waits down to an `and` or `or` that stays open; what they make is its next operand.
    fn close_conditions(&self, row: &mut Conditions<'a>, stays_open: impl Fn(BoolOp) -> bool) -> Operand<'a> {
        let (mut start, mut e, end) = row.last;
        while let Some(condition) = pop_if(&mut row.waiting, |last| match last {
            Condition::Joined(_, op, _) => !stays_open(*op),
            Condition::Not(_) | Condition::Compared(..) => true,
        }) {
            let kind = match condition {
                Condition::Joined(begin, op, values) => {
                    values.push(*e);
                    start = begin;
                    ExprKind::BoolOp { op, values: self.freeze(values) }
                }
                Condition::Not(begin) => {
                    start = begin;
                    ExprKind::UnaryOp { op: UnaryOp::Not, operand: e }
                }
                Condition::Compared(begin, left, ops, comparators) => {
                    start = begin;
                    ExprKind::Compare { left, ops: self.freeze(ops), comparators: self.freeze(comparators) }
                }
            };
            e = self.expr(kind, start, end);
        }
        (start, e, end)
    }
}

/// Takes the last element if it is of this kind.
fn pop_if<'a, T>(list: &mut Seq<'a, T>, is_wanted: impl Fn(&T) -> bool) -> Option<T> {
    if list.last().is_some_and(is_wanted) { list.pop() } else { None }
}

impl<'a> Conditions<'a> {
    /// What waits, with the operand it waited for.
    pub fn new(waiting: OpenConditions<'a>, last: Operand<'a>) -> Self {
        Conditions { waiting, last }
    }
}
