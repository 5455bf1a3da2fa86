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
    WildcardWithSigns,
    NearWithoutDistance,
    BadDistance,
    AtLeastWithoutCount,
    BadCount,
    TooFewParts,
    PhraseTooLong,
    NotInNear,
    AndInNear,
    FieldInNear,
    CountInNear,
    InWithoutWords,
    TwoIns,
    OnlyExclusions,
    NeedsScope,
    UnknownField,
    UnknownList,
    UnknownChoice,
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
    BadValue "bad_value" {
        es: "Aquí falta un valor, o no se puede usar", "Escribe un valor, como lang:es, o una lista, como lang:(es OR pt); un valor con espacios va entre comillas.";
        en: "A value is missing here, or cannot be used", "Write a value, like lang:es, or a list, like lang:(es OR pt); a value with spaces goes in quotation marks.";
    }
    MissingOperand "missing_operand" {
        es: "Aquí falta una palabra, una frase o un grupo", "AND, OR, NEAR, SENTENCE y EXCEPT van entre dos términos; NOT y ATLEAST/3, antes de uno. Para buscar la palabra, escríbela en minúsculas.";
        en: "A word, a phrase or a group is missing here", "AND, OR, NEAR, SENTENCE and EXCEPT stand between two terms; NOT and ATLEAST/3 stand before one. To search for the word itself, write it in small letters.";
    }
    AtLeastWithoutCount "atleast_without_count" {
        es: "A {piece} le falta cuántas veces", "Escribe el número, como ATLEAST/3 iberia; para buscar la palabra, escríbela en minúsculas.";
        en: "{piece} lacks its count", "Say how often, like ATLEAST/3 iberia; to search for the word itself, write it in small letters.";
    }
    BadCount "bad_count" {
        es: "«{piece}» no dice cuántas veces", "Escribe un número entero de 1 a 1000, como ATLEAST/3 iberia o 2 OF (a, b, c).";
        en: "“{piece}” is not a count", "Write a whole number from 1 to 1000, like ATLEAST/3 iberia or 2 OF (a, b, c).";
    }
    TooFewParts "too_few_parts" {
        es: "Aquí hay menos partes de las que se piden, o una sola", "Separa las partes con comas, como 2 OF (a, b, c), y pide a lo sumo las que hay.";
        en: "There are fewer parts here than are asked for, or only one", "Separate the parts with commas, like 2 OF (a, b, c), and ask for at most as many as there are.";
    }
    NotInNear "not_in_near" {
        es: "NEAR, SENTENCE, EXCEPT y ATLEAST no admiten NOT dentro", "Exclúyelo fuera, como (a NEAR/5 b) NOT c; para no contar una frase hecha, usa EXCEPT, como apple EXCEPT \"apple juice\".";
        en: "NEAR, SENTENCE, EXCEPT and ATLEAST cannot hold a NOT", "Exclude it outside, like (a NEAR/5 b) NOT c; to leave out a set phrase, use EXCEPT, like apple EXCEPT \"apple juice\".";
    }
    AndInNear "and_in_near" {
        es: "NEAR, SENTENCE, EXCEPT y ATLEAST no admiten AND dentro", "Usa OR dentro, encadena NEAR, como a NEAR/5 b NEAR/5 c, o escribe la frase entre comillas.";
        en: "NEAR, SENTENCE, EXCEPT and ATLEAST cannot hold an AND", "Use OR inside, chain NEAR, like a NEAR/5 b NEAR/5 c, or write a phrase in quotation marks.";
    }
    FieldInNear "field_in_near" {
        es: "NEAR, SENTENCE, EXCEPT y ATLEAST solo admiten texto, no campos como author: o in:", "Pon el campo fuera, como (a NEAR/5 b) AND lang:es.";
        en: "NEAR, SENTENCE, EXCEPT and ATLEAST take text only, not fields like author: or in:", "Put the field outside, like (a NEAR/5 b) AND lang:es.";
    }
    CountInNear "count_in_near" {
        es: "ATLEAST y OF no están en ningún lugar del texto: no van dentro de NEAR, SENTENCE, EXCEPT ni ATLEAST", "Cuenta el grupo entero, como ATLEAST/2 (a NEAR/5 b), o únelos con AND.";
        en: "ATLEAST and OF stand at no place of the text: they do not go inside NEAR, SENTENCE, EXCEPT or ATLEAST", "Count the whole group, like ATLEAST/2 (a NEAR/5 b), or join them with AND.";
    }
    InWithoutWords "in_without_words" {
        es: "{piece} no tiene al lado ninguna palabra que buscar", "Ponlo en el mismo grupo que las palabras, como iberia in:title o ((iberia OR vuelo) in:title); para excluir, NOT (promo in:title).";
        en: "{piece} has no word beside it to look for", "Put it in the same group as the words, like iberia in:title or ((iberia OR flight) in:title); to exclude, NOT (promo in:title).";
    }
    TwoIns "two_ins" {
        es: "Este grupo ya dice dónde buscar", "Júntalos, como in:(title OR bio), o separa los grupos, como (a in:title) AND (b in:bio).";
        en: "This group already says where to look", "Join them, like in:(title OR bio), or part the groups, like (a in:title) AND (b in:bio).";
    }
    OnlyExclusions "only_exclusions" {
        es: "Esta parte solo excluye: aceptaría casi todo lo que se publica", "Añade algo que deba cumplirse: una palabra, un author:, un channel:, un list: o un lang:, como lang:es NOT promo.";
        en: "This part only excludes: it would accept nearly everything that is posted", "Add something that must hold: a word, an author:, a channel:, a list: or a lang:, like lang:es NOT promo.";
    }
    NeedsScope "needs_scope" {
        es: "Esta parte no dice de qué tratan las publicaciones ni de dónde vienen: aceptaría demasiadas", "Añade una palabra, un author:, un channel:, un list: o un lang:, como lang:es has:image followers>=1000.";
        en: "This part says neither what the posts are about nor where they come from: it would accept too many", "Add a word, an author:, a channel:, a list: or a lang:, like lang:es has:image followers>=1000.";
    }
    UnknownField "unknown_field" {
        es: "No hay un campo «{piece}»", "Los campos son author:, to:, lang:, country:, channel:, site:, link:, tag:, list:, in:, has:, is:, crm:segment:, crm:tier:, followers, likes, shares, replies y age. Para buscar el texto, escríbelo entre comillas.";
        en: "There is no field “{piece}”", "The fields are author:, to:, lang:, country:, channel:, site:, link:, tag:, list:, in:, has:, is:, crm:segment:, crm:tier:, followers, likes, shares, replies and age. To search for the text, write it in quotation marks.";
    }
    UnknownList "unknown_list" {
        es: "No hay una lista «{piece}»", "Revisa el nombre, o crea la lista antes de usarla.";
        en: "There is no list “{piece}”", "Check its name, or create the list before using it.";
    }
    UnknownChoice "unknown_choice" {
        es: "«{piece}» no es un valor de este campo", "Los valores son has:(link OR image OR video OR emoji OR question), is:(reply OR repost OR quote OR verified OR customer) e in:(title OR body OR bio OR url OR alt).";
        en: "“{piece}” is not a value of this field", "The values are has:(link OR image OR video OR emoji OR question), is:(reply OR repost OR quote OR verified OR customer) and in:(title OR body OR bio OR url OR alt).";
    }
    BadNumber "bad_number" {
        es: "Este campo se compara con números enteros", "Escribe por ejemplo followers>=1000, followers:100..5000 o likes:(0 OR >=50), sin puntos ni comas, y el menor primero.";
        en: "This field is compared with whole numbers", "Write for example followers>=1000, followers:100..5000 or likes:(0 OR >=50), without points or commas, the smaller first.";
    }
    WebAddress "web_address" {
        es: "Una dirección web no se busca como palabra", "Usa link:ejemplo.com/ruta para los enlaces, site:ejemplo.com para dónde se publicó, o ejemplo in:url para sus palabras.";
        en: "A web address is not searched as a word", "Use link:example.com/path for links, site:example.com for where it was published, or example in:url for its words.";
    }
}
