//! Units of time.

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A unit of time: `week`, `weeks`, `wk`. One letter is a unit only behind a digit (`2w`); see
/// [`letter`].
pub(crate) fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "second" | "seconds" | "sec" | "secs" => Unit::Second,
        "minute" | "minutes" | "min" | "mins" | "minuts" | "minuets" => Unit::Minute,
        "hour" | "hours" | "hr" | "hrs" | "horus" => Unit::Hour,
        "day" | "days" | "dya" | "dyas" => Unit::Day,
        "week" | "weeks" | "wk" | "wks" | "weks" => Unit::Week,
        "month" | "months" | "mo" | "mos" | "mth" | "mths" | "monht" => Unit::Month,
        "quarter" | "quarters" => Unit::Quarter,
        "year" | "years" | "yr" | "yrs" => Unit::Year,
        _ => return None,
    })
}

/// A unit behind a digit: `2h`, `15m`, `3d`.
pub(crate) fn letter(word: &str) -> Option<Unit> {
    Some(match word {
        "s" => Unit::Second,
        "m" => Unit::Minute,
        "h" => Unit::Hour,
        "d" => Unit::Day,
        "w" => Unit::Week,
        "y" => Unit::Year,
        _ => return unit(word),
    })
}
