//! A phrase in the making: which of its places are taken.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Timing;
use super::part::{Found, Part};
use crate::days::Day;
use crate::lead::Role;
use crate::length::Length;
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::repeats::{Pattern, Repeats};
use crate::times::{Clock, Times};
use crate::vocabulary::DayPart;

/// A phrase in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) day: Option<Day>,
    pub(super) start: Option<Day>,
    pub(super) until: Option<Day>,
    pub(super) until_clock: Option<Clock>,
    pub(super) until_zone: Option<TimeZone>,
    pub(super) part: Option<DayPart>,
    pub(super) clocks: Vec<Clock>,
    pub(super) zone: Option<TimeZone>,
    /// The end of a range of times.
    pub(super) range_end: Option<Clock>,
    pub(super) moment: Option<Timestamp>,
    pub(super) repeats: Option<Repeats>,
    pub(super) length: Option<Length>,
    pub(super) count: Option<u32>,
    pub(super) completion: bool,
    pub(super) fault: Option<ErrorCode>,
    /// Whether the part taken last is the day on which it ends.
    ends_in_until: bool,
}

impl Plan {
    /// Takes a part if its place is free.
    pub(super) fn absorb(&mut self, found: &Found) -> bool {
        let taken = match &found.part {
            Part::Fault(code) => self.moment.is_none() && fill(&mut self.fault, *code),
            Part::Day(day, part) => self.absorb_day(*day, *part, found.role),
            Part::Bound(month, first) => self.absorb_month(*month, *first, found.role),
            Part::DayPart(part) => self.absorb_part(*part),
            Part::Times(times) => self.absorb_times(times, found.role),
            Part::Moment(at) => self.is_empty() && fill(&mut self.moment, *at),
            Part::Repeats(repeats) => self.absorb_repeats(repeats),
            Part::For(length) => self.may_limit(Some(*length)) && fill(&mut self.length, *length),
            Part::Count(count) => self.may_limit(None) && fill(&mut self.count, *count),
            Part::Completion => self.may_limit(None) && !std::mem::replace(&mut self.completion, true),
        };
        if taken {
            self.ends_in_until = found.role == Role::Until && matches!(found.part, Part::Day(..));
        }
        taken
    }

    fn absorb_day(&mut self, day: Day, part: Option<DayPart>, role: Role) -> bool {
        let free = match part {
            Some(_) => self.part.is_none(),
            None => true,
        };
        if !free || self.moment.is_some() || self.is_bare_limit() {
            return false;
        }
        let place = match role {
            Role::Due => &mut self.day,
            Role::Start => &mut self.start,
            Role::Until => &mut self.until,
        };
        let taken = fill(place, day);
        if taken && part.is_some() {
            self.part = part;
        }
        taken
    }

    /// A month that bounds a recurrence before it; `starting in april` may also come first. From november until june it
    /// is the june that follows.
    fn absorb_month(&mut self, month: Day, first: bool, role: Role) -> bool {
        let begins = first && role == Role::Start && self.is_empty();
        let gone = role == Role::Until && self.start.is_some_and(|start| month.date < start.date);
        let month = month.later.filter(|_| gone).map_or(month, |later| Day::rolling(later, None));
        (begins || self.repeats.is_some()) && self.absorb_day(month, None, role)
    }

    fn absorb_part(&mut self, part: DayPart) -> bool {
        let free = self.moment.is_none() && !self.is_bare_limit();
        free && self.repeats.as_ref().is_none_or(|repeats| repeats.part.is_none()) && fill(&mut self.part, part)
    }

    fn absorb_times(&mut self, times: &Times, role: Role) -> bool {
        let below_a_day = self.pattern().is_some_and(|pattern| pattern.cycle.below_a_day());
        let of_until = self.ends_in_until && (below_a_day || !self.clocks.is_empty());
        if self.moment.is_some() || self.is_bare_limit() {
            return false;
        }
        match times.clocks[..] {
            [clock] if of_until || (role == Role::Until && self.repeats.is_some()) => {
                self.until_zone.clone_from(&times.zone);
                fill(&mut self.until_clock, clock)
            }
            _ if !self.clocks.is_empty() => false,
            _ => {
                self.clocks.clone_from(&times.clocks);
                self.zone.clone_from(&times.zone);
                self.range_end = times.end;
                true
            }
        }
    }

    fn absorb_repeats(&mut self, repeats: &Repeats) -> bool {
        let free = self.moment.is_none() && (repeats.part.is_none() || self.part.is_none());
        free && self.repeats.is_none() && {
            self.repeats = Some(repeats.clone());
            true
        }
    }

    pub(super) fn pattern(&self) -> Option<&Pattern> {
        self.repeats.as_ref()?.pattern.as_ref().ok()
    }

    /// Whether a limit may stand here: behind a recurrence, or first of all. A length below a day
    /// limits only what comes more often than daily.
    fn may_limit(&self, length: Option<Length>) -> bool {
        let short = length.is_some_and(Length::is_elapsed);
        match self.pattern() {
            Some(pattern) => !short || pattern.cycle.below_a_day(),
            None => self.repeats.is_some() || (self.is_empty() && !short),
        }
    }

    /// Whether there is a limit, and nothing yet that it limits.
    pub(super) fn is_bare_limit(&self) -> bool {
        self.repeats.is_none() && (self.length.is_some() || self.count.is_some() || self.completion)
    }

    fn is_empty(&self) -> bool {
        !self.is_timing() && !self.is_bare_limit()
    }

    /// Whether it says anything of when.
    pub(super) fn is_timing(&self) -> bool {
        let days = [self.day, self.start, self.until];
        let time = self.part.is_some() || !self.clocks.is_empty() || self.until_clock.is_some();
        let whole = self.moment.is_some() || self.repeats.is_some() || self.fault.is_some();
        whole || time || days.iter().any(Option::is_some)
    }

    /// Whether it is a time of day and nothing else.
    pub(super) fn is_time_alone(&self) -> bool {
        let days = [self.day, self.start, self.until];
        let whole = self.moment.is_some() || self.repeats.is_some() || self.fault.is_some();
        self.has_time() && !whole && days.iter().all(Option::is_none)
    }

    /// Whether it is the beginning or end of a recurrence that stands elsewhere.
    pub(super) fn is_bound_alone(&self) -> bool {
        let bound = self.start.is_some() || self.until.is_some();
        bound && self.day.is_none() && self.repeats.is_none() && !self.has_time()
    }

    /// Whether it is a recurrence with a beginning and no end yet.
    pub(super) fn has_no_end(&self) -> bool {
        self.repeats.is_some() && self.start.is_some() && self.until.is_none()
    }

    /// Whether it has a time of day.
    pub(super) fn has_time(&self) -> bool {
        self.part.is_some() || !self.clocks.is_empty()
    }

    /// What it means.
    pub(super) fn timing(&self, present: &Present<'_>) -> Result<Timing, ErrorCode> {
        if let Some(code) = self.fault {
            return Err(code);
        }
        match &self.repeats {
            Some(repeats) => self.series(repeats, present),
            None => Ok(Timing { when: self.once(present)?, repeat: None }),
        }
    }
}

/// Fills a place if it is free.
fn fill<T>(place: &mut Option<T>, value: T) -> bool {
    let free = place.is_none();
    if free {
        *place = Some(value);
    }
    free
}
