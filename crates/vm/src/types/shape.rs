//! Shapes: which attributes an instance holds inline, in which order.
//!
//! Each class has a root shape; setting a new attribute moves an instance along a transition to the shape with one
//! more key. Two instances of a class with equal shapes keep equal names at equal places, so an inline cache compares
//! one id. Ids have their top bit set, which keeps them apart from anything else in a dict word.

use crate::cell::GilCell;
use crate::types::str::StrRef;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShapeId(u32);

impl ShapeId {
    pub const NONE: ShapeId = ShapeId(0);
    const TAG: u32 = 1 << 31;

    #[inline(always)]
    pub fn from_raw(raw: u32) -> ShapeId {
        ShapeId(raw)
    }

    #[inline(always)]
    pub fn raw(self) -> u32 {
        self.0
    }

    /// Whether a word's upper half that was taken for a shape is one.
    #[inline(always)]
    pub fn is_shape(self) -> bool {
        self.0 & ShapeId::TAG != 0
    }

    fn index(self) -> usize {
        (self.0 & !ShapeId::TAG) as usize
    }
}

#[derive(Default)]
struct Shape {
    keys: Vec<StrRef>,
    transitions: Vec<ShapeId>,
}

struct Shapes {
    all: Vec<Shape>,
    free: Vec<usize>,
}

static SHAPES: GilCell<Shapes> = GilCell::new(Shapes { all: Vec::new(), free: Vec::new() });

/// A class whose instances differ more than this goes without shapes: its instances get dicts.
const MAX_TRANSITIONS: usize = 64;

impl Shapes {
    fn add(&mut self, shape: Shape) -> Option<ShapeId> {
        if let Some(index) = self.free.pop() {
            self.all[index] = shape;
            return Some(ShapeId(index as u32 | ShapeId::TAG));
        }
        if self.all.len() >= ShapeId::TAG as usize {
            return None;
        }
        self.all.push(shape);
        Some(ShapeId((self.all.len() - 1) as u32 | ShapeId::TAG))
    }
}

/// An empty shape for a new class.
pub fn new_root() -> ShapeId {
    SHAPES.with(|shapes| shapes.add(Shape::default())).unwrap_or(ShapeId::NONE)
}

/// Frees a dead class's shapes.
pub fn release_root(root: ShapeId) {
    if root == ShapeId::NONE {
        return;
    }
    let mut work = vec![root];
    while let Some(id) = work.pop() {
        let old = SHAPES.with(|shapes| {
            shapes.free.push(id.index());
            std::mem::take(&mut shapes.all[id.index()])
        });
        work.extend(old.transitions);
    }
}

/// The place of `name` among the inline values.
#[inline]
pub fn find(shape: ShapeId, name: &StrRef) -> Option<usize> {
    if shape == ShapeId::NONE {
        return None;
    }
    SHAPES.with(|shapes| shapes.all[shape.index()].keys.iter().position(|k| k.is(name)))
}

/// How many values an instance of this shape holds.
pub fn len(shape: ShapeId) -> usize {
    if shape == ShapeId::NONE { 0 } else { SHAPES.with(|shapes| shapes.all[shape.index()].keys.len()) }
}

/// The keys in order of insertion.
pub fn keys(shape: ShapeId) -> Vec<StrRef> {
    if shape == ShapeId::NONE {
        Vec::new()
    } else {
        SHAPES.with(|shapes| shapes.all[shape.index()].keys.clone())
    }
}

/// The shape with `name` (interned) added at the end; `None` when the class has too many already.
pub fn extend(shape: ShapeId, name: &StrRef) -> Option<ShapeId> {
    if shape == ShapeId::NONE {
        return None;
    }
    SHAPES.with(|shapes| {
        let current = &shapes.all[shape.index()];
        let len = current.keys.len();
        if let Some(&next) = current.transitions.iter().find(|t| shapes.all[t.index()].keys[len].is(name)) {
            return Some(next);
        }
        if current.transitions.len() >= MAX_TRANSITIONS {
            return None;
        }
        let mut keys = Vec::with_capacity(len + 1);
        keys.extend_from_slice(&current.keys);
        keys.push(name.clone());
        let next = shapes.add(Shape { keys, transitions: Vec::new() })?;
        shapes.all[shape.index()].transitions.push(next);
        Some(next)
    })
}
