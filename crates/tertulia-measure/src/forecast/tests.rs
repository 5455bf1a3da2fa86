//! On series made by a seeded generator whose truth is known.

use super::*;
use crate::erlang::Target;

/// Chance that is the same every time (a 64-bit congruential generator, Knuth 1997).
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        crate::special::normal_quantile(self.unit())
    }

    /// A count around a mean: Poisson, by multiplying chances where it is small, else as a rounded normal.
    fn count(&mut self, mean: f64) -> f64 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0);
        }
        let (mut product, mut n) = (self.unit(), 0.0);
        while product > (-mean).exp() {
            product *= self.unit();
            n += 1.0;
        }
        n
    }
}

const WEEKDAYS: [f64; 7] = [1.3, 1.1, 1.0, 1.0, 1.1, 0.5, 0.0];

/// Two peaks between eight and twenty o'clock, in half hours.
fn truth(slot: usize) -> f64 {
    let hour = slot as f64 / 2.0;
    let peak = |at: f64, wide: f64| (-((hour - at) / wide).powi(2)).exp();
    if (8.0..20.0).contains(&hour) { peak(10.5, 1.8) + 0.8 * peak(16.0, 2.2) + 0.1 } else { 0.0 }
}

/// `days` days from Monday 2026-01-05, growing by a factor each week, each day's level off by chance; on the days named, an outage.
fn company(seed: u64, days: i64, mean: f64, weekly: f64, off: f64, outages: &[i64]) -> History {
    let mut dice = Dice(seed);
    for _ in 0..20 {
        dice.unit();
    }
    let mut history = History::new(30).unwrap();
    let monday = Date::parse("2026-01-05").unwrap();
    let whole: f64 = (0..48).map(truth).sum();
    for at in 0..days {
        let date = monday.plus(at);
        let peak = if outages.contains(&at) { 8.0 } else { 1.0 };
        let level = mean * WEEKDAYS[date.weekday()] * weekly.powf(at as f64 / 7.0) * (off * dice.normal()).exp() * peak;
        for slot in 0..48 {
            history.add(date, slot * 30, dice.count(level * truth(slot as usize) / whole)).unwrap();
        }
    }
    history
}

#[test]
fn the_usual_is_forecast_better_than_last_weeks_copy() {
    let mut within = (0.0, 0.0);
    for seed in [1, 2, 3] {
        let history = company(seed, 40 * 7, 400.0, 1.005, 0.08, &[60]);
        let accuracy = backtest(&history).unwrap().unwrap();
        println!("seed {seed}: {accuracy:?}");
        // The day itself is off by 8 % and its Poisson chance: √(0.08² + 1/400)·√(2/π), 7.5 %, is the least error there can be.
        assert!(accuracy.wape_days < 0.09, "{accuracy:?}");
        assert!(accuracy.wape_days < 0.85 * accuracy.wape_last_week, "{accuracy:?}");
        within = (within.0 + accuracy.within_interval * accuracy.days as f64, within.1 + accuracy.days as f64);
    }
    let share = within.0 / within.1;
    assert!((0.90..=0.99).contains(&share), "{share} of days within an interval of 95 %");
}

#[test]
fn a_trend_is_followed_and_fades() {
    let history = company(7, 30 * 7, 300.0, 1.02, 0.02, &[]);
    let weeks = forecast(&history, 28, &[]).unwrap();
    let week = |n: usize| weeks[n * 7..n * 7 + 7].iter().map(|day| day.expected).sum::<f64>();
    let now = 300.0 * WEEKDAYS.iter().sum::<f64>() * 1.02f64.powf(30.5);
    assert!((week(0) / now - 1.0).abs() < 0.05, "{} for {now}", week(0));
    assert!(week(3) >= 0.97 * week(0));
    let width = |day: usize| (weeks[day].interval.high - weeks[day].interval.low) / weeks[day].expected;
    assert!(width(21) > width(0), "further ahead is less sure");
}

