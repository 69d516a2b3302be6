//! The schemas of streams, compiled once: a bounded number of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::json_schema::Schema;

/// Schemas that are kept compiled at most.
const KEPT: usize = 64;

/// It is none, or not one that can be checked here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSchema;

/// A schema that is ready to be used; `None` takes anything.
pub type Compiled = Option<Arc<Schema>>;

/// Those that were compiled.
#[derive(Default)]
pub struct Schemas(Mutex<HashMap<String, Arc<Schema>>>);

impl Schemas {
    /// # Errors
    /// [`NoSchema`].
    pub fn compiled(&self, text: &str) -> Result<Compiled, NoSchema> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(schema) = kept().get(text) {
            return Ok(Some(schema.clone()));
        }
        let Some(schema) = Schema::compile(text).map_err(|_| NoSchema)? else {
            return Ok(None);
        };
        let schema = Arc::new(schema);
        let mut kept = kept();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(text.into(), schema.clone());
        Ok(Some(schema))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_kept() {
        let schemas = Schemas::default();
        for number in 0..3 * KEPT {
            schemas
                .compiled(&format!(r#"{{"minimum": {number}}}"#))
                .unwrap();
        }
        assert!(schemas.0.lock().unwrap().len() <= KEPT);
    }
}
