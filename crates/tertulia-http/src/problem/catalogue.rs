//! What to do about each error code, in both languages. A code that is not here is told with the error's own English
//! words; a test keeps the list complete.

use axum::http::{HeaderMap, header};

/// A language of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Spanish of the Americas.
    Es,
    /// English.
    En,
}

impl Lang {
    /// The language a request prefers; English when it does not tell, as programs don't.
    pub fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut best = (0.0, Self::En);
        for one in asked.split(',') {
            let mut parts = one.split(';');
            let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            let lang = match tag.split('-').next() {
                Some("es") => Self::Es,
                Some("en") => Self::En,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, lang);
            }
        }
        best.1
    }

    /// `es` or `en`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
        }
    }

    const fn of_two(self, es: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Es => es,
            Self::En => en,
        }
    }
}

/// What to do about an error.
pub(super) fn detail(code: &str, lang: Lang) -> Option<&'static str> {
    let (es, en) = match code {
        "unauthenticated" => ("Inicia sesión primero.", "Sign in first."),
        "invalid_credentials" => ("El correo o la contraseña no coinciden.", "The e-mail address or the password is wrong."),
        "wrong_password" => ("La contraseña actual no coincide.", "The present password is wrong."),
        "login_limited" => (
            "Hubo demasiados intentos de inicio de sesión. Espera un momento y vuelve a intentarlo.",
            "Too many attempts to sign in. Wait a little and try again.",
        ),
        "csrf" => (
            "La solicitud no viene de la consola. Agrega el encabezado X-Tertulia: 1 o usa un token.",
            "The request does not come from the console. Add the header X-Tertulia: 1, or use a token.",
        ),
        "scope_missing" => (
            "El token no tiene el permiso que esta acción necesita. Crea otro con ese permiso.",
            "The token lacks the scope this action needs. Create one that has it.",
        ),
        "session_required" => {
            ("Un token no puede hacer esto: inicia sesión en la consola.", "A token can't do this: sign in to the console.")
        }
        "forbidden" => {
            ("Tu rol no incluye esta acción. Pídela a quien administra.", "Your role does not include this. Ask an administrator.")
        }
        "not_found" => ("No existe, o no puedes verlo.", "It does not exist, or you may not see it."),
        "conflict" => (
            "Algo a lo que se refiere cambió mientras tanto. Vuelve a mirar e inténtalo de nuevo.",
            "Something it refers to changed meanwhile. Look again and try again.",
        ),
        "invalid_query" => {
            ("La consulta no se entiende: corrige el lugar marcado.", "The query can't be understood: correct the marked place.")
        }
        "not_theirs" => (
            "Un caso trata de algo que escribió otra persona: esto es nuestro o fue borrado.",
            "A case is about something somebody else wrote: this is ours, or was deleted.",
        ),
        "not_read" => (
            "Solo lo que escribió otra persona y se conserva dice algo: esto es nuestro, fue borrado o está de paso.",
            "Only what somebody else wrote and is kept says something: this is ours, was deleted, or is passing.",
        ),
        "version_refused" => (
            "Esta versión fue peor que la que estaba en uso y nunca se usó.",
            "This version was worse than the one in force and was never used.",
        ),
        "version_outdated" => (
            "Esta versión se hizo para otra edición del programa y ya no le sirve: entrena una nueva.",
            "This version was made for another edition of the program and does not fit this one: train a new one.",
        ),
        "author_unknown" => (
            "De esta publicación solo se guardó una copia por un tiempo y no se conoce a su autor. Tendrá caso cuando un monitor la encuentre.",
            "Only a copy of this post was kept for a while and its author is not known. It gets a case when a monitor catches it.",
        ),
        "order_incomplete" => (
            "Mientras tanto se agregaron o quitaron reglas. Vuelve a cargar la lista y ordénala de nuevo.",
            "Rules came or went meanwhile. Load the list again and order it anew.",
        ),
        "not_replayable" => (
            "Este evento no se guardó entero, así que no hay qué intentar otra vez. Míralo en su red y descártalo aquí.",
            "This event was not kept whole, so there is nothing to try again. Look at it on its network, then discard it here.",
        ),
        "still_poison" => ("Todavía no se puede recibir este evento.", "This event still can't be taken in."),
        "not_read_now" => (
            "Para leer este evento hay que preguntarle a su red, y ahora no se puede. Mira el canal e inténtalo más tarde.",
            "To read this event its network must be asked, and now it can't be. Look at the channel and try again later.",
        ),
        "sample_name_taken" => (
            "Un canal, monitor o respuesta tuya tiene un nombre de la empresa de ejemplo: cámbialo primero.",
            "A channel, monitor or ready-made answer of yours has a name of the sample company's: rename it first.",
        ),
        "sample_no_folder" => (
            "Este servidor no tiene carpeta de datos donde guardar el día de ejemplo.",
            "This server has no data folder to keep the sample day in.",
        ),
        "list_full" => (
            "Ya hay tantos como puede haber. Elimina uno que no necesites.",
            "There are as many as there can be. Remove one you don't need.",
        ),
        "in_use" => ("Todavía se usa: primero mueve lo que depende de él.", "It is still in use: move what depends on it first."),
        "reserved_by_other" => ("Otra persona está respondiendo este caso.", "Somebody else is answering this case."),
        "monitor_off" => ("Este monitor no escucha: enciéndelo primero.", "This monitor does not listen: switch it on first."),
        "channel_stopped" => ("Este canal está detenido: inícialo primero.", "This channel is stopped: start it first."),
        "offer_over" => ("Esta oferta ya terminó.", "This offer is over."),
        "send_gate" => {
            ("La respuesta no puede salir así: corrige lo marcado.", "The answer can't go out like this: correct what is marked.")
        }
        "too_late" => ("La respuesta ya salió y no se puede retirar.", "The answer has left already and can't be taken back."),
        "not_failed" => ("Esta respuesta no falló: no hay nada que repetir.", "This answer has not failed: there is nothing to repeat."),
        "last_administrator" => (
            "Es la última persona que puede administrar. Da ese rol a otra persona antes.",
            "This is the last administrator. Give somebody else the role first.",
        ),
        "invalid" => ("Corrige los campos marcados.", "Correct the marked fields."),
        "malformed_body" => ("No se entiende el cuerpo de la solicitud.", "The request's body can't be understood."),
        "malformed_query" => ("No se entienden los parámetros de la dirección.", "The address's parameters can't be understood."),
        "unsupported_media_type" => ("Envía JSON con Content-Type: application/json.", "Send JSON with Content-Type: application/json."),
        "method_not_allowed" => ("Esta dirección no acepta ese método.", "This address does not take that method."),
        "too_large" => ("La solicitud es demasiado grande.", "The request is too large."),
        "unavailable" => ("No disponible por ahora. Inténtalo de nuevo en un momento.", "Not available now. Try again in a moment."),
        "rate_limited" => ("Demasiadas solicitudes. Espera un momento.", "Too many requests. Wait a little."),
        "origin_not_allowed" => (
            "Este sitio no puede mostrar el chat. Agrégalo en los sitios permitidos del canal.",
            "This site may not show the chat. Add it to the channel's allowed sites.",
        ),
        "widget_missing" => (
            "Este programa se compiló sin el chat. Compílalo con cargo xtask up.",
            "This program was built without its chat widget. Build it with cargo xtask up.",
        ),
        "internal" => (
            "Algo falló de nuestro lado. Inténtalo de nuevo; el registro del servidor dice más.",
            "Something failed on our side. Try again; the server's log tells more.",
        ),
        _ => return None,
    };
    Some(lang.of_two(es, en))
}

