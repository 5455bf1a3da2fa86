//! What can be wrong with a query, told at its place, with a hint, in Spanish and English.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// The languages the crate speaks to people in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Spanish
    Es,
    /// English
    En,
}

/// Why a query was refused. Codes ([`ErrorCode::as_str`]) are stable; messages may be reworded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the messages below say what each means")]
pub enum ErrorCode {
    EmptyQuery,
    QueryTooLong,
    TooDeep,
    TooManyTerms,
    UnclosedQuote,
    UnclosedBrace,
    UnclosedParenthesis,
    UnexpectedParenthesis,
    MissingOperand,
    UnexpectedCharacter,
    IgnoredSign,
    NothingToSearch,
    WildcardTooShort,
    WildcardAtStart,
    WildcardWithSigns,
    NearWithoutDistance,
    BadDistance,
    PhraseTooLong,
    NotInNear,
    AndInNear,
    FieldInNear,
    OnlyExclusions,
    UnknownField,
    NotAvailable,
    BadValue,
    BadNumber,
    WebAddress,
}

/// A refused query: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct QueryError {
    /// The kind of mistake.
    pub code: ErrorCode,
    /// Byte range in the query as it was given. Empty at the end when something is missing there.
    pub span: Range<usize>,
    /// The piece of the query it is about, cut to a readable length.
    pub piece: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.span.start, self.span.end);
        let (message, hint) = (self.message(Locale::En), self.hint(Locale::En));
        write!(f, "[{}] {message} (at {from}..{to}). {hint}", self.code.as_str())
    }
}

impl Serialize for QueryError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("QueryError", 5)?;
        let both = |f: fn(&Self, Locale) -> String| [("es", f(self, Locale::Es)), ("en", f(self, Locale::En))];
        out.serialize_field("code", self.code.as_str())?;
        out.serialize_field("start", &self.span.start)?;
        out.serialize_field("end", &self.span.end)?;
        out.serialize_field("message", &std::collections::BTreeMap::from(both(Self::message)))?;
        out.serialize_field("hint", &std::collections::BTreeMap::from(both(Self::hint)))?;
        out.end()
    }
}

impl QueryError {
    pub(crate) fn new(code: ErrorCode, span: Range<usize>, query: &str) -> Self {
        let piece = query.get(span.clone()).unwrap_or_default();
        let mut shown: String = piece.chars().take(40).collect();
        if shown.len() < piece.len() {
            shown.push('…');
        }
        Self { code, span, piece: shown }
    }

    /// One sentence, without a full stop.
    #[must_use]
    pub fn message(&self, locale: Locale) -> String {
        self.fill(self.code.texts(locale).0)
    }

    /// What to write instead.
    #[must_use]
    pub fn hint(&self, locale: Locale) -> String {
        self.fill(self.code.texts(locale).1)
    }

    fn fill(&self, text: &str) -> String {
        text.replace("{piece}", &self.piece)
    }
}

macro_rules! codes {
    ($($name:ident $code:literal { es: $es:literal, $es_hint:literal; en: $en:literal, $en_hint:literal; })*) => {
        impl ErrorCode {
            /// Every code, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable name of the mistake.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            fn texts(self, locale: Locale) -> (&'static str, &'static str) {
                match (self, locale) {
                    $((Self::$name, Locale::Es) => ($es, $es_hint), (Self::$name, Locale::En) => ($en, $en_hint)),*
                }
            }
        }
    };
}

