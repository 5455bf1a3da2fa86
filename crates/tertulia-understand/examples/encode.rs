//! Each line of the standard input, encoded: its pieces with tabs between them, then its vector's 512 numbers, in a line.
//!
//! `tools/check_encoder.py` compares this with the original.

use std::io::{BufRead, BufWriter, Write};

use tertulia_understand::encoder::{Encoder, Scratch};

fn main() -> std::io::Result<()> {
    let encoder = Encoder::built_in();
    let mut scratch = Scratch::default();
    let lines: Vec<String> = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for some in lines.chunks(64) {
        let texts: Vec<&str> = some.iter().map(String::as_str).collect();
        for (text, embedding) in texts.iter().zip(encoder.encode(&texts, &mut scratch)) {
            writeln!(out, "{}", encoder.pieces(text).join("\t"))?;
            let numbers: Vec<String> = embedding.numbers().iter().map(f32::to_string).collect();
            writeln!(out, "{}", numbers.join(" "))?;
        }
    }
    out.flush()
}
