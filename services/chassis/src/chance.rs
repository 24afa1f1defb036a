//! What chance explains: counts of things that come by themselves at a steady rate are Poisson counts. The rate is known only from
//! what came before, so that what little that says is allowed for: the count to be expected is a Poisson count whose rate has the
//! gamma distribution that the time before gives it, which is to say negative binomial. One method, wherever counts are compared.

/// The chance of each count from 0 on, where `base` came in `base_days` days and `days` days are looked at.
struct Counts {
    shape: f64,
    now: f64,
    /// In logarithms: the chance of none at all is too small for a number where there are thousands.
    chance: f64,
    count: u64,
}

impl Counts {
    fn new(base: u64, base_days: u32, days: u32) -> Self {
        // No steady rate is so low that nothing at all says it is nothing: half a count, as Jeffreys has it.
        let shape = base as f64 + 0.5;
        let whole = f64::from(base_days) + f64::from(days);
        let (before, now) = (f64::from(base_days) / whole, f64::from(days) / whole);
        Self { shape, now, chance: shape * before.ln(), count: 0 }
    }

    /// The chance of this count; then the next one is looked at.
    fn step(&mut self) -> f64 {
        let chance = self.chance.exp();
        let count = self.count as f64;
        self.chance += ((self.shape + count) * self.now / (count + 1.0)).ln();
        self.count += 1;
        chance
    }
}

/// The most counts that are looked at, whatever the numbers are.
fn most(base: u64) -> u64 {
    base.saturating_mul(10).saturating_add(1_000)
}

/// The least count that is not exceeded with a chance of `sure`.
pub fn upper(base: u64, base_days: u32, days: u32, sure: f64) -> u64 {
    let mut counts = Counts::new(base, base_days, days);
    let mut reached = counts.step();
    let mut count = 0;
    while reached < sure && count < most(base) {
        reached += counts.step();
        count += 1;
    }
    count
}

/// The greatest count that is reached with a chance of `sure`.
pub fn lower(base: u64, base_days: u32, days: u32, sure: f64) -> u64 {
    let mut counts = Counts::new(base, base_days, days);
    let mut reached = counts.step();
    let mut count = 0;
    while reached <= 1.0 - sure && count < most(base) {
        reached += counts.step();
        count += 1;
    }
    count
}

/// How many were to be expected, in tenths; 0 where there is no day to go by.
pub fn expected_tenths(base: u64, base_days: u32, days: u32) -> u64 {
    let (base, all, days) = (u128::from(base), u128::from(base_days), u128::from(days));
    let tenths = (base * 10 * days + all / 2).checked_div(all).unwrap_or_default();
    u64::try_from(tenths).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_those_that_chance_keeps_within() {
        // By hand, 24 in 58 days and 5 to come: 0.974 stay within 5, and 0.992 within 6.
        assert_eq!(upper(24, 58, 5, 0.99), 6);
        // As what came before says ever more, the limits are those of a Poisson count with a known mean: of 10, they are 3 to 19
        // for a half in a hundred on either side.
        assert_eq!((lower(2_000_000, 1_000_000, 5, 0.995), upper(2_000_000, 1_000_000, 5, 0.995)), (3, 19));
        assert_eq!(lower(0, 200, 60, 0.995), 0, "of what was never seen, none is as expected");
        // What is too small for a number does not end it.
        let (low, high) = (lower(60_000, 60, 5, 0.995), upper(60_000, 60, 5, 0.995));
        assert!((4_700..5_000).contains(&low) && (5_000..5_300).contains(&high), "{low} to {high}");
    }

    #[test]
    fn what_was_to_be_expected_goes_by_days() {
        assert_eq!(expected_tenths(24, 58, 5), 21);
        assert_eq!(expected_tenths(7, 0, 5), 0);
    }
}
