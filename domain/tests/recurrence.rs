//! The expander against the `rrule` crate and against itself, and rules as text.

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{ProptestConfig, any, prop};
use proptest::{prop_assert, prop_assert_eq, proptest};
use rrule::RRuleSet;
use taskbot_domain::recurrence::{Occurrence, Rule, RuleBuilder, Schedule, Start};

/// A small generator with a fixed seed (xorshift64*): every run sees the same rules.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len() as u64) as usize]
    }

    /// A number from 1 to `top`, or counted from the end.
    fn number(&mut self, top: u64, either_end: bool) -> String {
        let sign = if either_end && self.one_in(3) { "-" } else { "" };
        format!("{sign}{}", 1 + self.below(top))
    }

    /// One to `most` numbers from 1 to `top`, or counted from the end.
    fn numbers(&mut self, most: u64, top: u64, either_end: bool) -> String {
        let numbers = (0..=self.below(most)).map(|_| self.number(top, either_end));
        numbers.collect::<Vec<String>>().join(",")
    }

    /// One to `most` numbers from 0 to `top`.
    fn zero_based(&mut self, most: u64, top: u64) -> String {
        let numbers = (0..=self.below(most)).map(|_| self.below(top + 1).to_string());
        numbers.collect::<Vec<String>>().join(",")
    }

    /// Weekdays, all of them numbered or none: the `rrule` crate reads a mixture as neither.
    fn weekdays(&mut self, ordinals: u64) -> String {
        let numbered = ordinals > 0 && self.one_in(2);
        let days = (0..=self.below(4)).map(|_| {
            let day = self.pick(&["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
            let ordinal = if numbered { self.number(ordinals, true) } else { String::new() };
            ordinal + day
        });
        days.collect::<Vec<String>>().join(",")
    }

    /// A valid rule of a day or longer, without an end.
    fn calendar_rule(&mut self) -> String {
        let frequency = self.pick(&["DAILY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY", "YEARLY"]);
        let mut rule = format!("FREQ={frequency}");
        let mut part = |name: &str, value: String| rule += &format!(";{name}={value}");
        if self.one_in(2) {
            part("INTERVAL", self.numbers(1, 7, false));
        }
        let months = self.one_in(4);
        if months {
            part("BYMONTH", self.numbers(3, 12, false));
        }
        let month_days = frequency != "WEEKLY" && self.one_in(3);
        if month_days {
            part("BYMONTHDAY", self.numbers(4, 31, true));
        }
        let weekdays = self.one_in(2);
        if weekdays {
            let ordinals = match frequency {
                // The `rrule` crate refuses -5 here, and -53 in a year.
                "MONTHLY" => 4,
                // Whether these count in the month or the year is read differently.
                "YEARLY" if month_days => 0,
                "YEARLY" if months => 4,
                "YEARLY" => 52,
                _ => 0,
            };
            part("BYDAY", self.weekdays(ordinals));
        }
        let hours = self.one_in(3);
        if hours {
            part("BYHOUR", self.zero_based(3, 23));
        }
        if self.one_in(4) {
            part("BYMINUTE", self.zero_based(2, 59));
        }
        if self.one_in(8) {
            part("BYSECOND", self.zero_based(2, 59));
        }
        // The `rrule` crate begins a weekly rule's first set at the start, not at the week.
        let positions = frequency != "WEEKLY" && (weekdays || month_days || hours);
        if positions && self.one_in(3) {
            part("BYSETPOS", self.numbers(2, 3, true));
        }
        if self.one_in(4) {
            part("WKST", self.pick(&["SU", "SA", "WE"]).to_owned());
        }
        rule
    }

    fn start(&mut self) -> DateTime {
        let day = date(2020, 1, 1).checked_add(SignedDuration::from_hours(24 * self.below(3000) as i64));
        day.unwrap().at(self.below(24) as i8, self.below(60) as i8, 0, 0)
    }
}

fn rules() -> usize {
    std::env::var("RULES").map_or(500, |rules| rules.parse().expect("RULES is a number"))
}

fn schedule(rule: &str, start: DateTime, zone: &str) -> Schedule {
    let rule = rule.parse().unwrap_or_else(|error| panic!("{rule}: {error}"));
    Schedule::new(rule, Start::At(start), TimeZone::get(zone).unwrap())
}

/// What the `rrule` crate makes of it in UTC: up to 40 instants, and whether it gave up.
fn oracle(rule: &str, start: DateTime) -> (Vec<i64>, bool) {
    let text = format!("DTSTART:{}Z\nRRULE:{rule}", start.strftime("%Y%m%dT%H%M%S"));
    let set: RRuleSet = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let all = set.limit().all(40);
    let limited = all.limited && all.dates.len() < 40;
    (all.dates.iter().map(|date| date.timestamp()).collect(), limited)
}

fn seconds(occurrences: impl IntoIterator<Item = Occurrence>) -> Vec<i64> {
    occurrences.into_iter().map(|occurrence| occurrence.at.as_second()).collect()
}

/// A rule with its start that names at least one time, ending one way or another. One that never
/// does would keep the `rrule` crate busy for a second.
fn productive_rule(dice: &mut Dice) -> (String, DateTime) {
    loop {
        let (mut rule, start) = (dice.calendar_rule(), dice.start());
        match dice.below(3) {
            0 => rule += &format!(";COUNT={}", 1 + dice.below(30)),
            1 => {
                let end = start.checked_add(SignedDuration::from_hours(dice.below(20_000) as i64));
                rule += &format!(";UNTIL={}Z", end.unwrap().strftime("%Y%m%dT%H%M%S"));
            }
            _ => {}
        }
        if schedule(&rule, start, "UTC").occurrences().next().is_some() {
            return (rule, start);
        }
    }
}

#[test]
fn random_rules_of_a_day_and_longer_agree_with_the_rrule_crate() {
    let mut dice = Dice(0x7461_736B_626F_7431);
    let mut compared = 0;
    for _ in 0..rules() {
        let (rule, start) = productive_rule(&mut dice);
        let schedule = schedule(&rule, start, "UTC");
        let mut occurrences = schedule.occurrences();
        let mut ours = seconds(occurrences.by_ref().take(40));
        let (mut theirs, limited) = oracle(&rule, start);
        if limited || occurrences.exhausted_budget() {
            let both = ours.len().min(theirs.len());
            ours.truncate(both);
            theirs.truncate(both);
        }
        compared += ours.len();
        assert_eq!(ours, theirs, "{rule} from {start}");
    }
    assert!(compared > rules() * 20, "only {compared} instants were compared");
}

#[test]
fn rules_that_the_rrule_crate_finds_empty_are_empty() {
    let start = date(2026, 3, 1).at(9, 0, 0, 0);
    for rule in ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYDAY=MO;BYSETPOS=2"] {
        assert_eq!(seconds(schedule(rule, start, "UTC").occurrences()), oracle(rule, start).0, "{rule}");
    }
}

