//! Meanings as vectors: texts in Spanish, English and Portuguese that say the same have vectors that point the same way.
//!
//! The weights are those of a public multilingual sentence encoder, made smaller (`models/ENCODER-NOTICE.md`). They are part
//! of the program and read in place: what no text needs is never loaded.
//!
//! ```
//! use tertulia_understand::encoder::{Encoder, Scratch};
//! let encoder = Encoder::built_in();
//! let texts = ["Mi pedido no ha llegado", "O meu pedido ainda não chegou", "¡Feliz cumpleaños!"];
//! let [es, pt, other] = encoder.encode(&texts, &mut Scratch::default()).try_into().expect("one for each text");
//! assert!(es.cosine(&pt) > 0.6);
//! assert!(es.cosine(&other) < 0.3);
//! ```

mod embedding;
mod file;
mod kernel;
mod matrix;
mod network;
mod recent;
mod rows;
#[cfg(test)]
mod tests;
mod tokeniser;
mod trie;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub use embedding::{DIMS, Embedding};
pub use recent::Recent;

use file::File;
use kernel::Kernel;
use network::{Network, Output};
use tokeniser::Tokeniser;

/// The most pieces of a text that count, its beginning and end among them: of a longer text the rest is not read.
pub const MAX_TOKENS: usize = 512;
/// How many numbers [`Reading::features`] has.
pub const FEATURES: usize = 1280;
/// Pieces that go through the network together: enough for each weight to be fetched once for many, few enough for their
/// numbers to stay near the processor.
const BATCH_TOKENS: usize = 128;

static BUILT_IN: &[u8] = include_bytes!("../../models/encoder.bin");

/// Makes vectors of texts. The same text always has the same vector, in whatever company and on whatever machine.
pub struct Encoder {
    tokeniser: Tokeniser,
    network: Network,
}

/// A text's meaning, and what lies just before it in the encoder.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The meaning.
    pub embedding: Embedding,
    /// The mean over the text's pieces of their normalised inner numbers: less about the meaning as a whole, more about the
    /// words. For classifiers.
    pub features: Box<[f32; FEATURES]>,
}

/// Memory that is used again from call to call. One for each thread that encodes.
#[derive(Default)]
pub struct Scratch {
    tokeniser: tokeniser::Workspace,
    network: network::Workspace,
    tokens: Vec<u32>,
    ends: Vec<usize>,
}

/// Why bytes are no encoder.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EncoderError {
    /// They are something else.
    #[error("this is not an encoder's file")]
    NotAnEncoder,
    /// They are an encoder of another version.
    #[error("this program does not read encoders of version {0}")]
    Version(u32),
    /// A part is missing, cut short or impossible.
    #[error("the encoder's file is damaged: {0}")]
    Damaged(&'static str),
}

impl Encoder {
    /// The program's own.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static ENCODER: OnceLock<Encoder> = OnceLock::new();
        ENCODER.get_or_init(|| Self::read(BUILT_IN).expect("the file in the program is the one that the tests read"))
    }

    /// From an encoder's file; keeps the bytes, of which it reads the pieces' rows in place.
    pub fn read(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, EncoderError> {
        Self::read_for(bytes.into(), Kernel::all()[0])
    }

    fn read_for(bytes: Cow<'static, [u8]>, kernel: Kernel) -> Result<Self, EncoderError> {
        let file = File::read(bytes)?;
        let tokeniser = Tokeniser::read(&file)?;
        let network = Network::read(file, tokeniser.len(), kernel)?;
        Ok(Self { tokeniser, network })
    }

    /// The meaning of each text, in order.
    #[must_use]
    pub fn encode(&self, texts: &[&str], scratch: &mut Scratch) -> Vec<Embedding> {
        self.run(texts, scratch, |output| Embedding::normalised(output.numbers))
    }

    /// The meaning of each text, in order, with its features.
    #[must_use]
    pub fn encode_with_features(&self, texts: &[&str], scratch: &mut Scratch) -> Vec<Reading> {
        self.run(texts, scratch, |output| Reading { embedding: Embedding::normalised(output.numbers), features: output.features })
    }

    /// The same, of what was not read lately; of copies one.
    #[must_use]
    pub fn encode_recent(&self, texts: &[&str], scratch: &mut Scratch, recent: &Recent) -> Vec<Arc<Reading>> {
        let pieces: Vec<Box<[u32]>> = texts
            .iter()
            .map(|text| {
                let mut tokens = Vec::new();
                self.tokeniser.tokenise(text, &mut scratch.tokeniser, &mut tokens);
                tokens.into()
            })
            .collect();
        let mut readings = recent.known(&pieces);
        let mut first: HashMap<&[u32], usize> = HashMap::new();
        let mut new: Vec<usize> = Vec::new();
        for (place, text) in pieces.iter().enumerate().filter(|(place, _)| readings[*place].is_none()) {
            first.entry(text).or_insert_with(|| {
                new.push(place);
                place
            });
        }
        let of = |output: Output| Arc::new(Reading { embedding: Embedding::normalised(output.numbers), features: output.features });
        let read = self.run_pieces(new.iter().map(|&place| &*pieces[place]), scratch, of);
        recent.keep(new.iter().zip(&read).map(|(&place, reading)| (pieces[place].clone(), Arc::clone(reading))));
        for (place, reading) in new.iter().zip(read) {
            readings[*place] = Some(reading);
        }
        let whole = |place: usize| readings[place].clone().or_else(|| readings[first[&*pieces[place]]].clone());
        (0..texts.len()).map(|place| whole(place).expect("known, read, or a copy of one that was")).collect()
    }

    /// The pieces that a text is read as; what no piece spells is empty. A blank is `▁`.
    #[must_use]
    pub fn pieces(&self, text: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        self.tokeniser.tokenise(text, &mut tokeniser::Workspace::default(), &mut tokens);
        tokens[1..tokens.len() - 1].iter().map(|&token| self.tokeniser.text(token)).collect()
    }

    fn run_pieces<'p, T>(&self, texts: impl Iterator<Item = &'p [u32]>, scratch: &mut Scratch, of: impl Fn(Output) -> T) -> Vec<T> {
        let Scratch { network, tokens, ends, .. } = scratch;
        tokens.clear();
        ends.clear();
        let (mut done, mut outputs) = (Vec::new(), Vec::new());
        let mut texts = texts.peekable();
        while let Some(text) = texts.next() {
            tokens.extend_from_slice(text);
            ends.push(tokens.len());
            if tokens.len() >= BATCH_TOKENS || texts.peek().is_none() {
                self.network.run(tokens, ends, network, &mut outputs);
                done.extend(outputs.drain(..).map(&of));
                tokens.clear();
                ends.clear();
            }
        }
        done
    }

    fn run<T>(&self, texts: &[&str], scratch: &mut Scratch, of: impl Fn(Output) -> T) -> Vec<T> {
        let Scratch { tokeniser, network, tokens, ends } = scratch;
        tokens.clear();
        ends.clear();
        let mut done = Vec::with_capacity(texts.len());
        let mut outputs = Vec::new();
        for (number, text) in texts.iter().enumerate() {
            self.tokeniser.tokenise(text, tokeniser, tokens);
            ends.push(tokens.len());
            if tokens.len() >= BATCH_TOKENS || number + 1 == texts.len() {
                self.network.run(tokens, ends, network, &mut outputs);
                done.extend(outputs.drain(..).map(&of));
                tokens.clear();
                ends.clear();
            }
        }
        done
    }
}
