//! The medians of all rounds, as Markdown.

use super::super::measure::{Measured, median};
use super::super::{Bench, met};
use super::{Imported, Round};

/// Prints the table.
pub fn print(bench: &Bench, rounds: &[Round]) {
    let floor = median(rounds.iter().map(|round| &round.floor));
    println!(
        "\n| {} nodes, to PostgreSQL | rows | seconds | rows/s | × floor | × pgloader | peak MiB | goal |",
        bench.spec.nodes
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
    let table = Table {
        bench,
        floor: &floor,
    };
    let unmapped = "COPY each row from text, unmapped";
    table.row("floor", &floor, None, unmapped);
    table.source("MySQL", || rounds.iter().map(|round| &round.mysql));
    table.source("SQLite", || rounds.iter().map(|round| &round.sqlite));
}

struct Table<'a> {
    bench: &'a Bench<'a>,
    floor: &'a Measured,
}

impl Table<'_> {
    fn source<'a, I>(&self, name: &str, rounds: impl Fn() -> I)
    where
        I: Iterator<Item = &'a Imported> + Clone,
    {
        let has_pgloader = rounds().all(|round| round.pgloader.is_some());
        let pgloader =
            has_pgloader.then(|| median(rounds().filter_map(|round| round.pgloader.as_ref())));
        let pgloader = pgloader.as_ref();
        let first = median(rounds().map(|round| &round.first));
        let again = median(rounds().map(|round| &round.again));
        if let Some(loaded) = pgloader {
            self.row(
                &format!("{name}: pgloader"),
                loaded,
                pgloader,
                "no mapping; no foreign keys that rows break",
            );
        }
        let to_floor = first.seconds / self.floor.seconds;
        let beside = match pgloader {
            Some(loaded) => format!("; ≤ pgloader: {}", met(first.seconds <= loaded.seconds)),
            None => String::new(),
        };
        let goal = format!(
            "≤ 3 × floor: {}{beside}{}",
            met(to_floor <= 3.0),
            self.bench.memory_goal(first.peak_mib)
        );
        self.row(&format!("{name}: first import"), &first, pgloader, &goal);
        let to_first = again.seconds / first.seconds;
        let goal = format!(
            "≤ 1/3 of the first, is {to_first:.2}: {}{}",
            met(to_first <= 1.0 / 3.0),
            self.bench.memory_goal(again.peak_mib)
        );
        self.row(
            &format!("{name}: import again, nothing changed"),
            &again,
            pgloader,
            &goal,
        );
    }

    fn row(&self, name: &str, one: &Measured, pgloader: Option<&Measured>, goal: &str) {
        let rows = self.floor.rows.unwrap_or(0);
        let to_pgloader = pgloader.map_or(String::new(), |loaded| {
            format!("{:.2}", one.seconds / loaded.seconds)
        });
        println!(
            "| {name} | {rows} | {:.2} | {:.0} | {:.2} | {to_pgloader} | {:.0} | {goal} |",
            one.seconds,
            rows as f64 / one.seconds,
            one.seconds / self.floor.seconds,
            one.peak_mib,
        );
    }
}
