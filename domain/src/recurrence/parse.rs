//! Reading a rule from text.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;

use super::check::out_of_range;
use super::{Frequency, NthWeekday, Rule, RuleBuilder, RuleError, Until};

/// Reads an RRULE value, with or without `RRULE:`, in any case.
impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim().to_ascii_uppercase();
        let parts = parts(text.strip_prefix("RRULE:").unwrap_or(&text))?;
        let has = |name: &str| parts.iter().any(|part| part.0 == name);
        if has("COUNT") && has("UNTIL") {
            return Err(RuleError::CountAndUntil);
        }
        let frequency = parts.iter().find(|part| part.0 == "FREQ").ok_or(RuleError::NoFrequency)?;
        let empty = Rule::every(frequency.1.parse()?, 1);
        parts.iter().try_fold(empty, |rule, (name, value)| rule.part(name, value))?.build()
    }
}

fn parts(text: &str) -> Result<Vec<(&str, &str)>, RuleError> {
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or_else(|| RuleError::NotAPart(part.to_owned()))?;
        let (name, value) = (name.trim_end(), value.trim_start());
        if parts.iter().any(|part| part.0 == name) {
            return Err(RuleError::Repeated(name.to_owned()));
        }
        parts.push((name, value));
    }
    Ok(parts)
}

impl RuleBuilder {
    fn part(self, name: &str, value: &str) -> Result<Self, RuleError> {
        Ok(match name {
            "FREQ" => self,
            "INTERVAL" => self.interval(number("INTERVAL", value, "1 to 1000000")?),
            "COUNT" => self.count(number("COUNT", value, "1 to 10000")?),
            "UNTIL" => self.until(value.parse()?),
            "BYMONTH" => self.in_months(numbers("BYMONTH", value, "1 to 12")?),
            "BYMONTHDAY" => self.on_month_days(numbers("BYMONTHDAY", value, "1 to 31 or -31 to -1")?),
            "BYDAY" => self.on_weekdays(weekdays(value)?),
            "BYHOUR" => self.at_hours(numbers("BYHOUR", value, "0 to 23")?),
            "BYMINUTE" => self.at_minutes(numbers("BYMINUTE", value, "0 to 59")?),
            "BYSECOND" => self.at_seconds(numbers("BYSECOND", value, "0 to 59")?),
            "BYSETPOS" => self.at_positions(numbers("BYSETPOS", value, "1 to 366 or -366 to -1")?),
            "WKST" => self.week_start(weekday(value)?),
            "BYYEARDAY" => return Err(unsupported("BYYEARDAY", "BYMONTH with BYMONTHDAY")),
            "BYWEEKNO" => return Err(unsupported("BYWEEKNO", "FREQ=WEEKLY with INTERVAL")),
            _ => return Err(RuleError::UnknownPart(name.to_owned())),
        })
    }
}

fn unsupported(part: &'static str, instead: &'static str) -> RuleError {
    RuleError::Unsupported { part, instead }
}

fn number<T: FromStr>(part: &'static str, value: &str, allowed: &'static str) -> Result<T, RuleError> {
    value.trim().parse().map_err(|_| out_of_range(part, value, allowed))
}

fn numbers(part: &'static str, list: &str, allowed: &'static str) -> Result<Vec<i16>, RuleError> {
    list.split(',').map(|value| number(part, value, allowed)).collect()
}

fn weekdays(list: &str) -> Result<Vec<NthWeekday>, RuleError> {
    list.split(',').map(|value| value.trim().parse()).collect()
}

impl FromStr for NthWeekday {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let bad = || RuleError::BadWeekday(text.to_owned());
        let (ordinal, code) = text.split_at_checked(text.len().saturating_sub(2)).ok_or_else(bad)?;
        let ordinal = match ordinal {
            "" => None,
            digits => Some(digits.parse().map_err(|_| bad())?),
        };
        Ok(Self { ordinal, weekday: weekday(code).map_err(|_| bad())? })
    }
}

fn weekday(code: &str) -> Result<Weekday, RuleError> {
    Ok(match code {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        other => return Err(RuleError::BadWeekday(other.to_owned())),
    })
}

impl FromStr for Frequency {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Ok(match text {
            "MINUTELY" => Self::Minutely,
            "HOURLY" => Self::Hourly,
            "DAILY" => Self::Daily,
            "WEEKLY" => Self::Weekly,
            "MONTHLY" => Self::Monthly,
            "YEARLY" => Self::Yearly,
            "SECONDLY" => return Err(RuleError::Secondly),
            other => return Err(RuleError::UnknownFrequency(other.to_owned())),
        })
    }
}

impl FromStr for Until {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let parsed = match (text.split_once('T'), text.strip_suffix('Z')) {
            (None, _) => date(text).map(Self::Day),
            (Some(_), None) => wall(text).map(Self::Wall),
            (Some(_), Some(utc)) => wall(utc).and_then(instant).map(Self::Utc),
        };
        parsed.ok_or_else(|| RuleError::BadUntil(text.to_owned()))
    }
}

fn instant(wall: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(wall).ok()
}

fn wall(text: &str) -> Option<DateTime> {
    let (day, clock) = text.split_once('T')?;
    let [hour, minute, second] = digits(clock, [2, 2, 2])?;
    let time = Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, 0);
    Some(date(day)?.to_datetime(time.ok()?))
}

fn date(text: &str) -> Option<Date> {
    let [year, month, day] = digits(text, [4, 2, 2])?;
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// Cuts a text of digits alone into numbers of these widths, which must use it up.
fn digits(text: &str, widths: [usize; 3]) -> Option<[i16; 3]> {
    if text.len() != widths.iter().sum::<usize>() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (first, rest) = text.split_at(widths[0]);
    let (second, third) = rest.split_at(widths[1]);
    Some([first.parse().ok()?, second.parse().ok()?, third.parse().ok()?])
}