#[test]
fn random_rules_below_a_day_agree_with_plain_elapsed_arithmetic() {
    let mut dice = Dice(0x6D69_6E75_7465_7321);
    let zones = ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];
    for _ in 0..rules() / 5 {
        let (frequency, unit) = if dice.one_in(2) { ("HOURLY", 3600) } else { ("MINUTELY", 60) };
        let interval = 1 + dice.below(50) as i64;
        let hours = dice.zero_based(6, 23);
        let days = dice.weekdays(0);
        let rule = format!("FREQ={frequency};INTERVAL={interval};BYHOUR={hours};BYDAY={days}");
        let (start, zone) = (dice.start(), dice.pick(&zones));
        let schedule = schedule(&rule, start, zone);
        let zone = TimeZone::get(zone).unwrap();
        let origin = zone.to_timestamp(start).unwrap().as_second();
        let parsed: Rule = rule.parse().unwrap();
        let wanted = (0..).map(|step| origin + step * interval * unit).take_while(|at| *at < origin + 40 * 86_400);
        let wanted: Vec<i64> = wanted
            .filter(|at| {
                let wall = zone.to_datetime(Timestamp::from_second(*at).unwrap());
                let day = parsed.weekdays().iter().any(|day| day.weekday == wall.weekday());
                day && parsed.hours().contains(&i16::from(wall.hour()))
            })
            .take(200)
            .collect();
        assert_eq!(seconds(schedule.occurrences().take(wanted.len())), wanted, "{rule} from {start}");
    }
}

