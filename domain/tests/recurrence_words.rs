//! Rules as text: what is refused, what is canonical, and what they are called in English.

use jiff::civil::{Weekday, date};
use taskbot_domain::recurrence::{Frequency, Rule, RuleError, Start, Until, in_words};

fn error(text: &str) -> String {
    text.parse::<Rule>().expect_err(text).to_string()
}

#[test]
fn every_refusal_says_what_would_be_right() {
    let refused = [
        ("", "a rule needs a frequency, as in FREQ=DAILY"),
        ("INTERVAL=2", "a rule needs a frequency, as in FREQ=DAILY"),
        ("FREQ=SECONDLY", "a rule below a minute is refused: use FREQ=MINUTELY"),
        ("FREQ=OFTEN", "`OFTEN` is no frequency: use MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=DAILY;NEVER", "`NEVER` is no part of a rule: write NAME=VALUE, as in INTERVAL=2"),
        ("FREQ=DAILY;BYEASTER=1", "a rule has no part `BYEASTER`"),
        ("FREQ=YEARLY;BYWEEKNO=3", "BYWEEKNO is not offered: use FREQ=WEEKLY with INTERVAL"),
        ("FREQ=YEARLY;BYYEARDAY=3", "BYYEARDAY is not offered: use BYMONTH with BYMONTHDAY"),
        ("FREQ=DAILY;BYHOUR=1;BYHOUR=2", "BYHOUR stands twice: write one list, as in BYHOUR=9,17"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is out of range: use 1 to 1000000"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1 is out of range: use 1 to 1000000"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0 is out of range: use 1 to 10000"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR=24 is out of range: use 0 to 23"),
        ("FREQ=DAILY;BYMINUTE=", "BYMINUTE= is out of range: use 0 to 59"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH=13 is out of range: use 1 to 12"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0 is out of range: use 1 to 31 or -31 to -1"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY=6 is out of range: use 1 to 5 or -5 to -1 before the weekday"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX is no weekday: use MO, TU, WE, TH, FR, SA or SU, as in -1FR"),
        ("FREQ=WEEKLY;BYDAY=é", "BYDAY=é is no weekday: use MO, TU, WE, TH, FR, SA or SU, as in -1FR"),
        ("FREQ=WEEKLY;BYDAY=1MO", "a numbered weekday such as 1MO needs FREQ=MONTHLY or FREQ=YEARLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with FREQ=WEEKLY: use FREQ=MONTHLY"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS needs another BY part to choose from, as in BYDAY=MO,TU,WE,TH,FR"),
        ("FREQ=HOURLY;BYDAY=MO;BYSETPOS=1", "BYSETPOS needs FREQ=DAILY or longer"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261201", "a rule ends by COUNT or by UNTIL, not by both"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL=20260230 is no date: use 20261201, 20261201T170000Z or 20261201T170000"),
        ("FREQ=DAILY;UNTIL=00001201", "UNTIL=0 is out of range: use a year from 1 to 9999"),
    ];
    for (text, message) in refused {
        assert_eq!(error(text), message, "{text}");
    }
}

#[test]
fn more_times_a_day_than_minutes_are_refused() {
    let all = |top: i16| (0..top).map(|number| number.to_string()).collect::<Vec<String>>().join(",");
    let text = format!("FREQ=DAILY;BYHOUR={};BYMINUTE={};BYSECOND=0,30", all(24), all(60));
    assert_eq!(text.parse::<Rule>(), Err(RuleError::TooManyTimes(2880)));
}

#[test]
fn text_is_read_in_any_order_and_case_and_written_canonically() {
    let cases = [
        (" rrule:byday=fr,mo,fr;freq=weekly;interval=2; ", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,31,-2,1;INTERVAL=1", "FREQ=MONTHLY;BYMONTHDAY=1,31,-2,-1"),
        ("FREQ=MONTHLY;BYDAY=+1MO,-1FR,MO", "FREQ=MONTHLY;BYDAY=MO,1MO,-1FR"),
        ("FREQ=WEEKLY;WKST=MO;UNTIL=20261201t170000z", "FREQ=WEEKLY;UNTIL=20261201T170000Z"),
        ("FREQ=WEEKLY;WKST=SU;UNTIL=20261201T170000", "FREQ=WEEKLY;WKST=SU;UNTIL=20261201T170000"),
        ("FREQ=DAILY;COUNT=5;BYSETPOS=-1;BYHOUR=17,9", "FREQ=DAILY;BYHOUR=9,17;BYSETPOS=-1;COUNT=5"),
    ];
    for (text, canonical) in cases {
        let rule: Rule = text.parse().unwrap();
        assert_eq!(rule.to_string(), canonical);
        assert_eq!(serde_json::to_value(&rule).unwrap(), canonical);
        assert_eq!(serde_json::from_value::<Rule>(canonical.into()).unwrap(), rule);
    }
    assert!(serde_json::from_str::<Rule>("\"FREQ=OFTEN\"").is_err());
}

#[test]
fn the_builder_makes_the_same_rules_as_text() {
    let weekly = Rule::every(Frequency::Weekly, 2).on_weekdays([Weekday::Friday, Weekday::Monday]);
    let weekly = weekly.at_hours([17, 9]).at_minutes([0]).count(5).build().unwrap();
    assert_eq!("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=9,17;BYMINUTE=0;COUNT=5".parse(), Ok(weekly.clone()));
    let until = weekly.with_until(Until::Day(date(2026, 12, 1))).unwrap();
    assert_eq!((until.count(), until.until()), (None, Some(Until::Day(date(2026, 12, 1)))));
    assert_eq!(until.without_end().with_count(0).unwrap_err().to_string(), "COUNT=0 is out of range: use 1 to 10000");
    let last_friday = Rule::every(Frequency::Monthly, 1).on_nth_weekday(-1, Weekday::Friday).build();
    assert_eq!("FREQ=MONTHLY;BYDAY=-1FR".parse(), last_friday);
    let clamped = Rule::every(Frequency::Monthly, 1).on_month_days(28..=31).at_positions([-1]).build();
    assert_eq!("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1".parse(), clamped);
}

/// Said of a series that starts on Monday, 31 August 2026, at 09:00.
const WORDS: &[(&str, &str)] = &[
    ("FREQ=DAILY", "every day at 09:00"),
    ("FREQ=DAILY;INTERVAL=3", "every 3 days at 09:00"),
    ("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0", "every day at 09:00 and 17:00"),
    ("FREQ=DAILY;BYHOUR=8,12,20;BYMINUTE=30", "every day at 08:30, 12:30 and 20:30"),
    ("FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12", "every day at 13 times from 00:00 to 12:00"),
    ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=17;BYMINUTE=45", "every weekday at 17:45"),
    ("FREQ=DAILY;INTERVAL=2;BYDAY=MO", "every 2 days at 09:00, only on Monday"),
    ("FREQ=DAILY;BYDAY=FR;BYMONTHDAY=13", "every Friday at 09:00, only on the 13th"),
    ("FREQ=DAILY;BYMONTH=3;COUNT=5", "every day at 09:00, only in March, 5 times"),
    ("FREQ=DAILY;COUNT=1", "every day at 09:00, once"),
    ("FREQ=WEEKLY", "every Monday at 09:00"),
    ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "every Monday, Wednesday and Friday at 09:00"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday at 09:00"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20261201", "every other Monday at 09:00 until 1 December 2026"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "every 2 weeks on Tuesday and Thursday at 09:00"),
    ("FREQ=WEEKLY;INTERVAL=3;WKST=SU", "every 3 weeks on Monday at 09:00, weeks from Sunday"),
    ("FREQ=WEEKLY;UNTIL=20261201T170000", "every Monday at 09:00 until 1 December 2026 17:00"),
    ("FREQ=WEEKLY;UNTIL=20261201T170000Z", "every Monday at 09:00 until 1 December 2026 17:00 UTC"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on the 1st and 15th at 09:00"),
    ("FREQ=MONTHLY", "every month on the 31st (in months that have one) at 09:00"),
    ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "every month on the 31st (or the last day) at 09:00"),
    ("FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1", "every month on the 29th (or the last day) at 09:00"),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "the last day of every month at 09:00"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,-1", "every month on the 1st and last day at 09:00"),
    ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=22", "every 3 months on the 22nd at 09:00"),
    ("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=16;BYMINUTE=0", "the last Friday of every month at 16:00"),
    ("FREQ=MONTHLY;BYDAY=3FR", "the 3rd Friday of every month at 09:00"),
    ("FREQ=MONTHLY;BYDAY=1MO,-2FR", "the first Monday and the 2nd to last Friday of every month at 09:00"),
    ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO", "every 2 months on the first Monday at 09:00"),
    ("FREQ=MONTHLY;BYDAY=MO", "every Monday of every month at 09:00"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "the last workday of every month at 09:00"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1", "the first and last workday of every month at 09:00"),
    ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1", "the first weekend day of every month at 09:00"),
    ("FREQ=MONTHLY;BYDAY=MO,TH;BYSETPOS=2", "the 2nd Monday or Thursday of every month at 09:00"),
    ("FREQ=MONTHLY;BYDAY=MO,TH;BYHOUR=9,17;BYSETPOS=2", "the first Monday or Thursday of every month at 17:00"),
    (
        "FREQ=MONTHLY;BYDAY=MO,TH;BYHOUR=9,17;BYSETPOS=2,3",
        "every Monday and every Thursday of every month at 09:00 and 17:00, only the 2nd and 3rd of the month",
    ),
    ("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,30;BYSETPOS=1,4", "every day at 09:00 and 17:30"),
    (
        "FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9,17;BYMINUTE=0,30;BYSETPOS=1,4,5,8",
        "every Monday and Friday at 09:00 and 17:30",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=28,29;BYHOUR=9,17;BYMINUTE=0;BYSETPOS=-2,-1",
        "every month on the 29th (or the last day) at 09:00 and 17:00",
    ),
    ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "every month on the 13th at 09:00, only on Friday"),
    ("FREQ=MONTHLY;BYMONTHDAY=5;BYMONTH=3,6", "every month on the 5th at 09:00, only in March and June"),
    ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4", "every year on 4 July at 09:00"),
    ("FREQ=YEARLY", "every year on 31 August at 09:00"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "every year on 29 February (in years that have one) at 09:00"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1", "every year on 29 February (or the last day) at 09:00"),
    ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1", "every year on 1 January and 1 July at 09:00"),
    ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=1,15", "every year on the 1st and 15th of July at 09:00"),
    ("FREQ=YEARLY;BYMONTHDAY=1", "every year on the 1st of every month at 09:00"),
    ("FREQ=YEARLY;BYMONTH=11;BYDAY=2TU", "every year on the 2nd Tuesday of November at 09:00"),
    ("FREQ=YEARLY;INTERVAL=4;BYDAY=20MO", "every 4 years on the 20th Monday of the year at 09:00"),
    ("FREQ=YEARLY;BYMONTH=12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every year on the last workday of December at 09:00"),
    (
        "FREQ=YEARLY;BYMONTH=3,6;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
        "every year on every workday of March and June at 09:00, only the first of the year",
    ),
    ("FREQ=HOURLY;INTERVAL=2", "every 2 hours"),
    ("FREQ=HOURLY", "every hour"),
    (
        "FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10;BYDAY=MO,FR",
        "every 15 minutes, only on Monday and Friday, only in hours 9 and 10",
    ),
];

#[test]
fn rules_are_said_in_english() {
    let start = Start::At(date(2026, 8, 31).at(9, 0, 0, 0));
    for (rule, words) in WORDS {
        assert_eq!(in_words(&rule.parse().unwrap(), start), *words, "{rule}");
    }
}

#[test]
fn a_series_of_days_is_said_without_times() {
    let start = Start::Day(date(2026, 8, 15));
    let words = |rule: &str| in_words(&rule.parse().unwrap(), start);
    assert_eq!(words("FREQ=DAILY;BYHOUR=9,17"), "every day");
    assert_eq!(words("FREQ=WEEKLY;INTERVAL=2"), "every other Saturday");
    assert_eq!(words("FREQ=MONTHLY;COUNT=3"), "every month on the 15th, 3 times");
    assert_eq!(words("FREQ=YEARLY;UNTIL=20300815"), "every year on 15 August until 15 August 2030");
}
