//! Where a tag falls into parts: `#AmoMiMarca`, `#amo_mi_marca`, `#Copa2026`.

/// What a letter was before folding: where a tag is cut into parts depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Upper,
    Letter,
    Digit,
    Unspaced,
    Joint,
}

/// One folded character of the word under construction.
#[derive(Clone, Copy)]
pub(super) struct Letter {
    pub(super) folded: u32,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) shape: Shape,
    pub(super) enye: bool,
}

/// Where a tag is cut: before a capital after a small letter, before the last capital of a row when a small letter
/// follows (`ABCNews`), between letters and digits, at `_`, and where an unspaced script begins or ends.
pub(super) fn tag_parts(letters: &[Letter]) -> Vec<std::ops::Range<usize>> {
    let mut parts = Vec::new();
    let mut begin = 0;
    for i in 0..=letters.len() {
        let cut = i == letters.len() || i > begin && cuts_before(letters, i) || letters[i].shape == Shape::Joint;
        if cut {
            if begin < i {
                parts.push(begin..i);
            }
            begin = i + usize::from(i < letters.len() && letters[i].shape == Shape::Joint);
        }
    }
    parts
}

fn cuts_before(letters: &[Letter], i: usize) -> bool {
    use Shape::{Digit, Joint, Letter, Unspaced, Upper};
    match (letters[i - 1].shape, letters[i].shape) {
        (Joint, _) | (_, Joint) => true,
        (Upper, Upper) => letters.get(i + 1).is_some_and(|next| next.shape == Letter),
        (Upper, Letter) => false,
        (Digit, Digit) | (Letter, Letter) | (Unspaced, Unspaced) => false,
        _ => true,
    }
}
