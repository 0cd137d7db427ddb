//! The relay's rules 2 to 4, in every order: writers that commit late or roll back, a relay that saves some
//! time after it has published and dies anywhere, a second one that takes over while the first still believes in its lease. What is real:
//! `store_postgres::holes`.

use domain::ports::bus::Cursor;
use stateright::{Checker, HasDiscoveries, Model, Property};
use store_postgres::holes::{Look, settle};

use super::outbox::{Outbox, Row, Write};

/// With what the relay marks the holes that it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marker {
    /// A transaction id of its own, taken after the look: rule 2.
    Own,
    /// The end of the look's snapshot.
    SnapshotXmax,
    /// Nothing: whatever lies below the highest position seen counts as seen.
    None,
}

/// When a consumer notes what it has applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Note {
    /// In the commit of its effect.
    WithEffect,
    /// In a commit of its own behind that.
    Apart,
}

/// The bounds.
struct Bounds {
    /// How many transactions each writer has.
    plan: &'static [u8],
    /// How often a relay or the consumer dies.
    deaths: u8,
    /// How many relays there are.
    relays: usize,
    /// How many rows behind the cursor a look gives.
    batch: usize,
    /// How many holes a look goes into.
    holes: usize,
    /// It reads on though a hole was left out.
    hasty: bool,
    marker: Marker,
    note: Note,
}

const BOUNDS: Bounds = Bounds {
    plan: &[2, 1, 1],
    deaths: 1,
    relays: 1,
    batch: 2,
    holes: usize::MAX,
    hasty: false,
    marker: Marker::Own,
    note: Note::WithEffect,
};

/// Where a relay is between two reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Step {
    Rests,
    Looked { look: Look, rows: Vec<Row> },
    Followed { rows: Vec<Row>, next: Cursor },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Relay {
    /// The epoch of its lease, in which it may believe for longer than it has it; 0 without one.
    epoch: u8,
    /// Up to where it has published, which is saved now and then.
    cursor: Cursor,
    step: Step,
}

const OUT: Relay = Relay { epoch: 0, cursor: Cursor::at(0), step: Step::Rests };

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    outbox: Outbox,
    relays: Vec<Relay>,
    epoch: u8,
    saved: Cursor,
    /// What the consumer has noted as applied of each stream.
    applied: Vec<u8>,
    /// How many effects it had.
    effects: Vec<u8>,
    /// A version came before the one that it follows.
    torn: bool,
    deaths: u8,
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    Write(usize, Write),
    TakesOver(usize),
    Looks(usize),
    Marks(usize),
    Publishes(usize),
    /// The consumer dies over what was published.
    PublishesInVain(usize),
    Saves(usize),
    Dies(usize),
}

impl State {
    /// Consumers drop what they have applied.
    fn publish(&mut self, rows: &[Row]) {
        for row in rows {
            self.effect(row);
            self.note(row);
        }
    }

    fn effect(&mut self, row: &Row) {
        let applied = self.applied[row.stream];
        self.torn |= row.version > applied + 1;
        self.effects[row.stream] += u8::from(row.version > applied);
    }

    fn note(&mut self, row: &Row) {
        self.applied[row.stream] = row.version.max(self.applied[row.stream]);
    }

    /// The consumer dies as soon as a row has had its effect, and all of them come again.
    fn publish_in_vain(&mut self, rows: &[Row], note: Note) {
        if let Some(row) = rows.iter().find(|row| !self.is_published(row)) {
            self.effect(row);
            if note == Note::WithEffect {
                self.note(row);
            }
        }
        self.publish(rows);
    }

    fn is_published(&self, row: &Row) -> bool {
        row.version <= self.applied[row.stream]
    }

    /// Every committed row is published, or somebody who begins at the saved cursor will come by it.
    fn loses_nothing(&self) -> bool {
        let ahead = |row: &Row| {
            row.position > self.saved.position || self.saved.holes.iter().any(|hole| hole.position == row.position)
        };
        self.outbox.rows.iter().all(|row| self.is_published(row) || ahead(row))
    }

