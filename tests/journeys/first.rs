//! Whether a key is used for the first time, also when nobody hears what came of writing that down.

use crate::kit::noting::{Lost, Noting};
use crate::kit::world::{World, tenant};

/// What three who ask one after the other are told, the first of whom loses this.
async fn told(lost: Option<Lost>) -> [bool; 3] {
    let mut world = World::new().await;
    let noting = Noting::before(&mut world);
    let console = tenant(&world.person("ana").await);
    lost.into_iter().for_each(|lost| noting.lose(lost));
    let mut told = [false; 3];
    for first in &mut told {
        *first = world.tasks.is_first(&console, "shown/1".to_owned()).await.expect("an answer");
    }
    told
}

#[tokio::test]
async fn of_all_who_ask_for_a_key_one_is_the_first() {
    assert_eq!(told(None).await, [true, false, false]);
}

#[tokio::test]
async fn who_does_not_hear_whether_the_key_was_written_down_is_the_first() {
    assert_eq!(told(Some(Lost::Answer)).await, [true, false, false], "it was: nobody else is");
    assert_eq!(told(Some(Lost::Commit)).await, [true, true, false], "it was not: one more is, rather than nobody");
}
