//! What the program says to the person who runs it, in their language (`LC_ALL`, `LC_MESSAGES`, `LANG`).

use std::io::Write;
use tertulia_app::AppError;
use tertulia_http::problem::{self, Lang};

/// Chooses between the Spanish and the English text.
pub fn either<'a>(es: &'a str, en: &'a str) -> &'a str {
    if is_spanish() { es } else { en }
}

/// Whether the environment asks for Spanish.
fn is_spanish() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).is_some_and(|lang| lang.starts_with("es"))
}

/// The same of two texts with something in them.
pub fn words(es: String, en: String) -> String {
    if is_spanish() { es } else { en }
}

/// A line on standard output. A closed pipe is the reader's decision.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A line on standard error.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// An error and what caused it. Wrong fields are named.
pub fn error(error: &anyhow::Error) {
    let refused = error.downcast_ref::<AppError>();
    // The word is the same in both languages.
    match refused.filter(|_| is_spanish()).and_then(|refused| problem::detail(refused, Lang::Es)) {
        Some(known) => note(&format!("error: {known}")),
        None => note(&format!("error: {error:#}")),
    }
    for field in refused.into_iter().flat_map(|refused| &refused.fields) {
        let known = if is_spanish() { problem::field(field, Lang::Es) } else { None };
        note(&format!("  {}: {}", field.field, known.unwrap_or(&field.message)));
    }
}