    /// With nobody writing any more, following from the saved cursor ends, and then everything is published and no
    /// hole is left open.
    fn comes_to_an_end(&self, bounds: &Bounds) -> bool {
        if !self.outbox.is_over() {
            return true;
        }
        let mut end = self.clone();
        for _ in 0..=2 * usize::from(bounds.plan.iter().sum::<u8>()) {
            let (look, rows) = bounds.read(&end.outbox, &end.saved);
            let marker = end.outbox.marker();
            end.publish(&rows);
            end.saved = settle(&end.saved, &look).marked(marker);
        }
        !end.torn && end.saved.holes.is_empty() && end.outbox.rows.iter().all(|row| end.is_published(row))
    }
}

impl Bounds {
    fn read(&self, outbox: &Outbox, cursor: &Cursor) -> (Look, Vec<Row>) {
        outbox.look(cursor, self.holes, self.batch, self.hasty)
    }

    fn look(&self, state: &State, relay: usize) -> Option<Step> {
        let cursor = &state.relays[relay].cursor;
        let (look, rows) = self.read(&state.outbox, cursor);
        let settled = settle(cursor, &look);
        let next = match self.marker {
            Marker::Own if !settled.fresh.is_empty() => return Some(Step::Looked { look, rows }),
            Marker::Own => settled.marked(0),
            Marker::SnapshotXmax => settled.marked(state.outbox.xmax()),
            Marker::None => Cursor::at(settled.position),
        };
        (next != *cursor).then_some(Step::Followed { rows, next })
    }

    fn relay_does(&self, state: &mut State, action: Action) -> Option<()> {
        match action {
            Action::TakesOver(relay) => {
                state.epoch += 1;
                state.relays[relay] = Relay { epoch: state.epoch, cursor: state.saved.clone(), step: Step::Rests };
            }
            Action::Looks(relay) => state.relays[relay].step = self.look(state, relay)?,
            Action::Marks(relay) => {
                let Step::Looked { look, rows } = state.relays[relay].step.clone() else { return None };
                let next = settle(&state.relays[relay].cursor, &look).marked(state.outbox.marker());
                state.relays[relay].step = Step::Followed { rows, next };
            }
            Action::Publishes(relay) | Action::PublishesInVain(relay) => {
                let Step::Followed { rows, next } = state.relays[relay].step.clone() else { return None };
                match action {
                    Action::PublishesInVain(_) => {
                        state.deaths += 1;
                        state.publish_in_vain(&rows, self.note);
                    }
                    _ => state.publish(&rows),
                }
                let epoch = state.relays[relay].epoch;
                state.relays[relay] = Relay { epoch, cursor: next, step: Step::Rests };
            }
            Action::Saves(relay) => save(state, relay)?,
            Action::Dies(relay) => {
                state.deaths += 1;
                state.relays[relay] = OUT;
            }
            Action::Write(..) => return None,
        }
        Some(())
    }
}

/// `save_cursor`: under the latest epoch only, and never back.
fn save(state: &mut State, relay: usize) -> Option<()> {
    let Relay { epoch, cursor, .. } = state.relays[relay].clone();
    if epoch < state.epoch {
        state.relays[relay] = OUT;
    } else if cursor.position >= state.saved.position {
        state.saved = cursor;
    }
    Some(())
}

