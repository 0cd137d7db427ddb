//! Weekdays, months and parts of the day.

use jiff::civil::{Time, Weekday, time};

/// One weekday: `friday`, `fri`, `firday`.
pub(crate) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" | "mondya" | "munday" | "monady" => Weekday::Monday,
        "tuesday" | "tue" | "tues" | "tuseday" | "teusday" | "tusday" | "tuesdya" => Weekday::Tuesday,
        "wednesday" | "wed" | "weds" | "wendesday" | "wensday" | "wednsday" | "wenesday" | "wedneday" | "wedensday"
        | "wednesdya" => Weekday::Wednesday,
        "thursday" | "thu" | "thur" | "thurs" | "thrusday" | "thrus" | "thirsday" | "thurday" | "thrsday"
        | "thursdya" => Weekday::Thursday,
        "friday" | "fri" | "firday" | "fryday" | "friady" | "frday" | "fridya" => Weekday::Friday,
        "saturday" | "sat" | "satuday" | "saterday" | "saturady" | "saturdy" | "saturdya" => Weekday::Saturday,
        "sunday" | "sun" | "sundya" | "suday" => Weekday::Sunday,
        _ => return None,
    })
}

/// A weekday in the plural, which repeats: `mondays`.
pub(crate) fn weekdays_plural(word: &str) -> Option<Weekday> {
    let singular = word.strip_suffix('s')?;
    (singular.ends_with("day") || singular.ends_with("dya")).then(|| weekday(singular)).flatten()
}

/// A month, 1 to 12.
pub(crate) fn month(word: &str) -> Option<i8> {
    Some(match word {
        "january" | "jan" | "januray" => 1,
        "february" | "feb" | "febuary" | "feburary" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sep" | "sept" | "setember" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

/// A part of the day. It stands for an hour of its own and decides am or pm beside another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayPart {
    Morning,
    Afternoon,
    Evening,
    Night,
}

impl DayPart {
    /// The time that it stands for when no hour is beside it.
    pub(crate) fn time(self) -> Time {
        match self {
            Self::Morning => time(9, 0, 0, 0),
            Self::Afternoon => time(15, 0, 0, 0),
            Self::Evening => time(19, 0, 0, 0),
            Self::Night => time(20, 0, 0, 0),
        }
    }

    /// The 24-hour clock's hour for an hour of the 12-hour clock. Small hours of the night are am.
    pub(crate) fn hour(self, hour: i8) -> i8 {
        match (self, hour) {
            (Self::Morning | Self::Evening | Self::Night, 12) => 0,
            (Self::Morning, _) | (Self::Afternoon, 12) | (Self::Night, 1..=4) => hour,
            _ => hour + 12,
        }
    }
}

/// A part of the day.
pub(crate) fn day_part(word: &str) -> Option<DayPart> {
    Some(match word {
        "morning" | "mornin" => DayPart::Morning,
        "afternoon" => DayPart::Afternoon,
        "evening" => DayPart::Evening,
        "night" => DayPart::Night,
        _ => return None,
    })
}
