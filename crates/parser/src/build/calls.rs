//! Arguments of calls and parameters of functions, and the order they may come in.

use super::*;

/// One argument of a call.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    /// `value`
    Positional(&'a Expr<'a>),
    /// `*value`
    Starred(&'a Expr<'a>),
    /// `name=value` or `**value`
    Keyword(Keyword<'a>),
}

/// The arguments of a call, in order.
#[derive(Clone, Copy, Debug)]
pub struct Arguments_<'a> {
    /// Positional arguments, starred ones among them.
    pub args: &'a [Expr<'a>],
    /// Keyword arguments, `**` ones among them.
    pub keywords: &'a [Keyword<'a>],
}

impl Arguments_<'_> {
    /// No arguments.
    pub const NONE: Self = Arguments_ { args: &[], keywords: &[] };
}

/// One entry of a parameter list.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a> {
    /// `name: annotation = default`
    Plain(Arg<'a>, Option<&'a Expr<'a>>),
    /// `*name`
    Vararg(Pos, Arg<'a>),
    /// `**name`
    Kwarg(Pos, Arg<'a>),
    /// `*`
    Star(Pos),
    /// `*` with a type comment, which it may not have.
    CommentedStar(Pos),
    /// `/`
    Slash(Pos),
}

impl<'a> Param<'a> {
    /// The parameter with the type comment behind it.
    pub fn with_type_comment(self, type_comment: Option<&'a str>) -> Self {
        match self {
            Param::Plain(arg, default) => Param::Plain(Arg { type_comment, ..arg }, default),
            Param::Vararg(star, arg) => Param::Vararg(star, Arg { type_comment, ..arg }),
            Param::Kwarg(star, arg) => Param::Kwarg(star, Arg { type_comment, ..arg }),
            Param::Star(star) if type_comment.is_some() => Param::CommentedStar(star),
            other => other,
        }
    }
}

impl<'a> Builder<'a, '_> {
    /// `func(args)`
    pub fn call(&self, start: Pos, func: &'a Expr<'a>, args: Arguments_<'a>, end: Pos) -> &'a Expr<'a> {
        self.expr(ExprKind::Call { func, args: args.args, keywords: args.keywords }, start, end)
    }

    /// Sorts the arguments of a call. Positional ones come before keywords, `*` before `**`.
    pub fn arguments(&self, list: Seq<'a, Argument<'a>>) -> Checked<Arguments_<'a>> {
        let named = list.iter().filter(|argument| matches!(argument, Argument::Keyword(_))).count();
        let args = self.arena.alloc_list(list.len() - named);
        let keywords = self.arena.alloc_list(named);
        let mut unpacked = false;
        for argument in list.iter() {
            match *argument {
                Argument::Positional(e) if keywords.is_empty() => args.push(*e),
                Argument::Starred(e) if !unpacked => args.push(*e),
                Argument::Keyword(keyword) => {
                    unpacked |= keyword.arg.is_none();
                    keywords.push(keyword);
                }
                Argument::Positional(e) => return Err(Reject::At(end_pos(e.loc))),
                Argument::Starred(e) => return Err(Reject::At(start_pos(e.loc))),
            }
        }
        Ok(Arguments_ { args: self.freeze(args), keywords: self.freeze(keywords) })
    }

    /// The name of a parameter and its annotation.
    pub fn arg(&self, start: Pos, arg: &'a str, annotation: Option<&'a Expr<'a>>, end: Pos) -> Arg<'a> {
        Arg { arg, annotation, type_comment: None, loc: loc(start, end) }
    }

    /// An empty parameter list.
    pub fn no_parameters(&self) -> &'a Arguments<'a> {
        self.no_parameters
    }

    /// Sorts a parameter list, and checks its order.
    pub fn parameters(&self, params: Seq<'a, Param<'a>>) -> Checked<&'a Arguments<'a>> {
        let mut posonlyargs = Vec::new();
        let mut args = Vec::new();
        let mut defaults = Vec::new();
        let mut kwonlyargs = Vec::new();
        let mut kw_defaults = Vec::new();
        let mut vararg: Option<&'a Arg<'a>> = None;
        let mut kwarg: Option<&'a Arg<'a>> = None;
        let mut keyword_only = false;
        let mut bare_star: Option<Pos> = None;
        let mut slash = false;
        for param in params.iter().copied() {
            if kwarg.is_some() {
                return Err(Reject::At(param.start()));
            }
            match param {
                Param::Plain(arg, default) if keyword_only => {
                    bare_star = None;
                    kwonlyargs.push(arg);
                    kw_defaults.push(default.copied());
                }
                Param::Plain(arg, default) => {
                    match default {
                        Some(default) => defaults.push(*default),
                        None if !defaults.is_empty() => return Err(Reject::At(end_pos(arg.loc))),
                        None => {}
                    }
                    args.push(arg);
                }
                Param::Slash(pos) => {
                    if slash || keyword_only || args.is_empty() {
                        return Err(Reject::At(pos));
                    }
                    slash = true;
                    posonlyargs = std::mem::take(&mut args);
                }
                Param::Star(pos) | Param::Vararg(pos, _) if keyword_only => return Err(Reject::At(pos)),
                Param::CommentedStar(pos) => return Err(Reject::At(pos)),
                Param::Star(pos) => {
                    keyword_only = true;
                    bare_star = Some(pos);
                }
                Param::Vararg(_, arg) => {
                    keyword_only = true;
                    vararg = Some(self.arena.alloc(arg));
                }
                Param::Kwarg(pos, arg) => {
                    if bare_star.is_some() {
                        return Err(Reject::At(pos));
                    }
                    kwarg = Some(self.arena.alloc(arg));
                }
            }
        }
        if let Some(pos) = bare_star {
            return Err(Reject::At(pos));
        }
        Ok(self.arena.alloc(Arguments {
            posonlyargs: self.list(&posonlyargs),
            args: self.list(&args),
            vararg,
            kwonlyargs: self.list(&kwonlyargs),
            kw_defaults: self.list(&kw_defaults),
            kwarg,
            defaults: self.list(&defaults),
        }))
    }
}

impl Param<'_> {
    fn start(&self) -> Pos {
        match self {
            Param::Plain(arg, _) => start_pos(arg.loc),
            Param::Vararg(pos, _)
            | Param::Kwarg(pos, _)
            | Param::Star(pos)
            | Param::CommentedStar(pos)
            | Param::Slash(pos) => *pos,
        }
    }
}
