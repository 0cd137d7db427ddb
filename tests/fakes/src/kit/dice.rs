use std::sync::atomic::{AtomicU64, Ordering};

/// A seeded source of chance (SplitMix64): the same seed gives the same run.
#[derive(Debug)]
pub struct Dice(AtomicU64);

impl Dice {
    /// Dice that begin at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Begins again at `seed`.
    pub fn seed(&self, seed: u64) {
        self.0.store(seed, Ordering::Relaxed);
    }

    /// The next number.
    pub fn roll(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed).wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The next number between 0 and 1.
    pub fn share(&self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }
}
