//! JSON Schemas of streams: what values they allow. Draft 4, as ConnectorDB has it.
//!
//! Schemas come from anybody with an account, and from old exports. Nothing that one refers to is
//! fetched, patterns take time in proportion to what they are matched with, and references are
//! few: each that is made twice doubles the work of the next.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value as Json;

/// The longest one, in bytes.
const LONGEST: usize = 64 * 1024;

/// References that one can have.
const REFERENCES: usize = 16;

/// A schema that allows not everything.
#[derive(Debug)]
pub struct Schema(Validator);

impl Schema {
    /// `None` where it allows every value.
    ///
    /// # Errors
    /// It is no schema, or none that can be checked here: why.
    pub fn compile(text: &str) -> Result<Option<Schema>, String> {
        if text.trim() == "{}" {
            return Ok(None);
        }
        if text.len() > LONGEST {
            return Err(format!("it has more than {} KiB", LONGEST >> 10));
        }
        let schema: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if !schema.is_object() {
            return Err("it is no object".into());
        }
        if references(&schema) > REFERENCES {
            return Err(format!("it has more than {REFERENCES} references"));
        }
        jsonschema::options()
            .with_draft(Draft::Draft4)
            .with_pattern_options(PatternOptions::regex())
            .build(&schema)
            .map(|validator| Some(Schema(validator)))
            .map_err(|error| error.to_string())
    }

    /// Whether it allows a value.
    #[must_use]
    pub fn allows(&self, value: &Json) -> bool {
        self.0.is_valid(value)
    }

    /// The same for a JSON text; what is too deep to be looked at is not allowed.
    #[must_use]
    pub fn allows_text(&self, text: &str) -> bool {
        serde_json::from_str(text).is_ok_and(|value| self.allows(&value))
    }
}

fn references(schema: &Json) -> usize {
    match schema {
        Json::Object(fields) => {
            let own = usize::from(fields.contains_key("$ref"));
            own + fields.values().map(references).sum::<usize>()
        }
        Json::Array(items) => items.iter().map(references).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: &str, value: &str, expected: bool) {
        let compiled = Schema::compile(schema).unwrap();
        let value = serde_json::from_str(value).unwrap();
        let fits = compiled.is_none_or(|schema| schema.allows(&value));
        assert_eq!(fits, expected, "{schema} {value}");
    }

    #[test]
    fn values() {
        check("{}", "null", true);
        check(r#"{"type": "number"}"#, "1.5", true);
        check(r#"{"type": "number"}"#, "\"1\"", false);
        check(r#"{"type": "string", "pattern": "^a"}"#, "\"ab\"", true);
        // as draft 4 has it: true leaves the border out
        let border = r#"{"minimum": 1, "exclusiveMinimum": true}"#;
        check(border, "1", false);
        check(border, "2", true);
    }

    #[test]
    fn no_schemas() {
        for text in [
            "",
            "x",
            "1",
            "true",
            "[]",
            r#"{"type": "strange"}"#,
            r#"{"type": 1}"#,
            r#"{"pattern": "("}"#,
            r#"{"$ref": "http://127.0.0.1:1/x"}"#,
            r#"{"$ref": "file:///etc/passwd"}"#,
            r##"{"$ref": "#/nowhere"}"##,
        ] {
            let compiled = Schema::compile(text);
            assert!(compiled.is_err(), "{text}");
        }
    }

    #[test]
    fn schemas_that_refer_to_themselves() {
        let tree = r##"{"type": "object", "properties": {"next": {"$ref": "#"}}}"##;
        check(tree, r#"{"next": {"next": {}}}"#, true);
        check(tree, r#"{"next": {"next": 1}}"#, false);
        for endless in [
            r##"{"$ref": "#"}"##,
            r##"{"allOf": [{"$ref": "#"}]}"##,
            r##"{"not": {"$ref": "#"}}"##,
            r##"{"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}, "$ref": "#/definitions/a"}"##,
            r##"{"anyOf": [{"type": "string"}, {"oneOf": [{"$ref": "#"}]}]}"##,
            r##"{"definitions": {"a": {"allOf": [{"$ref": "#/definitions/b"}]}, "b": {"allOf": [{"$ref": "#/definitions/a"}]}}, "properties": {"x": {"$ref": "#/definitions/a"}}}"##,
        ] {
            // whatever comes out of it, it ends
            let compiled = Schema::compile(endless).unwrap();
            let _ = compiled.unwrap().allows(&serde_json::json!({"x": 1}));
        }
    }

    #[test]
    fn schemas_whose_work_doubles_with_each_reference() {
        let level = |level: usize| {
            let next = format!(r##"{{"$ref": "#/definitions/{}"}}"##, level + 1);
            format!(r#""{level}": {{"allOf": [{next}, {next}]}}"#)
        };
        let schema = |levels: usize| {
            let all: Vec<String> = (0..levels).map(level).collect();
            let last = format!(r#""{levels}": {{"type": "number"}}"#);
            let definitions = [all, vec![last]].concat().join(", ");
            format!(r##"{{"definitions": {{{definitions}}}, "$ref": "#/definitions/0"}}"##)
        };
        check(&schema(7), "1", true);
        assert!(Schema::compile(&schema(8)).is_err());
        let long = format!(r#"{{"description": "{}"}}"#, "x".repeat(LONGEST));
        assert!(Schema::compile(&long).is_err());
    }
}