#[test]
fn jumping_agrees_with_walking() {
    let mut dice = Dice(0x6A75_6D70_2121_2121);
    let zones = ["Europe/Madrid", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"];
    for _ in 0..rules() / 2 {
        let mut rule = match dice.one_in(3) {
            true => format!("FREQ=HOURLY;INTERVAL={};BYHOUR={}", 1 + dice.below(9), dice.zero_based(6, 23)),
            false => dice.calendar_rule(),
        };
        if dice.one_in(3) {
            rule += &format!(";COUNT={}", 1 + dice.below(60));
        }
        let start = dice.start();
        let schedule = schedule(&rule, start, dice.pick(&zones));
        let walked: Vec<Occurrence> = schedule.occurrences().take(20).collect();
        for pair in walked.windows(2) {
            let context = format!("{rule} from {start}: {pair:?}");
            assert_eq!(schedule.following(&pair[0]).ok().flatten(), Some(pair[1]), "{context}");
            assert_eq!(
                schedule.first_from(pair[1].wall).map(|found| found.map(|found| found.wall)),
                Ok(Some(pair[1].wall)),
                "{context}"
            );
            if pair[0].at < pair[1].at {
                assert_eq!(schedule.next_after(pair[0].at), Ok(Some(pair[1])), "{context}");
                let just_before = pair[1].at - SignedDuration::from_nanos(1);
                let latest = walked.iter().rfind(|occurrence| occurrence.at <= just_before);
                assert_eq!(schedule.latest_until(just_before).as_ref().map(Option::as_ref), Ok(latest), "{context}");
            }
        }
        if let [first, .., last] = walked.as_slice() {
            let inside: Vec<Occurrence> =
                walked.iter().copied().filter(|found| found.at > first.at && found.at <= last.at).collect();
            assert_eq!(schedule.between(first.at, last.at, inside.len()), Ok(inside), "{rule} from {start}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), text in "(?i)(FREQ|BY(DAY|MONTH|SETPOS)|UNTIL|COUNT|[;=,0-9A-Z-]){0,20}") {
        let _ = String::from_utf8_lossy(&bytes).parse::<Rule>();
        let _ = text.parse::<Rule>();
    }

    #[test]
    fn every_valid_rule_reads_back_and_answers_anywhere_in_time(seed in any::<u64>(), interval in 1..=1_000_000_u32, start in any::<i64>(), now in any::<i64>()) {
        let mut dice = Dice(seed | 1);
        let mut text = dice.calendar_rule();
        if dice.one_in(3) {
            text = format!("FREQ={};BYMONTH={};BYMINUTE={}", dice.pick(&["HOURLY", "MINUTELY"]), dice.numbers(2, 12, false), dice.zero_based(9, 59));
        }
        let rule: Rule = text.parse().unwrap();
        prop_assert_eq!(&rule.to_string().parse::<Rule>(), &Ok(rule.clone()));
        prop_assert_eq!(serde_json::from_str::<Rule>(&serde_json::to_string(&rule).unwrap()).unwrap(), rule.clone());
        let wide = RuleBuilder::from(rule.clone()).interval(interval).build().unwrap();
        let instant = |seed: i64| Timestamp::from_second(seed % 253_402_207_201).unwrap_or(Timestamp::MIN);
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let (start, now) = (zone.to_datetime(instant(start)), instant(now));
        for rule in [rule, wide] {
            for start in [Start::At(start), Start::Day(start.date())] {
                let schedule = Schedule::new(rule.clone(), start, zone.clone());
                if let Ok(Some(next)) = schedule.next_after(now) {
                    prop_assert!(next.at > now);
                }
                if let Ok(Some(latest)) = schedule.latest_until(now) {
                    prop_assert!(latest.at <= now);
                }
                let _ = (schedule.first_from(DateTime::MIN), schedule.first_from(DateTime::MAX));
                let _ = (schedule.next_after(Timestamp::MIN), schedule.latest_until(Timestamp::MAX));
                let _ = schedule.between(Timestamp::MIN, Timestamp::MAX, 3);
            }
        }
    }
}
