//! The encoder as a whole: what it must keep, whatever the texts and the bytes.

use super::*;

fn encode(texts: &[&str]) -> Vec<Reading> {
    Encoder::built_in().encode_with_features(texts, &mut Scratch::default())
}

const TEXTS: [&str; 12] = [
    "",
    "   \n\t ",
    "Mi pedido no ha llegado y nadie contesta",
    "😡😡😡",
    "¿Cuándo abren en Córdoba? vos sabés",
    "muito obrigado pelo atendimento!!! ❤️",
    "THE WORST AIRLINE EVER @iberia #neverAgain",
    "한국어 그리고 中文",
    "a\u{0301}rbol 𝓱𝓸𝓵𝓪 ｈｏｌａ",
    "<s> </s> <unk> ▁▁",
    "x",
    "\u{0}\u{200d}\u{fe0f}",
];

#[test]
fn a_text_has_the_same_vector_in_any_company() {
    let alone: Vec<Reading> = TEXTS.iter().flat_map(|text| encode(&[text])).collect();
    assert_eq!(encode(&TEXTS), alone);
    let long = "El vuelo salió con cuatro horas de retraso. ".repeat(30);
    let mut company: Vec<&str> = TEXTS.iter().rev().copied().collect();
    company.extend(std::iter::repeat_n(long.as_str(), 9));
    let mut scratch = Scratch::default();
    for _ in 0..2 {
        let mut together = Encoder::built_in().encode_with_features(&company, &mut scratch);
        together.truncate(TEXTS.len());
        together.reverse();
        assert_eq!(together, alone);
    }
}

#[test]
fn every_text_has_a_vector_of_length_one() {
    for (text, reading) in TEXTS.iter().zip(encode(&TEXTS)) {
        let length: f32 = reading.embedding.numbers().iter().map(|number| number * number).sum();
        assert!((length - 1.0).abs() < 1e-4, "{text:?}: {length}");
        assert!(reading.features.iter().all(|number| number.is_finite()), "{text:?}");
    }
    assert!(encode(&[]).is_empty());
}

#[test]
fn of_a_very_long_text_the_beginning_counts() {
    let long = "reclamo por el servicio ".repeat(50_000);
    let pieces = Encoder::built_in().pieces(&long);
    assert_eq!(pieces.len(), MAX_TOKENS - 2);
    let other = format!("{}{}", &long[..20_000], "felicitaciones ".repeat(50_000));
    assert_eq!(encode(&[&long]), encode(&[&other]));
    let one_word = "ñ".repeat(1_000_000);
    assert!(Encoder::built_in().pieces(&one_word).len() <= MAX_TOKENS - 2);
}

#[test]
fn texts_are_written_alike_before_they_are_cut() {
    let encoder = Encoder::built_in();
    for (text, same) in [
        ("  hola \n mundo\t", "hola mundo"),
        ("ｈｏｌａ ｍｕｎｄｏ", "hola mundo"),
        ("𝐡𝐨𝐥𝐚 𝓂𝓊𝓃𝒹ℴ", "hola mundo"),
        ("a\u{0301}rbol nin\u{0303}o", "árbol niño"),
        ("ﬁnal", "final"),
        ("espera…", "espera..."),
    ] {
        assert_eq!(encoder.pieces(text), encoder.pieces(same), "{text:?}");
    }
    assert_eq!(encoder.pieces("Mi pedido"), ["▁Mi", "▁pedido"]);
    assert_eq!(encoder.pieces("\u{1F621}"), ["▁", ""], "no piece spells it");
    assert!(!encoder.pieces("<s>").contains(&""), "a text cannot say where it begins");
}

#[test]
fn meanings_are_alike_across_languages() {
    let [es, pt, en, other] = encode(&[
        "Mi tarjeta fue rechazada dos veces",
        "Meu cartão foi recusado duas vezes",
        "My card was declined twice",
        "Qué lindo día para ir a la playa",
    ])
    .try_into()
    .expect("one for each");
    for same in [&pt, &en] {
        assert!(es.embedding.cosine(&same.embedding) > 0.7, "{}", es.embedding.cosine(&same.embedding));
        assert!(other.embedding.cosine(&same.embedding) < 0.4, "{}", other.embedding.cosine(&same.embedding));
    }
}

#[test]
fn bytes_that_are_no_encoder_are_refused() {
    assert_eq!(Encoder::read(&b""[..]).err(), Some(EncoderError::NotAnEncoder));
    assert_eq!(Encoder::read(vec![7; 100]).err(), Some(EncoderError::NotAnEncoder));
    let mut newer = BUILT_IN[..24].to_vec();
    newer[8] = 2;
    assert_eq!(Encoder::read(newer).err(), Some(EncoderError::Version(2)));
    for length in [24, 25, 1_000, BUILT_IN.len() / 2, BUILT_IN.len() - 1] {
        assert_eq!(Encoder::read(&BUILT_IN[..length]).err(), Some(EncoderError::Damaged("checksum")), "{length}");
    }
    for at in [16, 30, 5_000, BUILT_IN.len() / 2, BUILT_IN.len() - 1] {
        let mut changed = BUILT_IN.to_vec();
        changed[at] ^= 1;
        assert_eq!(Encoder::read(changed).err(), Some(EncoderError::Damaged("checksum")), "{at}");
    }
    let mut longer = BUILT_IN.to_vec();
    longer.push(0);
    assert!(Encoder::read(longer).is_err());
}

/// What the original package makes of some texts: `tools/golden_encoder.py` wrote it.
const GOLDEN: &str = include_str!("golden.tsv");

#[test]
fn texts_are_read_as_the_original_reads_them() {
    for line in GOLDEN.lines() {
        let [text, pieces, digits] = line.split('\t').collect::<Vec<_>>().try_into().expect("three fields");
        let ours = Encoder::built_in().pieces(text);
        let theirs: Vec<&str> = pieces.split(' ').map(|piece| if piece == "<unk>" { "" } else { piece }).collect();
        assert_eq!(ours, theirs, "{text}");
        let mut numbers = Box::new([0.0; DIMS]);
        for (number, digits) in numbers.iter_mut().zip(digits.as_bytes().as_chunks::<2>().0) {
            let byte = u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
            *number = f32::from(byte.cast_signed());
        }
        let cosine = Embedding::normalised(numbers).cosine(&encode(&[text])[0].embedding);
        assert!(cosine > 0.995, "{text}: {cosine}");
    }
    assert!(GOLDEN.lines().count() >= 20);
}

#[test]
fn every_processor_makes_the_same_vectors() {
    let mut readings = Kernel::all().into_iter().map(|kernel| {
        let encoder = Encoder::read_for(BUILT_IN.into(), kernel).unwrap();
        encoder.encode_with_features(&TEXTS, &mut Scratch::default())
    });
    let first = readings.next().unwrap();
    for other in readings {
        assert_eq!(first, other);
    }
}
