//! `cargo xtask train`: makes the classifiers the program carries again, from the corpus and public collections.

use crate::command::{Outcome, cargo, run};

const HELP: &str = "train needs --data DIR, the folder with the public collections: sentiment/umsab_{es,en,pt}_{train,val}.jsonl, one \
{\"text\", \"lang\", \"sentiment\"} a line (UMSAB of cardiffnlp/xlm-t, Apache-2.0). With --check it only says which posts of the corpus are \
nearly the same as one that measures, and fails if there are any";

/// Trains, or checks the corpus.
pub fn train(arguments: &[&str]) -> Outcome {
    let (command, data) = match arguments {
        ["--data", data] => ("train", data),
        ["--check", "--data", data] | ["--data", data, "--check"] => ("duplicates", data),
        _ => return Err(HELP.to_owned()),
    };
    run(cargo().args(["run", "--release", "--locked", "-p", "tertulia-trainer", "--", command, "--data", data]))
}
