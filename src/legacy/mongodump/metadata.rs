//! What a dump knows of a collection beside its documents, as Extended JSON.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::documents::Packing;
use crate::legacy::plain_file;
use crate::legacy::unreadable::Unreadable;

/// The largest file that is read, in bytes.
pub const LIMIT: u64 = 16 << 20;

/// What stands under a name in a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Collection,
    /// A query under a name; no documents.
    View,
    /// Its documents are buckets of several measurements.
    TimeSeries,
}

/// What an index is, or how a collection was made, is nobody's business but MongoDB's: both stay
/// as they came.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    pub kind: Kind,
    /// Where the dump says it (newer tools): names of files may be cut.
    pub collection_name: Option<String>,
    /// 32 hexadecimal digits.
    pub uuid: Option<String>,
    /// An object.
    pub options: Option<Box<RawValue>>,
    pub indexes: Vec<Box<RawValue>>,
    /// The whole of it.
    pub text: Box<str>,
}

/// Reads a metadata file; an empty one is none.
///
/// # Errors
/// The file is missing, is no JSON object of at most [`LIMIT`] bytes, or has a key of a wrong type.
pub fn read(file: &Path, packing: Packing) -> Result<Option<Metadata>, Unreadable> {
    parse(&text(file, packing)?).map_err(|reason| Unreadable::content(file, reason))
}

/// The text of a small file.
pub(super) fn text(file: &Path, packing: Packing) -> Result<String, Unreadable> {
    let bytes = match packing {
        Packing::Plain => plain_file::read_small(file, LIMIT)?,
        Packing::Gzip => {
            let packed = BufReader::new(plain_file::open(file)?);
            unpacked(file, packed)?
        }
    };
    String::from_utf8(bytes)
        .map_err(|error| Unreadable::content(file, error.utf8_error().to_string()))
}

/// Nothing at all is no damaged stream: it is as empty as a plain file.
fn unpacked(file: &Path, mut packed: impl BufRead) -> Result<Vec<u8>, Unreadable> {
    let begin = packed
        .fill_buf()
        .map_err(|error| Unreadable::io(file, &error))?;
    match begin.is_empty() {
        true => Ok(Vec::new()),
        false => plain_file::read_limited(file, MultiGzDecoder::new(packed), LIMIT),
    }
}

/// Takes metadata as they stand in a file or an archive; an empty text is none.
pub(super) fn parse(text: &str) -> Result<Option<Metadata>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut object = object(text)?;
    let options: Option<Object> = value(&object, "options")?;
    let has = |key| {
        options
            .as_ref()
            .is_some_and(|options| options.contains_key(key))
    };
    let kind = match value::<String>(&object, "type")?.as_deref() {
        // --viewsAsCollections calls it a view, and dumps what it shows
        Some("view") if !has("viewOn") => Kind::Collection,
        Some("view") => Kind::View,
        Some("timeseries") => Kind::TimeSeries,
        Some(_) => Kind::Collection,
        None if has("viewOn") => Kind::View,
        None if has("timeseries") => Kind::TimeSeries,
        None => Kind::Collection,
    };
    Ok(Some(Metadata {
        kind,
        collection_name: value(&object, "collectionName")?,
        uuid: value(&object, "uuid")?,
        indexes: value(&object, "indexes")?.unwrap_or_default(),
        options: options.and_then(|_| object.remove("options")),
        text: text.into(),
    }))
}

/// Of a key that is there twice, the last value counts, as in mongorestore.
pub(super) type Object = BTreeMap<String, Box<RawValue>>;

pub(super) fn object(text: &str) -> Result<Object, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// The value of a key; null is as good as nothing.
pub(super) fn value<T: DeserializeOwned>(object: &Object, key: &str) -> Result<Option<T>, String> {
    object.get(key).map_or(Ok(None), |raw| {
        serde_json::from_str::<Option<T>>(raw.get()).map_err(|error| format!("{key:?}: {error}"))
    })
}

/// The least that mongorestore needs to make a collection with this name.
#[must_use]
pub fn least(collection: &str) -> String {
    let name = serde_json::Value::from(collection);
    format!(
        r#"{{"indexes":[{{"v":{{"$numberInt":"2"}},"key":{{"_id":{{"$numberInt":"1"}}}},"name":"_id_"}}],"collectionName":{name},"type":"collection"}}"#
    )
}
