//! What every state store must do.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::state::State;
use embedded::MemoryState;
use jiff::SignedDuration;

use crate::kit::clock::HandClock;

const HOUR: Duration = Duration::from_secs(3_600);

/// A state store and the clock that it goes by.
struct Bench {
    state: Arc<dyn State>,
    clock: Arc<HandClock>,
}

fn memory() -> Bench {
    let clock = Arc::new(HandClock::at("2026-03-04T15:00:00Z"));
    Bench { state: Arc::new(MemoryState::new(clock.clone())), clock }
}

impl Bench {
    async fn put(&self, key: &str, value: &[u8], etag: Option<&str>) -> bool {
        self.state.put(key, value, etag, HOUR).await.expect("written or not")
    }

    async fn value(&self, key: &str) -> Option<Vec<u8>> {
        self.state.get(key).await.expect("an answer").map(|entry| entry.value)
    }

    async fn etag(&self, key: &str) -> String {
        self.state.get(key).await.expect("an answer").expect("an entry").etag
    }
}

async fn what_was_written_is_read(bench: &Bench) {
    assert_eq!(bench.value("a").await, None);
    assert!(bench.put("a", b"one", None).await);
    assert!(bench.put("b/ \u{1f980}", b"", None).await);
    assert_eq!(bench.value("a").await.as_deref(), Some(&b"one"[..]));
    assert_eq!(bench.value("b/ \u{1f980}").await.as_deref(), Some(&b""[..]));
    assert!(bench.put("a", &[0, 255], None).await, "without an etag the last one wins");
    assert_eq!(bench.value("a").await.as_deref(), Some(&[0, 255][..]));
}

async fn an_etag_guards_a_write(bench: &Bench) {
    assert!(!bench.put("a", b"x", Some("1")).await, "an absent key has no etag");
    bench.put("a", b"one", None).await;
    let first = bench.etag("a").await;
    assert!(bench.put("a", b"two", Some(&first)).await);
    assert!(!bench.put("a", b"three", Some(&first)).await, "the etag has changed");
    assert_eq!(bench.value("a").await.as_deref(), Some(&b"two"[..]));
    let second = bench.etag("a").await;
    bench.put("a", b"two", None).await;
    assert_ne!(bench.etag("a").await, second, "the same bytes are another write");
    let third = bench.etag("a").await;
    bench.state.delete("a").await.expect("deleted");
    bench.put("a", b"two", None).await;
    assert!(!bench.put("a", b"four", Some(&third)).await, "an etag does not outlive its key");
}

async fn a_deleted_key_is_absent(bench: &Bench) {
    bench.put("a", b"one", None).await;
    bench.state.delete("a").await.expect("deleted");
    bench.state.delete("a").await.expect("deleting twice is no error");
    assert_eq!(bench.value("a").await, None);
}

async fn an_expired_key_is_absent(bench: &Bench) {
    bench.put("a", b"one", None).await;
    let etag = bench.etag("a").await;
    bench.clock.forward(SignedDuration::from_secs(3_599));
    assert!(bench.value("a").await.is_some());
    assert!(bench.put("b", b"lives on", None).await);
    bench.clock.forward(SignedDuration::from_secs(1));
    assert_eq!(bench.value("a").await, None);
    assert!(!bench.put("a", b"two", Some(&etag)).await, "its etag went with it");
    assert!(bench.value("b").await.is_some());
    assert!(bench.state.put("c", b"x", None, Duration::MAX).await.expect("an endless life is one"));
    assert!(bench.value("c").await.is_some());
}

async fn of_two_at_once_one_wins(bench: &Bench) {
    bench.put("a", b"0", None).await;
    let etag = bench.etag("a").await;
    let writes = (0..20_u8).map(|number| {
        let (state, etag) = (Arc::clone(&bench.state), etag.clone());
        tokio::spawn(async move { state.put("a", &[number], Some(&etag), HOUR).await.expect("written or not") })
    });
    let mut won = 0;
    for write in writes.collect::<Vec<_>>() {
        won += usize::from(write.await.expect("a write"));
    }
    assert_eq!(won, 1);
}

/// The suite, for each adapter.
macro_rules! suite {
    ($adapter:ident: $($case:ident),+ $(,)?) => {
        mod $adapter {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$case(&super::$adapter()).await;
                }
            )+
        }
    };
}

suite!(memory:
    what_was_written_is_read,
    an_etag_guards_a_write,
    a_deleted_key_is_absent,
    an_expired_key_is_absent,
    of_two_at_once_one_wins,
);
