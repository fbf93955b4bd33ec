//! What several tests need: the schemas of the outputs.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The schemas of docs/schema, closed: a field that they do not name fails.
pub(crate) struct Schemas {
    compiler: boon::Compiler,
    schemas: boon::Schemas,
}

impl Schemas {
    /// Reads and closes them.
    pub(crate) fn read() -> Schemas {
        let mut compiler = boon::Compiler::new();
        for entry in fs::read_dir(root().join("docs/schema")).unwrap() {
            let path = entry.unwrap().path();
            let mut schema: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            close(&mut schema);
            compiler.add_resource(&url(path.file_name().unwrap().to_str().unwrap()), schema).unwrap();
        }
        Schemas { compiler, schemas: boon::Schemas::new() }
    }

    /// Holds the output of `command` to the schema that it names.
    pub(crate) fn check(&mut self, command: &str, json: &str) {
        let value: Value = serde_json::from_str(json).unwrap_or_else(|e| panic!("{command}: {e}\n{json}"));
        let name = value["schema"].as_str().and_then(|s| s.strip_prefix("whyhost.")?.strip_suffix("/1"));
        let name = name.unwrap_or_else(|| panic!("{command}: no schema in {json}"));
        let index = self.compiler.compile(&url(&format!("{name}.schema.json")), &mut self.schemas).unwrap();
        if let Err(error) = self.schemas.validate(&value, index) {
            panic!("{command}: {error:#}\n{json}");
        }
    }
}

fn url(file: &str) -> String {
    format!("http://schema.invalid/{file}")
}

/// Readers take unknown fields, since fields are added within a major version; we must name them all.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") && object.get("type") == Some(&"object".into()) {
                object.insert("additionalProperties".into(), false.into());
            }
            object.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
