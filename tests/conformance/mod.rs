//! One suite per port, which every adapter of that port must pass.

/// Lists the tests of a suite for one adapter: each gets a store of its own from `$open`.
macro_rules! each {
    ($open:path, $suite:ident: $($test:ident),+ $(,)?) => {
        mod $suite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let scratch = $open().await;
                    crate::conformance::$suite::$test(scratch.store.clone()).await;
                }
            )+
        }
    };
}
pub(crate) use each;

mod agenda;
mod audit;
mod bus;
mod find;
mod inbox;
mod installations;
mod leases;
mod load;
mod outbox;
mod people;
mod postgres;
mod seals;
mod search;
mod sqlite;
mod state;
mod store;
