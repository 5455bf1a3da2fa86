//! What the program says to the person who runs it, in their language (`LC_ALL`, `LC_MESSAGES`, `LANG`).

use std::io::Write;

/// Chooses between the Spanish and the English text.
pub fn either<'a>(es: &'a str, en: &'a str) -> &'a str {
    if is_spanish() { es } else { en }
}

/// Whether the environment asks for Spanish.
fn is_spanish() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).is_some_and(|lang| lang.starts_with("es"))
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
    // The word is the same in both languages.
    note(&format!("error: {error:#}"));
    if let Some(error) = error.downcast_ref::<tertulia_app::AppError>() {
        for field in &error.fields {
            note(&format!("  {}: {}", field.field, field.message));
        }
    }
}
