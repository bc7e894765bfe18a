//! Patterns of `match` statements.

use minipy_parser::ast::{ExprContext, Pattern, PatternKind};

use super::builder::Builder;
use super::definitions::check_name;
use super::*;
use crate::error::Result;

impl<'a> Builder<'a, '_> {
    pub(super) fn pattern(&mut self, pattern: &'a Pattern<'a>) -> Result {
        self.descend(|b| b.pattern_kind(pattern))
    }

    fn patterns(&mut self, patterns: &'a [Pattern<'a>]) -> Result {
        patterns.iter().try_for_each(|pattern| self.pattern(pattern))
    }

    fn capture(&mut self, name: Option<&'a str>, pattern: &'a Pattern<'a>) -> Result {
        name.map_or(Ok(()), |name| self.define(name, DEF_LOCAL, pattern.loc))
    }

    fn pattern_kind(&mut self, pattern: &'a Pattern<'a>) -> Result {
        match pattern.kind {
            PatternKind::MatchValue { value } => self.expr(value),
            PatternKind::MatchSingleton { .. } => Ok(()),
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                self.patterns(patterns)
            }
            PatternKind::MatchStar { name } => self.capture(name, pattern),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                self.patterns(patterns)?;
                self.capture(rest, pattern)
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.expr(cls)?;
                self.patterns(patterns)?;
                for (attr, pattern) in kwd_attrs.iter().zip(kwd_patterns) {
                    check_name(attr, pattern.loc, ExprContext::Store)?;
                }
                self.patterns(kwd_patterns)
            }
            PatternKind::MatchAs { pattern: inner, name } => {
                if let Some(inner) = inner {
                    self.pattern(inner)?;
                }
                self.capture(name, pattern)
            }
        }
    }
}
