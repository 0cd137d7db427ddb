//! Rarer messages and views as Slack gets them, each with what leads to it.

use fakes::kit::{Call, Fault, What};
use fakes::slack::{Channel, Kind};
use serde_json::{Value, json};
use sqlx::Connection as _;
use tokio::time::{Duration, Instant, sleep};

use super::even::{even, message};
use super::kit::{BOTH, Site, is_first_word, texts};
use super::snapshots::{Shown, seen};
use crate::kit::program::{PATIENCE, Scratch};

/// More reminders than have buttons of their own in one message.
const MANY: usize = 25;
/// More commands than one workspace has seats.
const CROWD: usize = 40;
/// Instead of the name of a view, which is another one each time.
const NAME: &str = "a name of its own";

/// All of them.
pub(super) async fn moments() -> Shown {
    let usual = async {
        let mut shown = on_a_usual_day().await;
        shown.insert("reminders_of_many", many().await);
        shown.insert("reminder_late", late().await);
        shown
    };
    let slow = async {
        let mut shown = slowly().await;
        shown.extend(crowded().await);
        shown
    };
    let (mut shown, slow) = tokio::join!(usual, slow);
    shown.extend(slow);
    shown
}

async fn on_a_usual_day() -> Shown {
    let site = Site::new(BOTH[0]).await;
    let mut shown = Shown::new();
    at_home(&site, &mut shown).await;
    deleted(&site, &mut shown).await;
    undelivered(&site, &mut shown).await;
    shown.insert("invitation", uninvited(&site).await);
    elsewhere(&site, &mut shown).await;
    in_a_thread(&site, &mut shown).await;
    shown
}

/// The task that an answer says was added.
pub(super) fn number(added: &str) -> String {
    let number = added.split("Added #").nth(1).unwrap_or_else(|| panic!("not added: {added}"));
    number.chars().take_while(char::is_ascii_digit).collect()
}

/// What is deleted on the page, and what is pressed there after it was deleted.
async fn at_home(site: &Site, shown: &mut Shown) {
    let bob = site.person("U2");
    let milk = number(&site.told(&bob, "C1", "/todo", "buy milk").await);
    site.told(&bob, "C1", "/todo", "feed the cat").await;
    bob.open_home().await;
    let page = site.home("U2", |said| said.contains("buy milk") && said.contains("feed the cat")).await;
    bob.press_in(&page.id, &format!("more:{milk}"), Some(&format!("delete {milk}"))).await;
    shown.insert("home_deleted", even(&site.home("U2", |said| said.contains("Deleted #")).await.payload));
    let before = || {
        site.slack.change(|world| {
            let shown = world.views.iter_mut().find(|view| view.id == page.id).expect("the page");
            shown.payload = page.payload.clone();
        });
    };
    before();
    bob.press_in(&page.id, &format!("done:{milk}"), None).await;
    shown.insert("home_refused", even(&site.home("U2", |said| said.contains("There is no task")).await.payload));
    before();
    bob.press_in(&page.id, &format!("more:{milk}"), Some(&format!("edit {milk}"))).await;
    let nothing = site.dialog("U2", "There is no task").await;
    shown.insert("dialog_nothing", even(&nothing.payload));
    bob.close(&nothing.id).await;
}

/// A reminder whose task was deleted before somebody pressed.
async fn deleted(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    let stretch = number(&site.told(&ana, "C1", "/remindme", "to stretch in 1 second").await);
    let direct = site.direct("U1").await;
    let reminder = site.message(&direct, "*stretch*").await;
    site.told(&ana, "C1", "/task", &format!("delete {stretch}")).await;
    ana.press(&direct, &reminder.ts, "done", None).await;
    shown.insert("reminder_deleted", seen(&site.message(&direct, "Deleted by ana").await));
}

/// A reminder that its channel does not take.
async fn undelivered(site: &Site, shown: &mut Shown) {
    let archived = What::Error { error: "is_archived".to_owned() };
    site.slack.faults().add(Fault::always("chat.postMessage", archived).field("channel", "C2"));
    site.told(&site.person("U1"), "C2", "/task", "remind us to sweep the yard in 1 second").await;
    let direct = site.direct("U1").await;
    shown.insert("reminder_undelivered", seen(&site.message(&direct, "could not be delivered").await));
    site.slack.faults().clear();
}

/// What whoever works on the list of a channel without the bot is told.
async fn uninvited(site: &Site) -> Value {
    site.slack.change(|world| {
        let lobby = Channel::new("C3", "lobby", Kind::Public, &["U1", "U2"]);
        world.teams.get_mut("T1").expect("the team").channels.insert("C3".to_owned(), lobby);
    });
    site.told(&site.person("U1"), "C3", "/task", "ship the release").await;
    let direct = site.direct("U1").await;
    seen(&site.message(&direct, "/invite @taskbot").await)
}

/// A profile that says another zone.
async fn elsewhere(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    site.told(&ana, "C1", "/todo", "water the plants every day at 8am starting tomorrow").await;
    ana.moves_to("Asia/Tokyo").await;
    let direct = site.direct("U1").await;
    shown.insert("news_of_a_zone", seen(&site.message(&direct, "Your Slack profile says").await));
}

