//! How often somebody may try to log in. Knows no clock: the time is passed in.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Failures of one account, and of one address, before it has to wait.
const OF_ACCOUNT: u32 = 10;
const OF_ADDRESS: u32 = 50;

/// Counted from the first failure; then all is forgotten.
const WINDOW: Duration = Duration::from_secs(300);

/// Names and addresses that are remembered at most.
const REMEMBERED: usize = 20_000;

/// Failures by account and by address.
#[derive(Default)]
pub struct Attempts {
    accounts: Counts<String>,
    addresses: Counts<IpAddr>,
}

impl Attempts {
    /// Counts an attempt as failed, until [`Attempts::succeeded`] says otherwise: of many at
    /// once, no more are made than of many in a row. An address that is `None` stands for many
    /// people, and is not counted.
    ///
    /// # Errors
    /// How long to wait, where there were too many.
    pub fn begin(
        &mut self,
        account: &str,
        address: Option<IpAddr>,
        now: Instant,
    ) -> Result<(), Duration> {
        let address = address.map(network);
        self.accounts.check(&account.to_owned(), OF_ACCOUNT, now)?;
        if let Some(address) = &address {
            self.addresses.check(address, OF_ADDRESS, now)?;
        }
        self.accounts.add(account.to_owned(), now);
        if let Some(address) = address {
            self.addresses.add(address, now);
        }
        Ok(())
    }

    /// The attempt that was begun was none of a guesser.
    pub fn succeeded(&mut self, account: &str, address: Option<IpAddr>) {
        self.accounts.forget(account);
        if let Some(address) = address {
            self.addresses.take_back(&network(address));
        }
    }
}

/// Whoever has one address of IPv6 has all of its network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(prefix.into())
        }
    }
}

struct Counts<K>(HashMap<K, (u32, Instant)>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Counts(HashMap::new())
    }
}

impl<K: Eq + Hash> Counts<K> {
    fn check(&self, key: &K, limit: u32, now: Instant) -> Result<(), Duration> {
        let Some((count, since)) = self.0.get(key) else {
            return Ok(());
        };
        let left = WINDOW.saturating_sub(now.duration_since(*since));
        match *count >= limit && !left.is_zero() {
            true => Err(left),
            false => Ok(()),
        }
    }

    fn add(&mut self, key: K, now: Instant) {
        let over = |since: &Instant| now.duration_since(*since) >= WINDOW;
        if self.0.len() >= REMEMBERED {
            self.0.retain(|_, (_, since)| !over(since));
        }
        if self.0.len() >= REMEMBERED {
            // a flood of names: those that guess much are the ones to keep
            self.0.retain(|_, (count, _)| *count > 1);
        }
        let (count, since) = self.0.entry(key).or_insert((0, now));
        if over(since) {
            (*count, *since) = (0, now);
        }
        *count += 1;
    }

    fn forget<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
    {
        self.0.remove(key);
    }

    fn take_back(&mut self, key: &K) {
        if let Some((count, _)) = self.0.get_mut(key) {
            *count = count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    #[test]
    fn an_account_waits_after_ten_failures_and_then_may_again() {
        let mut attempts = Attempts::default();
        let begun = Instant::now();
        for _ in 0..OF_ACCOUNT {
            assert_eq!(attempts.begin("a", HERE, begun), Ok(()));
        }
        let later = begun + Duration::from_secs(100);
        let left = attempts.begin("a", HERE, later);
        assert_eq!(left, Err(Duration::from_secs(200)));
        assert_eq!(attempts.begin("b", HERE, later), Ok(()));
        assert_eq!(attempts.begin("a", HERE, begun + WINDOW), Ok(()));
    }

    #[test]
    fn an_address_waits_whatever_the_names() {
        let mut attempts = Attempts::default();
        let now = Instant::now();
        for number in 0..OF_ADDRESS {
            let name = number.to_string();
            assert_eq!(attempts.begin(&name, HERE, now), Ok(()));
        }
        assert!(attempts.begin("x", HERE, now).is_err());
        assert_eq!(attempts.begin("x", None, now), Ok(()));
        let near = |text: &str| Some(text.parse().unwrap());
        assert_eq!(attempts.begin("y", near("2001:db8::1"), now), Ok(()));
        assert_eq!(
            network("2001:db8::1".parse().unwrap()),
            "2001:db8::".parse::<IpAddr>().unwrap()
        );
        assert_eq!(
            network("::ffff:1.2.3.4".parse().unwrap()),
            "1.2.3.4".parse::<IpAddr>().unwrap()
        );
    }

    #[test]
    fn who_succeeds_has_not_failed() {
        let mut attempts = Attempts::default();
        let now = Instant::now();
        for _ in 0..3 * OF_ADDRESS {
            assert_eq!(attempts.begin("a", HERE, now), Ok(()));
            attempts.succeeded("a", HERE);
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut attempts = Attempts::default();
        let now = Instant::now();
        for number in 0..3 * REMEMBERED {
            attempts.accounts.add(number.to_string(), now);
        }
        assert!(attempts.accounts.0.len() <= REMEMBERED);
    }
}
