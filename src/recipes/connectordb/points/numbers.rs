//! Places in a file of points, as they are accounted for.

use std::ops::Range;

use crate::engine::{Outcome, Planner, Stop};

/// Points between two looks at whether to go on.
const STEP: u64 = 1_000;

/// Places in a file, folded where they follow each other.
#[derive(Default)]
pub struct Numbers(pub Vec<Range<u64>>);

impl Numbers {
    pub fn push(&mut self, number: u64) {
        match self.0.last_mut() {
            Some(last) if last.end == number => last.end += 1,
            _ => self.0.push(number..number + 1),
        }
    }

    /// Accounts for what has piled up, now and then.
    pub fn account_some(
        &mut self,
        plan: &mut Planner,
        name: &str,
        outcome: Outcome,
    ) -> Result<(), Stop> {
        let piled = self.0.last().map_or(0, |last| last.end - last.start);
        if piled < STEP && self.0.len() < STEP as usize {
            return Ok(());
        }
        self.account(plan, name, outcome)
    }

    pub fn account(
        &mut self,
        plan: &mut Planner,
        name: &str,
        outcome: Outcome,
    ) -> Result<(), Stop> {
        for numbers in std::mem::take(&mut self.0) {
            let count = numbers.end - numbers.start;
            plan.account_list("datapoints", name, numbers, outcome);
            plan.advance(count as usize)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_folded() {
        let mut numbers = Numbers::default();
        for number in [0, 1, 2, 5, 4] {
            numbers.push(number);
        }
        assert_eq!(numbers.0, [0..3, 5..6, 4..5]);
    }
}
