//! Seals channel secrets before they reach the database, with the installation's own key (ChaCha20-Poly1305).
//!
//! A copy of the database alone gives no access to the company's accounts; the key lives beside it in `secret.key` (or
//! in `TERTULIA_SECRET_KEY` where several nodes share a database) and belongs in a backup kept elsewhere.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use tertulia_kernel::Entropy;

/// Holds the installation's key.
pub struct Sealer(LessSafeKey);

/// The sealed text was made with another key, or was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed with another key: restore secret.key, or enter the channel's secrets again")]
pub struct WrongKey;

impl Sealer {
    /// From 32 random bytes.
    pub fn new(key: [u8; 32]) -> Self {
        #[allow(clippy::expect_used, reason = "32 bytes are this algorithm's key length")]
        let key = UnboundKey::new(&CHACHA20_POLY1305, &key).expect("32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Seals bytes for one purpose; they open for the same purpose only.
    pub fn seal(&self, purpose: &str, plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let mut nonce = [0u8; NONCE_LEN];
        entropy.fill(&mut nonce);
        let mut sealed = plain.to_vec();
        #[allow(clippy::expect_used, reason = "fails only beyond 256 GiB")]
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose.as_bytes()), &mut sealed)
            .expect("short text");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Sealer::seal`] sealed.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, WrongKey> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(WrongKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| WrongKey)?;
        let mut text = text.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut text).map_err(|_| WrongKey)?;
        Ok(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    //! Sealing and opening.
    use super::*;
    struct Seven;
    impl Entropy for Seven {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn opens_for_the_same_key_and_purpose_only() {
        let sealer = Sealer::new([1; 32]);
        let sealed = sealer.seal("channel 1", b"s3cret", &Seven);
        assert_eq!(sealer.open("channel 1", &sealed).as_deref(), Ok(b"s3cret".as_slice()));
        assert_eq!(sealer.open("channel 2", &sealed), Err(WrongKey));
        assert_eq!(Sealer::new([2; 32]).open("channel 1", &sealed), Err(WrongKey));
        assert_eq!(sealer.open("channel 1", b"short"), Err(WrongKey));
    }
}
