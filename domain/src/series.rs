//! A recurring series: the rule, the wall time, the zone and what each occurrence looks like.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::due::Due;
use crate::ids::{ListId, PersonId, SeriesId, TaskId, derived};
use crate::place::Destination;
use crate::recurrence::{Rule, Schedule, Start};
use crate::task::{Priority, RepeatFrom};
use crate::tenant::TenantId;
use crate::zone::Zone;

/// A series. At most one of its past occurrences is open; each occurrence exists exactly once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Random.
    pub id: SeriesId,
    /// The tenant of all its occurrences.
    pub tenant: TenantId,
    /// The list of all its occurrences.
    pub list: ListId,
    /// When it repeats.
    pub rule: Rule,
    /// DTSTART: the first wall time (midnight for a series of days).
    pub start: DateTime,
    /// Occurrences are days without a time.
    pub day_only: bool,
    /// The zone of the wall time.
    pub zone: Zone,
    /// What the next occurrence is counted from.
    pub repeat_from: RepeatFrom,
    /// What each new occurrence looks like.
    pub template: Template,
    /// The latest occurrence.
    pub current: TaskId,
    /// Its number in the series, from 1.
    pub nth: u64,
    /// Its scheduled instant.
    pub current_at: Timestamp,
    /// When the next occurrence's time arrives; `None` when only completion makes one, or none is left.
    pub next_at: Option<Timestamp>,
    /// The occurrence that a reopening withdrew; the same row is revived when it is wanted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<TaskId>,
    /// Whether it still makes occurrences.
    pub state: SeriesState,
    /// 1 at first, raised by each change.
    pub version: u64,
}

/// Whether a series still makes occurrences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesState {
    /// It does.
    Active,
    /// Its rule has no further time, or somebody ended it.
    Ended,
}

/// What each occurrence of a series begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// The title.
    pub title: String,
    /// The description.
    #[serde(default)]
    pub description: String,
    /// The priority.
    pub priority: Option<Priority>,
    /// The tags.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// Whom it mentions.
    #[serde(default)]
    pub assignees: Vec<PersonId>,
    /// Where its reminder goes, if that was said.
    pub place: Option<Destination>,
    /// Made by `remind …`.
    #[serde(default)]
    pub bare_reminder: bool,
    /// Who made the series.
    pub author: PersonId,
}

impl Series {
    /// The rule laid on the calendar.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        let start = if self.day_only { Start::Day(self.start.date()) } else { Start::At(self.start) };
        Schedule::new(self.rule.clone(), start, self.zone.rules().clone())
    }

    /// The id of the occurrence at a scheduled time: one id, whoever computes it.
    ///
    /// Keyed by the local wall time; below a day by the UTC instant, because 01:00 comes twice in autumn;
    /// for series that count from completion by the number in the series.
    #[must_use]
    pub fn occurrence_id(&self, nth: u64, wall: DateTime, at: Timestamp) -> TaskId {
        let key = match self.repeat_from {
            RepeatFrom::Completion => nth.to_string(),
            RepeatFrom::Schedule if self.rule.below_a_day() => at.to_string(),
            RepeatFrom::Schedule => wall.to_string(),
        };
        TaskId(derived(&["occurrence", &self.id.to_string(), &key]))
    }

    /// The due of the occurrence at a scheduled time.
    #[must_use]
    pub fn due(&self, wall: DateTime, at: Timestamp) -> Due {
        if self.day_only { Due::day(wall.date(), self.zone.clone()) } else { Due::instant(at, self.zone.clone()) }
    }

    /// Whether it still makes occurrences.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == SeriesState::Active
    }
}