codes! {
    EmptyQuery "empty_query" {
        es: "La consulta está vacía", "Escribe al menos una palabra.";
        en: "The query is empty", "Write at least one word.";
    }
    QueryTooLong "query_too_long" {
        es: "La consulta pasa de 100 kB", "Repártela en varios monitores.";
        en: "The query is longer than 100 kB", "Split it into several monitors.";
    }
    TooDeep "too_deep" {
        es: "La consulta tiene más de 64 niveles", "Quita paréntesis que no hagan falta o repártela en varios monitores.";
        en: "The query is nested more than 64 levels deep", "Drop parentheses that are not needed, or split it into several monitors.";
    }
    TooManyTerms "too_many_terms" {
        es: "La consulta tiene más de 5000 términos", "Repártela en varios monitores.";
        en: "The query has more than 5,000 terms", "Split it into several monitors.";
    }
    UnclosedQuote "unclosed_quote" {
        es: "Falta cerrar las comillas", "Escribe \" donde termina la frase.";
        en: "The quotation mark is never closed", "Write \" where the phrase ends.";
    }
    UnclosedBrace "unclosed_brace" {
        es: "Falta cerrar la llave", "Escribe } donde termina el texto exacto.";
        en: "The brace is never closed", "Write } where the exact text ends.";
    }
    UnclosedParenthesis "unclosed_parenthesis" {
        es: "Falta cerrar este paréntesis", "Escribe ) donde termina el grupo.";
        en: "This parenthesis is never closed", "Write ) where the group ends.";
    }
    UnexpectedParenthesis "unexpected_parenthesis" {
        es: "Este paréntesis no cierra nada", "Quítalo, o escribe ( donde empieza el grupo.";
        en: "This parenthesis closes nothing", "Remove it, or write ( where the group begins.";
    }
    MissingOperand "missing_operand" {
        es: "Aquí falta una palabra, una frase o un grupo", "AND, OR y NEAR van entre dos términos; NOT va antes de uno. Para buscar la palabra, escríbela en minúsculas.";
        en: "A word, a phrase or a group is missing here", "AND, OR and NEAR stand between two terms; NOT stands before one. To search for the word itself, write it in small letters.";
    }
    UnexpectedCharacter "unexpected_character" {
        es: "El signo {piece} no significa nada aquí", "Une los términos con AND, OR o NOT; para excluir, escribe -palabra sin espacio.";
        en: "The sign {piece} means nothing here", "Join terms with AND, OR or NOT; to exclude, write -word without a space.";
    }
    IgnoredSign "ignored_sign" {
        es: "El signo {piece} no forma parte de ninguna palabra", "Para exigirlo, escribe el texto entre llaves, como {C++}; para separar términos, usa OR o AND.";
        en: "The sign {piece} is not part of any word", "To require it, write the text in braces, like {C++}; to separate terms, use OR or AND.";
    }
    NothingToSearch "nothing_to_search" {
        es: "Aquí no hay ninguna letra, número ni emoji", "Escribe dentro al menos una palabra.";
        en: "There is no letter, number or emoji here", "Write at least one word inside.";
    }
    WildcardTooShort "wildcard_too_short" {
        es: "«{piece}» tiene menos de 3 letras además de los comodines", "Escribe más letras, como retra*.";
        en: "“{piece}” has fewer than 3 letters besides its wildcards", "Write more letters, like delay*.";
    }
    WildcardAtStart "wildcard_at_start" {
        es: "Una palabra todavía no puede empezar por comodín", "Empieza por una letra, como retra*; o escribe las formas que esperas, unidas con OR.";
        en: "A word cannot begin with a wildcard yet", "Begin with a letter, like delay*; or write the forms you expect, joined with OR.";
    }
    WildcardWithSigns "wildcard_with_signs" {
        es: "«{piece}» mezcla comodines con signos o con una escritura sin espacios", "Pon el comodín en una palabra sola, como retra*; varias palabras van entre comillas.";
        en: "“{piece}” mixes wildcards with signs or with a script without spaces", "Put the wildcard in a single word, like delay*; several words go in quotation marks.";
    }
    NearWithoutDistance "near_without_distance" {
        es: "A {piece} le falta la distancia", "Escribe cuántas palabras puede haber en medio, como NEAR/5; para buscar la palabra, escríbela en minúsculas.";
        en: "{piece} lacks its distance", "Say how many words may stand between, like NEAR/5; to search for the word itself, write it in small letters.";
    }
    BadDistance "bad_distance" {
        es: "«{piece}» no es una distancia", "Escribe un número entero de 0 a 1000, como NEAR/5 o \"no llega\"~3.";
        en: "“{piece}” is not a distance", "Write a whole number from 0 to 1000, like NEAR/5 or \"not here\"~3.";
    }
    PhraseTooLong "phrase_too_long" {
        es: "Una frase con ~ tiene más de 16 palabras", "Quita palabras, o quita ~ para buscar la frase tal cual.";
        en: "A phrase with ~ has more than 16 words", "Drop some words, or drop ~ to search for the phrase as it stands.";
    }
    NotInNear "not_in_near" {
        es: "NEAR no admite NOT dentro", "Exclúyelo fuera, como (a NEAR/5 b) NOT c.";
        en: "NEAR cannot hold a NOT", "Exclude it outside, like (a NEAR/5 b) NOT c.";
    }
    AndInNear "and_in_near" {
        es: "NEAR no admite AND dentro", "Usa OR dentro, o encadena NEAR, como a NEAR/5 b NEAR/5 c.";
        en: "NEAR cannot hold an AND", "Use OR inside, or chain NEAR, like a NEAR/5 b NEAR/5 c.";
    }
    FieldInNear "field_in_near" {
        es: "NEAR solo une texto, no campos como author: o lang:", "Pon el campo fuera, como (a NEAR/5 b) AND lang:es.";
        en: "NEAR joins text only, not fields like author: or lang:", "Put the field outside, like (a NEAR/5 b) AND lang:es.";
    }
    OnlyExclusions "only_exclusions" {
        es: "Esta parte solo excluye: aceptaría casi todo lo que se publica", "Añade algo que deba cumplirse: una palabra, un author:, un channel: o un lang:, como lang:es NOT promo.";
        en: "This part only excludes: it would accept nearly everything that is posted", "Add something that must hold: a word, an author:, a channel: or a lang:, like lang:es NOT promo.";
    }
    UnknownField "unknown_field" {
        es: "No hay un campo «{piece}»", "Los campos son author:, lang:, channel: y followers. Para buscar el texto, escríbelo entre comillas.";
        en: "There is no field “{piece}”", "The fields are author:, lang:, channel: and followers. To search for the text, write it in quotation marks.";
    }
    NotAvailable "not_available" {
        es: "«{piece}» todavía no está disponible", "Usa AND, OR, NOT, NEAR/n, ONEAR/n, frases y los campos author:, lang:, channel: y followers. Para buscar la palabra, escríbela en minúsculas o entre comillas.";
        en: "“{piece}” is not available yet", "Use AND, OR, NOT, NEAR/n, ONEAR/n, phrases and the fields author:, lang:, channel: and followers. To search for the word itself, write it in small letters or quotation marks.";
    }
    BadValue "bad_value" {
        es: "Aquí falta un valor, o no se puede usar", "Escribe un valor, como lang:es, o una lista, como lang:(es OR pt); un valor con espacios va entre comillas.";
        en: "A value is missing here, or cannot be used", "Write a value, like lang:es, or a list, like lang:(es OR pt); a value with spaces goes in quotation marks.";
    }
    BadNumber "bad_number" {
        es: "followers se compara con un número entero", "Escribe por ejemplo followers>=1000, sin puntos ni comas.";
        en: "followers is compared with a whole number", "Write for example followers>=1000, without points or commas.";
    }
    WebAddress "web_address" {
        es: "Todavía no se pueden buscar direcciones web", "Busca el nombre del sitio como palabra.";
        en: "Web addresses cannot be searched yet", "Search for the site's name as a word.";
    }
}