/// A reminder of a series that was made in a thread, skipped.
async fn in_a_thread(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    let topic = ana.say("C1", "the release is near").await;
    let said = ana.reply("C1", &topic.ts, "who tags it?").await;
    ana.shortcut("create", "C1", &said.ts).await;
    let form = site.dialog("U1", "who tags it?").await;
    let values = json!({
        "title": { "title": { "type": "plain_text_input", "value": "tag it" } },
        "when": { "when": { "type": "datetimepicker", "selected_date_time": fakes::kit::now() as i64 + 5 } },
        "repeat": { "repeat": { "type": "static_select", "selected_option": { "value": "FREQ=DAILY" } } },
    });
    ana.submit(&form.id, values).await;
    let reminder = site.message("C1", "*tag it*").await;
    shown.insert("reminder_of_a_series", seen(&reminder));
    ana.press("C1", &reminder.ts, "skip", None).await;
    shown.insert("reminder_skipped", seen(&site.message("C1", "Skipped by ana").await));
}

/// More reminders than have buttons of their own in one message.
async fn many() -> Value {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    let mut all = Vec::new();
    for nth in 1..=MANY {
        all.push(number(&site.told(&ana, "C1", "/remindme", &format!("to look at item {nth} tomorrow at 9am")).await));
    }
    // All at once, however long it took to type them.
    site.told(&ana, "C1", "/remindme", &format!("move {} to in 2 seconds", all.join(" "))).await;
    let direct = site.direct("U1").await;
    seen(&site.message(&direct, &format!("{MANY} reminders")).await)
}

/// A reminder of three hours ago, when the program comes back.
async fn late() -> Value {
    let mut site = Site::new(BOTH[0]).await;
    number(&site.told(&site.person("U1"), "C1", "/remindme", "to stretch in 1 hour").await);
    assert!(site.server.program.terminate().await.success());
    let mut database = site.database().await;
    let earlier = "UPDATE reminders SET at = unixepoch('now', '-3 hours') * 1000000,
        doc = json_set(doc, '$.at', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 hours'))";
    sqlx::raw_sql(earlier).execute(&mut database).await.expect("a reminder");
    database.close().await.expect("the end");
    site.anew(BOTH[0], "TASKBOT_LIMITS__CHAT_BURST", "999").await;
    let direct = site.direct("U1").await;
    seen(&site.message(&direct, "*stretch*").await)
}

/// Words while everything takes longer than Slack waits.
async fn slowly() -> Shown {
    let site = Site::with(BOTH[0], Scratch::new().with("FAILPOINTS", "service.slow_commit=return(3500)")).await;
    let (ana, mut shown) = (site.person("U1"), Shown::new());
    let until = Instant::now() + PATIENCE;
    let turn = loop {
        let turn = ana.command("C1", "/task", "remind us to tag the release in 1 second").await;
        if is_first_word(&turn.answer().to_string()) {
            break turn;
        }
        // A start that is slow as well may not have heard it.
        assert!(Instant::now() < until, "not a first word: {turn:?}");
    };
    shown.insert("words_working", words(turn.answer()));
    shown.insert("words_too_late", words(&responded(&site, "`list` shows it").await.body));
    let reminder = site.message("C1", "*tag the release*").await;
    ana.press("C1", &reminder.ts, "done", None).await;
    shown.insert("words_pressed_too_late", words(&responded(&site, "press it again").await.body));
    site.message("C1", "Done by ana").await;
    ana.command("C1", "/todo", "").await;
    let form = site.dialog("U1", "plain_text_input").await;
    let values = json!({ "title": { "title": { "type": "plain_text_input", "value": "call the bank" } } });
    let mut first = ana.submit(&form.id, values).await.answer().clone();
    first["view"]["external_id"] = json!(NAME);
    shown.insert("dialog_working", first);
    let mut late = site.dialog("U1", "That takes longer than usual").await;
    late.payload["external_id"] = json!(NAME);
    shown.insert("dialog_late", even(&late.payload));
    ana.close(&late.id).await;
    let direct = site.direct("U1").await;
    shown.insert("news_of_a_form", seen(&site.message(&direct, "About the form").await));
    shown
}

/// Words where more is asked than can be done, and while the storage is away.
async fn crowded() -> Shown {
    let site = Site::new(BOTH[0]).await;
    let mut shown = Shown::new();
    let bob = site.person("U2");
    site.slack.faults().add(Fault::always("users.info", What::Delay { ms: 1_000 }).field("user", "U2"));
    let until = Instant::now() + PATIENCE;
    let busy = loop {
        let many = futures::future::join_all((0..CROWD).map(|_| bob.command("C1", "/task", "list"))).await;
        if let Some(busy) = many.into_iter().find(|turn| texts(turn.answer()).contains("More is asked")) {
            break busy;
        }
        // A machine that is slow may not have let them come all at once.
        assert!(Instant::now() < until, "never too many");
    };
    shown.insert("words_busy", words(busy.answer()));
    site.slack.faults().clear();
    // Whoever is new is written down, and as long as somebody else writes nobody is.
    let mut other = site.database().await;
    let held = other.begin_with("BEGIN IMMEDIATE").await.expect("the lock");
    site.person("U3").command("C1", "/task", "list").await;
    shown.insert("words_failed", words(&responded(&site, "nothing was done. Try again in a minute").await.body));
    held.rollback().await.expect("the lock is free");
    shown
}

/// What was answered at an address, once it says this.
async fn responded(site: &Site, part: &str) -> Call {
    let until = Instant::now() + PATIENCE;
    loop {
        let calls = site.slack.ledger().calls(Some("response_url"));
        if let Some(call) = calls.iter().find(|call| call.body.to_string().contains(part)) {
            return call.clone();
        }
        assert!(Instant::now() < until, "“{part}” was never answered: {calls:#?}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// An answer in words.
fn words(answer: &Value) -> Value {
    message(answer["text"].as_str().unwrap_or_default(), &answer["blocks"])
}
