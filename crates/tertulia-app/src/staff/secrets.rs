//! Random secrets of sessions, tokens and links: given out once, stored as SHA-256 only.
//!
//! A secret has 256 random bits, so a fast hash is enough; passwords, which people choose, are another matter.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use tertulia_kernel::Entropy;

/// A new secret: 32 random bytes in URL-safe base64.
pub fn fresh(entropy: &dyn Entropy) -> String {
    let mut bytes = [0u8; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored of a secret.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