/// What is wrong with a field.
pub(super) fn field(code: &str, lang: Lang) -> Option<&'static str> {
    let (es, en) = match code {
        "required" => ("Este campo es obligatorio.", "This field is required."),
        "too_long" => ("Es demasiado largo.", "It is too long."),
        "too_many" => ("Son demasiados a la vez.", "That is too many at once."),
        "too_short" => ("Es demasiado corto.", "It is too short."),
        "taken" => ("Ya está en uso.", "It is already in use."),
        "email" => ("No es una dirección de correo.", "It is not an e-mail address."),
        "password_short" => ("Usa al menos 10 caracteres.", "Use 10 characters or more."),
        "password_long" => ("Usa como máximo 200 caracteres.", "Use at most 200 characters."),
        "password_obvious" => ("Es demasiado fácil de adivinar.", "It is too easy to guess."),
        "unknown" => ("No existe.", "It does not exist."),
        "malformed" => ("Tiene una forma que no se acepta.", "It is not in the form that is taken."),
        "out_of_range" => ("Está fuera del rango permitido.", "It is out of range."),
        "phrase" => (
            "Esta frase no se entiende: cierra las llaves y escribe al menos tres letras antes del asterisco final.",
            "This phrase is not understood: close its braces and write at least three letters before the asterisk at its end.",
        ),
        "no_words" => ("Esta señal no tiene palabras.", "This ground has no words."),
        _ => return None,
    };
    Some(lang.of_two(es, en))
}

#[cfg(test)]
mod tests {
    //! Choosing the language.
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_heavier_of_the_two_wins() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text));
            Lang::of(&headers)
        };
        assert_eq!(of("es-CO,es;q=0.9,en;q=0.8"), Lang::Es);
        assert_eq!(of("pt-BR,en;q=0.5,es;q=0.7"), Lang::Es);
        assert_eq!(of("en,es;q=0.9"), Lang::En);
        assert_eq!(Lang::of(&HeaderMap::new()), Lang::En);
    }
}
