//! Hangul syllables are computed, not stored (Unicode 16.0, section 3.12).

pub const S_BASE: u32 = 0xac00;
pub const L_BASE: u32 = 0x1100;
pub const V_BASE: u32 = 0x1161;
pub const T_BASE: u32 = 0x11a7;
pub const L_COUNT: u32 = 19;
pub const V_COUNT: u32 = 21;
pub const T_COUNT: u32 = 28;
pub const S_COUNT: u32 = L_COUNT * V_COUNT * T_COUNT;

pub fn is_syllable(cp: u32) -> bool {
    (S_BASE..S_BASE + S_COUNT).contains(&cp)
}

/// Leading consonant, vowel and final consonant numbers (0: none) of a syllable.
pub fn parts(syllable: u32) -> (u32, u32, u32) {
    let s = syllable - S_BASE;
    (s / (V_COUNT * T_COUNT), s / T_COUNT % V_COUNT, s % T_COUNT)
}

pub fn syllable(l: u32, v: u32, t: u32) -> u32 {
    S_BASE + (l * V_COUNT + v) * T_COUNT + t
}

/// The syllable that two adjacent code points make, if any.
pub fn compose(first: u32, second: u32) -> Option<u32> {
    if (L_BASE..L_BASE + L_COUNT).contains(&first) && (V_BASE..V_BASE + V_COUNT).contains(&second) {
        return Some(syllable(first - L_BASE, second - V_BASE, 0));
    }
    let open = is_syllable(first) && (first - S_BASE).is_multiple_of(T_COUNT);
    (open && (T_BASE + 1..T_BASE + T_COUNT).contains(&second)).then(|| first + (second - T_BASE))
}

/// Jamo short names, as syllable names spell them.
pub const L_NAMES: [&str; 19] =
    ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
pub const V_NAMES: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI",
    "YU", "EU", "YI", "I",
];
pub const T_NAMES: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS",
    "S", "SS", "NG", "J", "C", "K", "T", "P", "H",
];
