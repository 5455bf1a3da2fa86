//! A snapshot somebody changed, its checksum put right, is refused or gives an engine that answers: never a panic.
//!
//! Four bytes are a change: two say where, one what kind, one with what. A second snapshot is taken from the bytes as
//! they are.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use tertulia_listen::{Engine, Frequencies, Lists, Post, Query, Scratch};

/// Where the checksum stands: after the magic and the version.
const CHECKSUM: std::ops::Range<usize> = 16..24;

fn whole() -> &'static [u8] {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let asks = [
            "iberia maleta NOT promo",
            "\"no llega\" OR male* OR *egad*",
            "{Iberia} vuelo",
            "(vuelo OR tarde) NEAR/3 (no OR \"no llega\")",
            "2 OF (iberia, vuelo, maleta)",
            "año -ano",
            "lang:es followers>10 NOT vuelo",
            "vuelo EXCEPT \"vuelo tarde\"",
            "author:ana #vuelo in:(title OR bio)",
        ];
        let queries: Vec<Query> = asks.iter().map(|ask| Query::parse(ask).expect("a query")).collect();
        Engine::build((0_u32..).zip(&queries), Frequencies::default()).snapshot(|key| key.to_be_bytes().to_vec())
    })
}

fuzz_target!(|bytes: &[u8]| {
    let mut changed = whole().to_vec();
    for four in bytes.chunks_exact(4) {
        let at = usize::from(u16::from_le_bytes([four[0], four[1]])) % changed.len();
        match four[2] % 4 {
            0 => changed[at] ^= four[3],
            1 => changed[at] = four[3],
            2 => changed.truncate(at.max(CHECKSUM.end)),
            _ => changed.insert(at.max(CHECKSUM.end), four[3]),
        }
    }
    for mut bytes in [changed, bytes.to_vec()] {
        read(&bytes);
        if bytes.len() >= CHECKSUM.end {
            let sum = checksum(&bytes[CHECKSUM.end..]).to_le_bytes();
            bytes[CHECKSUM].copy_from_slice(&sum);
            read(&bytes);
        }
    }
});

fn read(bytes: &[u8]) {
    let key = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_be_bytes);
    let Ok(mut engine) = Engine::from_snapshot(bytes, &Lists::new(), key) else { return };
    let posts = ["Iberia no llega, vuelo tarde. Mi maleta #vuelo", "año nuevo en mi maleta: promo", "vuelo vuelo no no no llegada"];
    let (mut scratch, mut keys) = (Scratch::default(), Vec::new());
    let mut ask = |engine: &Engine<u32>| {
        for text in posts {
            let post = Post { text, title: Some(text), author: Some("ana"), lang: Some("es"), followers: Some(20), ..Post::default() };
            engine.matches(&post, &mut scratch, &mut keys);
        }
    };
    ask(&engine);
    engine.add(99, &Query::parse("vuelo llegada nueva*").expect("a query"));
    engine.remove(&3);
    ask(&engine);
    engine.merge();
    ask(&engine);
}

/// The sum the format puts over all that follows it.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sums = [1_u64, 2, 3, 4];
    let mut chunks = bytes.chunks_exact(32);
    for chunk in &mut chunks {
        for (sum, eight) in sums.iter_mut().zip(chunk.chunks_exact(8)) {
            let eight = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
            *sum = (*sum ^ eight).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        }
    }
    let rest = chunks.remainder().iter().fold(bytes.len() as u64, |sum, byte| mix(sum, u64::from(*byte)));
    sums.into_iter().fold(rest, mix)
}

fn mix(a: u64, b: u64) -> u64 {
    let x = a.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 32) ^ b).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^ (x >> 29)
}
