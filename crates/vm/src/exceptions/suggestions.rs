//! "Did you mean": the candidate at the least edit distance from a misspelt name.

const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;
const MAX_CANDIDATES: usize = 750;
const MAX_LENGTH: usize = 40;

fn substitution_cost(a: char, b: char) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// The weighted edit distance of `a` and `b`, or more than `limit` when it exceeds that.
pub fn distance(a: &str, b: &str, limit: usize) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let prefix = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE_COST;
    }
    if a.len() > MAX_LENGTH || b.len() > MAX_LENGTH || a.len().abs_diff(b.len()) * MOVE_COST > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (0..=a.len()).map(|i| i * MOVE_COST).collect();
    for (j, &y) in b.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (j + 1) * MOVE_COST;
        let mut least = row[0];
        for (i, &x) in a.iter().enumerate() {
            let substituted = diagonal + substitution_cost(x, y);
            diagonal = row[i + 1];
            row[i + 1] = substituted.min(row[i] + MOVE_COST).min(diagonal + MOVE_COST);
            least = least.min(row[i + 1]);
        }
        if least > limit {
            return limit + 1;
        }
    }
    row[a.len()]
}

/// The best suggestion for `wrong` among `candidates`: closer than a third of the characters involved.
pub fn closest(candidates: impl Iterator<Item = String>, wrong: &str) -> Option<String> {
    let length = wrong.chars().count();
    let mut best: Option<(usize, String)> = None;
    for (n, candidate) in candidates.enumerate() {
        if n >= MAX_CANDIDATES {
            return None;
        }
        if candidate == wrong {
            continue;
        }
        let limit = (length + candidate.chars().count() + 3) * MOVE_COST / 6;
        let limit = best.as_ref().map_or(limit, |(d, _)| limit.min(d.saturating_sub(1)));
        let found = distance(wrong, &candidate, limit);
        if found <= limit && best.as_ref().is_none_or(|(d, _)| found < *d) {
            best = Some((found, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
