//! Limits on what strangers may ask for: buckets that fill again with time, and places that are taken and given back.
//! Kept in memory; a restart forgets them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_kernel::Timestamp;

/// Buckets remembered before the full ones are swept out.
const MOST_BUCKETS: usize = 50_000;

/// How much is allowed: so many at once, and so many a minute for ever.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// For ever.
    pub per_minute: u32,
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
    rate: Rate,
}

impl Bucket {
    fn filled(self, now: Timestamp) -> f64 {
        let minutes = (now.as_micros() - self.at.as_micros()).max(0) as f64 / 60e6;
        (self.left + minutes * f64::from(self.rate.per_minute)).min(f64::from(self.rate.burst))
    }
}

/// All limits of one server. Cheap to clone.
#[derive(Clone, Default)]
pub struct Limits {
    buckets: Arc<Mutex<HashMap<String, Bucket>>>,
    places: Arc<Mutex<HashMap<String, u32>>>,
}

/// A taken place, given back when dropped.
pub struct Place {
    places: Arc<Mutex<HashMap<String, u32>>>,
    key: String,
}

impl Limits {
    /// Takes one from the bucket of `what` and `whom`; the seconds to wait when it is empty.
    pub fn take(&self, what: &str, whom: &str, rate: Rate, now: Timestamp) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS {
            buckets.retain(|_, bucket| bucket.filled(now) < f64::from(bucket.rate.burst));
        }
        let bucket = buckets.entry(format!("{what} {whom}")).or_insert(Bucket { left: f64::from(rate.burst), at: now, rate });
        *bucket = Bucket { left: bucket.filled(now), at: now, rate };
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        Err(((1.0 - bucket.left) * 60.0 / f64::from(rate.per_minute)).ceil().max(1.0) as u64)
    }

    /// Takes one of `most` places; `None` when all are taken.
    pub fn place(&self, key: String, most: u32) -> Option<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = places.entry(key.clone()).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(Place { places: Arc::clone(&self.places), key })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = places.get_mut(&self.key) {
            *taken -= 1;
            if *taken == 0 {
                places.remove(&self.key);
            }
        }
    }
}

/// What stands for a caller: an IPv4 address, or the network an IPv6 one belongs to (a household has all of a /64).
pub fn caller(address: Option<IpAddr>) -> String {
    match address {
        None => "unknown".into(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
    }
}

#[cfg(test)]
mod tests {
    //! Filling, emptying, sharing.
    use super::*;

    const RATE: Rate = Rate { burst: 2, per_minute: 6 };

    #[test]
    fn an_empty_bucket_fills_with_time() {
        let limits = Limits::default();
        let at = |seconds: i64| Timestamp::from_seconds(1_000 + seconds);
        assert_eq!(limits.take("visit", "a", RATE, at(0)), Ok(()));
        assert_eq!(limits.take("visit", "a", RATE, at(0)), Ok(()));
        assert_eq!(limits.take("visit", "a", RATE, at(0)), Err(10));
        assert_eq!(limits.take("visit", "b", RATE, at(0)), Ok(()), "others have their own");
        assert_eq!(limits.take("visit", "a", RATE, at(4)), Err(6));
        assert_eq!(limits.take("visit", "a", RATE, at(11)), Ok(()));
        assert_eq!(limits.take("visit", "a", RATE, at(600)), Ok(()));
        assert_eq!(limits.take("visit", "a", RATE, at(600)), Ok(()));
        assert!(limits.take("visit", "a", RATE, at(600)).is_err(), "it never holds more than its burst");
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let limits = Limits::default();
        for n in 0..MOST_BUCKETS {
            let _ = limits.take("x", &n.to_string(), RATE, Timestamp::from_seconds(0));
        }
        let _ = limits.take("x", "new", RATE, Timestamp::from_seconds(3_600));
        assert_eq!(limits.buckets.lock().expect("alone").len(), 1);
    }

    #[test]
    fn places_are_given_back() {
        let limits = Limits::default();
        let first = limits.place("v".into(), 2);
        let second = limits.place("v".into(), 2);
        assert!(first.is_some() && second.is_some() && limits.place("v".into(), 2).is_none());
        drop(first);
        assert!(limits.place("v".into(), 2).is_some());
        drop(second);
        assert!(limits.places.lock().expect("alone").is_empty());
    }

    #[test]
    fn a_household_is_one_caller() {
        let of = |text: &str| caller(Some(text.parse().expect("an address")));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), "10.0.0.1");
    }
}
