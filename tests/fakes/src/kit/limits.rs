use std::collections::HashMap;
use std::sync::Mutex;

/// How many calls a platform takes.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// At once, after a rest.
    pub burst: f64,
    /// In the long run, per second.
    pub per_second: f64,
}

impl Rate {
    /// So many in a minute, all of them at once if one likes.
    pub fn per_minute(count: f64) -> Self {
        Self { burst: count, per_second: count / 60.0 }
    }
}

/// Token buckets by name.
#[derive(Debug, Default)]
pub struct Limits {
    buckets: Mutex<HashMap<String, (f64, f64)>>,
}

impl Limits {
    /// Takes a token from each bucket, or from none.
    ///
    /// # Errors
    /// Seconds until all of them have one again, rounded up.
    pub fn take(&self, now: f64, wanted: &[(String, Rate)]) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().expect("no panic while locked");
        let mut wait = 0.0_f64;
        for (name, rate) in wanted {
            let (tokens, since) = buckets.entry(name.clone()).or_insert((rate.burst, now));
            *tokens = (*tokens + (now - *since) * rate.per_second).min(rate.burst);
            *since = now;
            wait = wait.max((1.0 - *tokens) / rate.per_second);
        }
        if wait > 0.0 {
            return Err((wait.ceil() as u64).max(1));
        }
        for (name, _) in wanted {
            if let Some((tokens, _)) = buckets.get_mut(name) {
                *tokens -= 1.0;
            }
        }
        Ok(())
    }

    /// Fills every bucket.
    pub fn clear(&self) {
        self.buckets.lock().expect("no panic while locked").clear();
    }
}
