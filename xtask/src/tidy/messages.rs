//! Both languages say everything: the same keys, no empty text, the same `{places}` to fill.

use std::collections::{BTreeMap, BTreeSet};

use crate::json::Json;

/// Complaints about a Spanish catalogue and the English one beside it.
pub fn check(name: &str, spanish: &Json, english: &Json) -> Vec<String> {
    let (spanish, english) = (texts(spanish), texts(english));
    let mut complaints = Vec::new();
    for key in spanish.keys().chain(english.keys()).collect::<BTreeSet<_>>() {
        match (spanish.get(key), english.get(key)) {
            (None, _) => complaints.push(format!("{name}: {key} has no Spanish text")),
            (_, None) => complaints.push(format!("{name}: {key} has no English text")),
            (Some(es), Some(en)) if es.trim().is_empty() || en.trim().is_empty() => {
                complaints.push(format!("{name}: {key} has an empty text"));
            }
            (Some(es), Some(en)) if places(es) != places(en) => {
                complaints.push(format!("{name}: {key} fills {:?} in Spanish and {:?} in English", places(es), places(en)));
            }
            _ => {}
        }
    }
    complaints
}

/// Every text by its path: `case.open`. A list (a message with variants) counts as one text.
fn texts(catalogue: &Json) -> BTreeMap<String, String> {
    fn walk(path: &str, value: &Json, found: &mut BTreeMap<String, String>) {
        match value {
            Json::Object(members) => {
                for (name, value) in members.iter().filter(|(name, _)| !name.starts_with('$')) {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    walk(&path, value, found);
                }
            }
            Json::Text(text) => drop(found.insert(path.to_owned(), text.clone())),
            // Variants differ between languages by design: that there are some is all both must have.
            Json::List(_) | Json::Bare(_) => drop(found.insert(path.to_owned(), "variants".to_owned())),
        }
    }
    let mut found = BTreeMap::new();
    walk("", catalogue, &mut found);
    found
}

/// The names between braces.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(spanish: &str, english: &str) -> Vec<String> {
        check("es.json", &Json::read(spanish).unwrap(), &Json::read(english).unwrap())
    }

    #[test]
    fn equal_catalogues_pass() {
        assert!(
            complaints(r#"{"a": {"b": "Hola {name}"}, "c": [1]}"#, r#"{"$schema": "x", "c": [2], "a": {"b": "Hi { name }"}}"#).is_empty()
        );
    }

    #[test]
    fn missing_empty_and_unfilled_texts_are_named() {
        assert_eq!(complaints(r#"{"a": "x"}"#, r#"{"a": "x", "b": "y"}"#), ["es.json: b has no Spanish text"]);
        assert_eq!(complaints(r#"{"a": {"b": "x"}}"#, r#"{"a": {}}"#), ["es.json: a.b has no English text"]);
        assert_eq!(complaints(r#"{"a": " "}"#, r#"{"a": "x"}"#), ["es.json: a has an empty text"]);
        assert_eq!(complaints(r#"{"a": "{n} casos"}"#, r#"{"a": "cases"}"#).len(), 1);
    }
}
