//! The classifiers in one file: tensors as safetensors lays them out, with a card that says what they are.

use std::borrow::Cow;
use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::encoder::{DIMS, FEATURES};
use crate::heads::{Landmarks, Linear, Table};

/// Languages with heads of their own.
pub const LANGUAGES: usize = 3;
/// Starting points of tables: the languages, and none of them.
pub const STARTS: usize = 4;
/// Columns of the classifiers, and where each question's begin.
pub const COLUMNS: usize = 19;
/// Sentiment towards the brand, of posts that are about one.
pub const BRAND: usize = 0;
/// Message types.
pub const TYPES: usize = 3;
/// Whom a post talks to.
pub const AUDIENCE: usize = 11;
/// The tone of posts that are about no brand.
pub const TONE: usize = 14;
/// Whether a post is about a brand at all.
pub const CONCERNED: usize = 17;
/// Whether people would answer it today.
pub const PRESSING: usize = 18;

/// Classifiers that are put together: words, meaning, what lies before it, landmarks.
pub const MEMBERS: usize = 4;

/// What the classifiers are, kept in their file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Which training made them: a digest of what went in.
    pub version: String,
    /// For each language, the probability of each message type from which on nine of ten were right when it was checked; above 1
    /// where no probability was.
    pub sure: Vec<[f32; 8]>,
    /// The same for sentiment, one for each language.
    #[serde(default)]
    pub sure_sentiment: Vec<f32>,
}

/// All classifiers of one training.
#[derive(Clone, Debug)]
pub struct Model {
    /// What they are.
    pub card: Card,
    /// Which language a post is in.
    pub language: Table,
    /// Everything else, from words alone.
    pub fast: Table,
    /// Makes honest probabilities of what `fast` adds up to.
    pub fast_fit: Linear,
    /// What is known from the meaning of a post.
    pub meaning: Meaning,
}

/// The classifiers that look at the meaning of a post.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// On the encoder's vectors.
    pub straight: Linear,
    /// On what lies before them in the encoder.
    pub inner: Linear,
    /// Vectors of posts to compare with.
    pub landmarks: Landmarks,
    /// On how near the landmarks are.
    pub curved: Linear,
    /// Puts words and meaning together, as honest probabilities.
    pub fit: Linear,
}

