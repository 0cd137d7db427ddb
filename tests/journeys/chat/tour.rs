//! The tour of the README, typed line by line: the program prints what the page shows.

use bot::console::{self, ConsoleChat, Newcomer};
use domain::ports::chat::Chat;
use domain::service::Operators;
use jiff::SignedDuration;

use super::talk::Talk;
use super::terminal::Window;

const PROMPT: &str = "ana>";

/// The lines of the session behind the banner: `ana> …` is typed, all else is shown.
fn session() -> Vec<String> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("the README");
    let tour = page.split("```console\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a session");
    tour.lines().skip_while(|line| !line.starts_with(PROMPT)).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_tour_of_the_readme_prints_what_the_page_shows() {
    let talk = Talk::begins().await;
    let world = &talk.world;
    world.clock.set("2026-03-04T09:00:00Z");
    let chat = ConsoleChat::new(world.store.clone(), talk.state.clone(), world.clock.clone());
    let zone = "Europe/Madrid".parse().expect("a zone");
    let ana = Newcomer { name: "ana".to_owned(), channel: None, zone };
    let ana = console::introduce(&world.tasks, &Operators::new(), &ana).await.expect("introduced");
    let mut window = Window::opens(talk.turns.clone(), chat.clone(), ana, false);
    let mut shown = String::new();
    for line in session() {
        match line.strip_prefix(PROMPT).map(str::trim) {
            // A prompt at which nothing is typed: time goes by until the reminder comes.
            Some("") => {
                window.shows(&shown).await;
                world.clock.forward(SignedDuration::from_secs(20));
                for attempt in world.attempts().await {
                    let posted = chat.post(&attempt.posting).await;
                    world.deliveries.settle(&attempt, posted).await.expect("settled");
                }
                world.clock.forward(SignedDuration::from_secs(-20));
            }
            Some(typed) => {
                window.shows(&shown).await;
                window.types(format!("{typed}\n")).await;
            }
            None => shown = format!("{shown}{line}\n"),
        }
    }
    assert_eq!(window.closes().await, shown);
    assert!(shown.contains('⏰') && shown.lines().count() > 20, "the whole tour was taken:\n{shown}");
}

#[test]
fn the_banner_on_the_page_is_of_this_version() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("the README");
    let version = format!("\nTaskbot {}\n", env!("CARGO_PKG_VERSION"));
    assert!(page.contains(&version), "no{version}in the README");
}
