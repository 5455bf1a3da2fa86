//! Which id a post keeps for life.

/// The id under which a status is stored and addressed: the server's own `id`, made stable.
///
/// One server changes it: snac builds an id of ten digits (when the entry was last touched) and the MD5 of the post's
/// address, so an edit gives the post a new id. It reads any ten characters before the MD5, so the digits become zeros:
/// the result is stable and the API still takes it.
pub fn stable(id: &str) -> String {
    if is_snac(id) { format!("0000000000{}", &id[10..]) } else { id.to_owned() }
}

fn is_snac(id: &str) -> bool {
    id.len() == 42
        && id.bytes().take(10).all(|byte| byte.is_ascii_digit())
        && id.bytes().skip(10).all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Whether id `a` was given before id `b` on the same server; `None` when the ids do not tell. Mastodon's are numbers
/// that grow.
pub fn before(a: &str, b: &str) -> Option<bool> {
    let number = |id: &str| !id.is_empty() && id.len() <= 30 && id.bytes().all(|byte| byte.is_ascii_digit());
    (number(a) && number(b)).then(|| (a.len(), a) < (b.len(), b))
}

#[cfg(test)]
mod tests {
    //! Ids of several servers.
    use super::*;

    #[test]
    fn an_edit_on_snac_keeps_the_stored_id() {
        let first = "179529511941201086c2e569b53729b47d096f4999";
        let edited = "179529528141201086c2e569b53729b47d096f4999";
        assert_eq!(stable(first), stable(edited));
        assert_eq!(stable(first), "000000000041201086c2e569b53729b47d096f4999");
    }

    #[test]
    fn other_ids_stay_as_they_are() {
        for id in ["113500000000000001", "01HF3ZJ7Q2", "9sXkL0aBcD", "", "ñ", "17952951194120108"] {
            assert_eq!(stable(id), id);
        }
    }

    #[test]
    fn only_numbers_have_an_order() {
        assert_eq!(before("99", "100"), Some(true));
        assert_eq!(before("100", "100"), Some(false));
        assert_eq!(before("a1", "b1"), None);
    }
}
