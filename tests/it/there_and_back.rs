//! Every entity forward and back: what one change of the source, of the configuration or of the
//! layers does to the store, and that taking it back brings the store to where it was.
//!
//! The files below this one are tables. A row of them is a [`Turn`].

mod areas;
mod edits;
mod network;
mod nodes;
mod people;
mod picture;
mod radios;
mod settings;
mod whole;
mod wires;

use std::fs;

use crate::support::{Bench, Run};
use network::network;
use picture::{Ids, Picture};

/// One change and its way back.
struct Turn {
    what: &'static str,
    there: There,
    /// All that the run writes: created, updated and deleted rows. The way back writes the
    /// mirror image of it.
    does: &'static str,
    /// A query of the store in between, and its answer.
    seen: (&'static str, &'static [&'static str]),
    /// The tables in which rows go and come back: those drawn ids are given out once only, so
    /// they come back with new ones. Everything else is as it was to the last bit; where no
    /// table is named, the digest is too.
    anew: &'static [&'static str],
}

/// What is changed. The way back is the file or the configuration as it was.
enum There {
    /// SQL for the legacy database.
    Source(&'static str),
    /// Lines of the section `[nodeshot]`.
    Config(&'static str),
    /// The whole layers file.
    Layers(&'static str),
}
use There::{Config, Layers, Source};

/// Takes every turn of a table, one after the other, in one store.
#[track_caller]
fn take(turns: &[Turn]) {
    let mut bench = network();
    for turn in turns {
        println!("{}", turn.what);
        let before = Picture::of(&bench);
        let digest = bench.digest();
        let back = turn.there.go(&mut bench);
        let there = follow(&bench);
        assert_eq!(
            effects(&there, ["created", "updated", "deleted"]),
            turn.does
        );
        let (query, answer) = turn.seen;
        assert_eq!(bench.see(query), answer, "{}", turn.what);
        back.go(&mut bench);
        let home = follow(&bench).exits(0);
        let mirrored = effects(&home, ["deleted", "updated", "created"]);
        assert_eq!(mirrored, turn.does, "{}: the way back", turn.what);
        let after = Picture::of(&bench);
        after.is_like(&before, Ids::Anew(turn.anew));
        if turn.anew.is_empty() {
            assert_eq!(bench.digest(), digest, "{}", turn.what);
        }
    }
}

/// A way back: a file's former bytes, or former lines of the configuration.
enum Back {
    File(&'static str, Vec<u8>),
    Config,
}

impl There {
    fn go(&self, bench: &mut Bench) -> Back {
        let file = |name| Back::File(name, fs::read(bench.path(name)).unwrap());
        match self {
            Source(sql) => {
                let back = file("legacy.sqlite3");
                bench.change(sql);
                back
            }
            Layers(text) => {
                let back = file("layers.geojson");
                fs::write(bench.path("layers.geojson"), text).unwrap();
                back
            }
            Config(lines) => {
                network::configure(bench, lines);
                Back::Config
            }
        }
    }
}

impl Back {
    fn go(&self, bench: &mut Bench) {
        match self {
            Back::File(name, bytes) => fs::write(bench.path(name), bytes).unwrap(),
            Back::Config => network::configure(bench, ""),
        }
    }
}

/// Unattended, with the layers file; the guards, which have tests of their own, are answered.
#[track_caller]
fn follow(bench: &Bench) -> Run {
    let run = bench.follow(|bench, options| {
        bench.import_with(&[&["--allow-deletes", "--accept-source"], options].concat())
    });
    for (entity, counts) in run.report["entities"].as_object().unwrap() {
        let of = |outcome: &str| counts[outcome].as_u64().unwrap();
        let outcomes = [
            "created",
            "updated",
            "unchanged",
            "skipped",
            "discarded",
            "refused",
        ];
        let accounted: u64 = outcomes.into_iter().map(of).sum();
        assert_eq!(of("retrieved"), accounted, "{entity}: {counts}");
    }
    run
}

/// What a run wrote, an entity after the other: `nodes +1 ~2 -3` where the outcomes are created,
/// updated and deleted.
fn effects(run: &Run, outcomes: [&str; 3]) -> String {
    let entities = [
        "nodes",
        "users",
        "devices",
        "interfaces",
        "ip_addresses",
        "vaps",
        "links",
        "routes",
        "contacts",
        "statistics",
    ];
    let of = |entity: &str| {
        let counts = outcomes
            .iter()
            .zip(['+', '~', '-'])
            .filter_map(|(outcome, sign)| {
                let count = run.count(entity, outcome);
                (count > 0).then(|| format!(" {sign}{count}"))
            });
        counts.collect::<String>()
    };
    let written = entities.iter().filter_map(|entity| {
        let counts = of(entity);
        (!counts.is_empty()).then(|| format!("{entity}{counts}"))
    });
    written.collect::<Vec<_>>().join(", ")
}
