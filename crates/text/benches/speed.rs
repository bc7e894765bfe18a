//! `cargo bench -p minipy-text`: nanoseconds per conversion; `speed.py` beside it prints the same for CPython.

use minipy_text::{float, hash, int, repr};
use std::hint::black_box;
use std::time::Instant;

fn time<T>(name: &str, rounds: usize, items: usize, mut f: impl FnMut() -> T) {
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..rounds {
                black_box(f());
            }
            start.elapsed().as_nanos() as usize / (rounds * items)
        })
        .min();
    println!("{name:24} {:>12} ns", best.unwrap_or(0));
}

fn main() {
    let mut state = 42u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let random: Vec<f64> = (0..1000).map(|_| next() * 1000.0).collect();
    let short: Vec<f64> = (0..1000).map(|i| f64::from(i) / 8.0).collect();
    for (name, floats) in [("random", &random), ("short", &short)] {
        time(&format!("repr {name}"), 200, 1000, || {
            floats.iter().map(|x| float::repr(*x).len()).sum::<usize>()
        });
        let texts: Vec<String> = floats.iter().map(|x| float::repr(*x)).collect();
        time(&format!("float {name}"), 200, 1000, || {
            texts.iter().filter_map(|t| float::parse(t.as_bytes())).sum::<f64>()
        });
    }
    let style = float::Style {
        code: float::Code::Fixed,
        precision: 2,
        alternate: false,
        dot_zero: false,
        upper: false,
    };
    time("%.2f", 200, 1000, || random.iter().map(|x| float::format(*x, style).len()).sum::<usize>());
    time("round 2", 200, 1000, || random.iter().filter_map(|x| float::round(*x, 2)).sum::<f64>());
    time("int('123456')", 100_000, 1, || int::parse(black_box(b"123456"), 10, 4300));
    for digits in [1000, 10_000, 100_000, 1_000_000] {
        let text = "7".repeat(digits);
        let rounds = (100_000 / digits).max(1);
        time(&format!("int of {digits} digits"), rounds, 1, || int::parse(text.as_bytes(), 10, 0));
        if let Ok(int::Int::Big(n)) = int::parse(text.as_bytes(), 10, 0) {
            time(&format!("str of {digits} digits"), rounds, 1, || int::to_decimal(&n, 0));
        }
    }
    let key = hash::HashKey::from_seed(1);
    time("hash of 8 bytes", 1_000_000, 1, || key.bytes(black_box(b"identity")));
    let text = "spam and eggs ".repeat(10);
    time("repr of 140 characters", 10_000, 1, || repr::str(text.bytes().map(u32::from)));
}