/// Why a file holds no classifiers.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It is no file of tensors.
    #[error("not a file of classifiers: {0}")]
    Tensors(#[from] safetensors::SafeTensorError),
    /// Its card is missing or unreadable.
    #[error("the card of the classifiers can't be read: {0}")]
    Card(String),
    /// A tensor has not the size it should have.
    #[error("{0} does not have the size it should have")]
    Size(&'static str),
}

impl Model {
    /// Reads classifiers; tables stay where they are and are paged in as they are used.
    ///
    /// # Errors
    ///
    /// A file that was cut, changed in its structure, or made for something else.
    pub fn open(file: &'static [u8]) -> Result<Self, ModelError> {
        let (_, metadata) = SafeTensors::read_metadata(file)?;
        let card = metadata.metadata().as_ref().and_then(|m| m.get("card")).ok_or_else(|| ModelError::Card("missing".to_owned()))?;
        let card: Card = serde_json::from_str(card).map_err(|e| ModelError::Card(e.to_string()))?;
        if card.sure.len() != LANGUAGES {
            return Err(ModelError::Card("thresholds are missing".to_owned()));
        }
        let tensors = Tensors(SafeTensors::deserialize(file)?);
        let straight = tensors.linear("meaning.straight", COLUMNS)?;
        let points = tensors.numbers("meaning.points")?;
        let nearness = tensors.numbers("meaning.nearness")?;
        if straight.inputs == 0 || !points.len().is_multiple_of(straight.inputs) || nearness.len() != 1 {
            return Err(ModelError::Size("meaning.points"));
        }
        let landmarks = Landmarks::new(straight.inputs, points, nearness[0]);
        let inner = tensors.linear("meaning.inner", COLUMNS)?;
        let curved = tensors.linear("meaning.curved", COLUMNS)?;
        let fit = tensors.linear("meaning.fit", COLUMNS)?;
        let fast_fit = tensors.linear("fast.fit", COLUMNS)?;
        let encoder = straight.inputs == DIMS && inner.inputs == FEATURES;
        if !encoder || curved.inputs != landmarks.len() || fit.inputs != MEMBERS * COLUMNS || fast_fit.inputs != COLUMNS {
            return Err(ModelError::Size("a head"));
        }
        Ok(Self {
            card,
            language: tensors.table("language", STARTS, 1)?,
            fast: tensors.table("fast", COLUMNS, STARTS)?,
            fast_fit,
            meaning: Meaning { straight, inner, landmarks, curved, fit },
        })
    }

    /// The file of these classifiers; the same bytes for the same classifiers.
    #[must_use]
    pub fn to_file(&self) -> Vec<u8> {
        let mut parts: Vec<(&str, Dtype, Vec<u8>)> = Vec::new();
        for (names, table) in [
            (["language.cells", "language.scales", "language.bias"], &self.language),
            (["fast.cells", "fast.scales", "fast.bias"], &self.fast),
        ] {
            parts.push((names[0], Dtype::I8, table.cells.to_vec()));
            parts.push((names[1], Dtype::F32, bytes(&table.scales)));
            parts.push((names[2], Dtype::F32, bytes(&table.bias)));
        }
        let meaning = &self.meaning;
        let heads = [
            ("fast.fit", &self.fast_fit),
            ("meaning.straight", &meaning.straight),
            ("meaning.inner", &meaning.inner),
            ("meaning.curved", &meaning.curved),
            ("meaning.fit", &meaning.fit),
        ];
        parts.extend(heads.map(|(name, head)| (name, Dtype::F32, bytes(&head.weights))));
        parts.push(("meaning.points", Dtype::F32, bytes(&meaning.landmarks.points)));
        parts.push(("meaning.nearness", Dtype::F32, bytes(&[meaning.landmarks.nearness])));
        let views = parts.iter().map(|(name, kind, data)| {
            let size = if *kind == Dtype::I8 { data.len() } else { data.len() / 4 };
            (*name, TensorView::new(*kind, vec![size], data).expect("a row of numbers has its own length"))
        });
        let card = serde_json::to_string(&self.card).expect("a card is plain data");
        let metadata = HashMap::from([("card".to_owned(), card)]);
        safetensors::serialize(views, Some(metadata)).expect("names differ and sizes are right")
    }
}

struct Tensors(SafeTensors<'static>);

impl Tensors {
    fn part(&self, name: &'static str, kind: Dtype) -> Result<&'static [u8], ModelError> {
        let tensor = self.0.tensor(name)?;
        if tensor.dtype() != kind {
            return Err(ModelError::Size(name));
        }
        Ok(tensor.data())
    }

    fn numbers(&self, name: &'static str) -> Result<Vec<f32>, ModelError> {
        let data = self.part(name, Dtype::F32)?;
        Ok(data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    fn table(&self, name: &'static str, columns: usize, starts: usize) -> Result<Table, ModelError> {
        let [cells, scales, bias] = match name {
            "language" => ["language.cells", "language.scales", "language.bias"],
            _ => ["fast.cells", "fast.scales", "fast.bias"],
        };
        let (cells, scales, bias) = (self.part(cells, Dtype::I8)?, self.numbers(scales)?, self.numbers(bias)?);
        let rows = cells.len() / columns;
        let fits = rows.is_power_of_two() && (2..=1 << 31).contains(&rows) && rows * columns == cells.len();
        if !fits || scales.len() != columns || bias.len() != starts * columns {
            return Err(ModelError::Size(name));
        }
        Ok(Table { bits: rows.trailing_zeros(), columns, cells: Cow::Borrowed(cells), scales, bias })
    }

    fn linear(&self, name: &'static str, outputs: usize) -> Result<Linear, ModelError> {
        let weights = self.numbers(name)?;
        let width = weights.len() / (LANGUAGES * outputs);
        if width < 2 || width * LANGUAGES * outputs != weights.len() {
            return Err(ModelError::Size(name));
        }
        Ok(Linear { inputs: width - 1, outputs, weights })
    }
}

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}
