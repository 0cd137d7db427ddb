//! What can be wrong with a rule.

/// Why a text or a builder makes no [`Rule`](super::Rule). Each message says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// No FREQ.
    #[error("a rule needs a frequency, as in FREQ=DAILY")]
    NoFrequency,
    /// FREQ is none of the known ones.
    #[error("`{0}` is no frequency: use MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY")]
    UnknownFrequency(String),
    /// FREQ=SECONDLY.
    #[error("a rule below a minute is refused: use FREQ=MINUTELY")]
    Secondly,
    /// A part that is not NAME=VALUE.
    #[error("`{0}` is no part of a rule: write NAME=VALUE, as in INTERVAL=2")]
    NotAPart(String),
    /// A part that RFC 5545 does not have.
    #[error("a rule has no part `{0}`")]
    UnknownPart(String),
    /// A part of RFC 5545 that is not offered.
    #[error("{part} is not offered: use {instead}")]
    Unsupported {
        /// Its name.
        part: &'static str,
        /// The parts that say the same.
        instead: &'static str,
    },
    /// A part that stands twice.
    #[error("{0} stands twice: write one list, as in BYHOUR=9,17")]
    Repeated(String),
    /// A value outside its range, or no number at all.
    #[error("{part}={value} is out of range: use {allowed}")]
    OutOfRange {
        /// The part's name.
        part: &'static str,
        /// The value as it was given.
        value: String,
        /// What the part takes.
        allowed: &'static str,
    },
    /// A weekday that is none.
    #[error("BYDAY={0} is no weekday: use MO, TU, WE, TH, FR, SA or SU, as in -1FR")]
    BadWeekday(String),
    /// An UNTIL that is no day and no time.
    #[error("UNTIL={0} is no date: use 20261201, 20261201T170000Z or 20261201T170000")]
    BadUntil(String),
    /// COUNT beside UNTIL.
    #[error("a rule ends by COUNT or by UNTIL, not by both")]
    CountAndUntil,
    /// BYDAY=1MO in a rule whose periods are no months or years.
    #[error("a numbered weekday such as 1MO needs FREQ=MONTHLY or FREQ=YEARLY")]
    NumberedWeekday,
    /// BYMONTHDAY in a weekly rule.
    #[error("BYMONTHDAY does not go with FREQ=WEEKLY: use FREQ=MONTHLY")]
    MonthDayInWeek,
    /// BYSETPOS without a set to choose from.
    #[error("BYSETPOS needs another BY part to choose from, as in BYDAY=MO,TU,WE,TH,FR")]
    PositionAlone,
    /// BYSETPOS below a day.
    #[error("BYSETPOS needs FREQ=DAILY or longer")]
    PositionBelowADay,
    /// More times a day than minutes.
    #[error("{0} times a day are too many: at most 1440")]
    TooManyTimes(usize),
}
