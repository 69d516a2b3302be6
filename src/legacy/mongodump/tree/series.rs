//! The documents of time series are in a collection of their own: the buckets.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Collection;
use crate::legacy::mongodump::BUCKETS;
use crate::legacy::mongodump::documents::Data;
use crate::legacy::mongodump::metadata::Kind;

/// Hangs the buckets of time series under them; returns where the data are that are not read,
/// because the buckets hold the series'.
pub fn with_buckets(found: &mut BTreeMap<String, (Collection, PathBuf)>) -> Vec<PathBuf> {
    let is_series = |(it, _): &(Collection, PathBuf)| it.kind == Kind::TimeSeries;
    let series = found.iter().filter(|(_, it)| is_series(it));
    let names: Vec<String> = series.map(|(name, _)| name.clone()).collect();
    let mut left = Vec::new();
    for name in names {
        if !found.contains_key(&name) {
            continue;
        }
        let buckets = found.remove(&format!("{BUCKETS}{name}"));
        let (Some((buckets, place)), Some((it, own))) = (buckets, found.get_mut(&name)) else {
            continue;
        };
        let has_own = holds_documents(it.data.as_ref());
        if holds_documents(buckets.data.as_ref()) || !has_own {
            it.data = buckets.data.or(it.data.take());
            left.extend(has_own.then(|| own.clone()));
        } else {
            left.push(place);
        }
    }
    left
}

/// An archive lists what it has no documents of.
fn holds_documents(data: Option<&Data>) -> bool {
    match data {
        Some(Data::Archived(part)) => part.count().documents > 0,
        Some(Data::File(..)) => true,
        None => false,
    }
}