#[test]
fn closed_days_hours_and_holidays_stay_closed() {
    let mut history = company(11, 12 * 7, 200.0, 1.0, 0.05, &[]);
    // Every other Monday had five times as much; they are named as holidays, and teach nothing.
    let plain = forecast(&history, 7, &[]).unwrap();
    let strange = Date::parse("2026-03-23").unwrap();
    (0..48).for_each(|slot| history.add(strange, slot * 30, 500.0).unwrap());
    let misled = forecast(&history, 7, &[]).unwrap();
    history.holiday(strange);
    let named = forecast(&history, 7, &[]).unwrap();
    assert_eq!(plain[0].date, "2026-03-30");
    assert!((named[0].expected / plain[0].expected - 1.0).abs() < 0.1, "{} and {}", named[0].expected, plain[0].expected);
    assert!(
        misled[0].intervals[4].expected == 0.0 || misled[0].intervals[4].expected < 0.02 * misled[0].expected,
        "trimmed: one day bends no shape"
    );
    assert_eq!((plain[6].expected, plain[6].interval.high), (0.0, 0.0), "nobody ever comes on Sundays");
    assert_eq!(plain[0].intervals[15].expected, 0.0, "closed until eight");
    assert!(plain[0].intervals[16].expected > 0.0);
    let closed = forecast(&history, 7, &[Date::parse("2026-03-31").unwrap()]).unwrap();
    assert_eq!(closed[1].expected, 0.0);
    for day in &plain {
        let sum: f64 = day.intervals.iter().map(|slot| slot.expected).sum();
        assert!((sum - day.expected).abs() < 1e-9 * day.expected.max(1.0));
        assert!(day.interval.low <= day.expected && day.expected <= day.interval.high);
    }
}

#[test]
fn an_outage_does_not_raise_next_week() {
    let calm = forecast(&company(5, 70, 300.0, 1.0, 0.05, &[]), 7, &[]).unwrap();
    let after = forecast(&company(5, 70, 300.0, 1.0, 0.05, &[67]), 7, &[]).unwrap();
    let week = |days: &[Day]| days.iter().map(|day| day.expected).sum::<f64>();
    assert!((week(&after) / week(&calm) - 1.0).abs() < 0.12, "{} after, {} else", week(&after), week(&calm));
}

#[test]
fn the_shape_is_that_of_the_truth() {
    let history = company(3, 26 * 7, 400.0, 1.0, 0.05, &[40]);
    let monday = &forecast(&history, 1, &[]).unwrap()[0];
    let whole: f64 = (0..48).map(truth).sum();
    let off: f64 = monday.intervals.iter().enumerate().map(|(at, s)| (s.expected / monday.expected - truth(at) / whole).abs()).sum();
    assert!(off < 0.06, "{off}");
}

#[test]
fn agents_follow_the_forecast() {
    let history = company(3, 10 * 7, 400.0, 1.0, 0.05, &[]);
    let days = forecast(&history, 1, &[]).unwrap();
    let target = Target { service_level: Some((0.8, 20.0)), ..Target::default() };
    let needs = plan(&days, 30, 180.0, None, &target, 0.3).unwrap();
    assert_eq!(needs.len(), 48);
    let at = |hour: usize| &needs[hour * 2];
    assert_eq!((at(3).agents, at(3).scheduled), (0, 0));
    assert!(at(10).agents > at(13).agents && at(13).agents > 0, "{needs:?}");
    assert!(at(10).scheduled as f64 >= at(10).agents as f64 / 0.7 - 1e-9);
    assert!(plan(&days, 30, 0.0, None, &target, 0.3).is_err());
}

#[test]
fn too_little_or_wrong_is_refused() {
    let short = company(1, 13, 100.0, 1.0, 0.05, &[]);
    assert_eq!(forecast(&short, 7, &[]).unwrap_err(), MeasureError::TooShort { days: 13, needed: 14 });
    assert_eq!(backtest(&company(1, 20, 100.0, 1.0, 0.05, &[])).unwrap_err(), MeasureError::TooShort { days: 20, needed: 21 });
    assert!(forecast(&History::new(30).unwrap(), 7, &[]).is_err());
    let fortnight = company(1, 14, 100.0, 1.0, 0.05, &[]);
    assert_eq!(forecast(&fortnight, 7, &[]).unwrap().len(), 7);
    assert!(forecast(&fortnight, 0, &[]).is_err() && forecast(&fortnight, 367, &[]).is_err());
    assert!(History::new(7).is_err() && History::new(0).is_err());
    let mut history = History::new(60).unwrap();
    assert!(history.add(Date::parse("2026-01-01").unwrap(), 1440, 1.0).is_err());
    assert!(history.add(Date::parse("2026-01-01").unwrap(), 0, -1.0).is_err());
    history.add(Date::parse("2026-01-01").unwrap(), 0, 1.0).unwrap();
    assert!(matches!(history.add(Date::parse("1926-01-01").unwrap(), 0, 1.0), Err(MeasureError::TooLong { .. })));
    for wrong in ["2026-02-29", "2026-1-01", "2026-01-01-01", "26-01-01", "2026-13-01", "+026-01-01", ""] {
        assert_eq!(Date::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Date::parse("2026-11-22").unwrap().weekday(), 6);
}