impl Model for Bounds {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            outbox: Outbox::of(self.plan),
            relays: vec![OUT; self.relays],
            epoch: 0,
            saved: Cursor::default(),
            applied: vec![0; self.plan.len()],
            effects: vec![0; self.plan.len()],
            torn: false,
            deaths: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for writer in 0..state.outbox.writers.len() {
            actions.extend(state.outbox.choices(writer).iter().map(|write| Action::Write(writer, *write)));
        }
        let terms = self.relays + usize::from(self.deaths);
        for (nth, relay) in state.relays.iter().enumerate() {
            if relay.epoch == 0 {
                let may = usize::from(state.epoch) < terms;
                actions.extend(may.then_some(Action::TakesOver(nth)));
                continue;
            }
            actions.push(match relay.step {
                Step::Rests => Action::Looks(nth),
                Step::Looked { .. } => Action::Marks(nth),
                Step::Followed { .. } => Action::Publishes(nth),
            });
            let may_die = state.deaths < self.deaths;
            let publishes = matches!(relay.step, Step::Followed { .. });
            actions.extend((may_die && publishes).then_some(Action::PublishesInVain(nth)));
            // Some time after it has published, and beside whatever it does then.
            let unsaved = relay.cursor != state.saved || relay.epoch < state.epoch;
            actions.extend(unsaved.then_some(Action::Saves(nth)));
            let has_begun = relay.step != Step::Rests || unsaved;
            actions.extend((may_die && has_begun).then_some(Action::Dies(nth)));
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Write(writer, write) => state.outbox.write(writer, write),
            relays => self.relay_does(&mut state, relays)?,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is lost", |_, state: &State| state.loses_nothing()),
            Property::always("versions come in order", |_, state: &State| !state.torn),
            Property::always("each version takes effect once", |_, state: &State| state.effects == state.applied),
            Property::always("it comes to an end", |bounds: &Self, state: &State| state.comes_to_an_end(bounds)),
            Property::sometimes("a row appears in a hole", |_, state: &State| {
                state.relays.iter().any(|relay| match &relay.step {
                    Step::Followed { rows, .. } => rows.iter().any(|row| row.position <= relay.cursor.position),
                    _ => false,
                })
            }),
            Property::sometimes("a hole dies", |_, state: &State| {
                state.outbox.is_over()
                    && state.saved.holes.is_empty()
                    && state.saved.position > i64::try_from(state.outbox.rows.len()).unwrap_or(i64::MAX)
            }),
        ]
    }
}

/// Every state within the bounds.
fn proved(bounds: Bounds) {
    let checked = bounds.checker().threads(2).spawn_bfs().join();
    checked.assert_properties();
    println!("{} states", checked.unique_state_count());
}

fn refuted(bounds: Bounds, property: &'static str) {
    let found = HasDiscoveries::AllOf([property].into());
    let checked = bounds.checker().threads(2).finish_when(found).spawn_bfs().join();
    assert!(checked.discovery(property).is_some(), "“{property}” was not refuted");
}

#[test]
fn a_relay_that_dies_anywhere_loses_nothing_and_keeps_the_order() {
    proved(BOUNDS);
}

#[test]
fn two_relays_of_which_one_believes_too_long_lose_nothing_and_keep_the_order() {
    proved(Bounds { plan: &[2, 1], deaths: 0, relays: 2, ..BOUNDS });
}

#[test]
fn a_relay_that_reads_one_row_at_a_time_loses_nothing_and_keeps_the_order() {
    proved(Bounds { batch: 1, ..BOUNDS });
}

#[test]
fn a_relay_that_looks_into_one_hole_at_a_time_loses_nothing_and_keeps_the_order() {
    proved(Bounds { batch: 1, holes: 1, ..BOUNDS });
}

#[test]
fn reading_on_while_a_hole_is_left_out_tears_streams() {
    refuted(Bounds { batch: 1, holes: 1, deaths: 0, hasty: true, ..BOUNDS }, "versions come in order");
}

#[test]
fn a_consumer_that_notes_apart_what_it_has_applied_applies_it_twice() {
    refuted(Bounds { plan: &[1, 1], note: Note::Apart, ..BOUNDS }, "each version takes effect once");
}

#[test]
fn holes_marked_by_the_end_of_the_snapshot_lose_events() {
    refuted(Bounds { plan: &[1, 1, 1], deaths: 0, marker: Marker::SnapshotXmax, ..BOUNDS }, "nothing is lost");
}

#[test]
fn a_cursor_without_holes_loses_events() {
    refuted(Bounds { plan: &[1, 1], deaths: 0, marker: Marker::None, ..BOUNDS }, "nothing is lost");
}
