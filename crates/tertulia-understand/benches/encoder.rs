//! `cargo bench -p tertulia-understand [-- FILE...]`: texts encoded per second of one thread's processor time, best of several
//! passes. Files have a text on each line; without one, the texts are this program's own.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

use std::time::{Duration, Instant};

use tertulia_understand::encoder::{Encoder, Scratch};

/// Processor time of this thread, where the system tells it (Linux); else the clock's.
fn cpu() -> Duration {
    std::thread::yield_now();
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|stat| stat.split_whitespace().next()?.parse().ok());
    static BEGUN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    spent.map_or_else(|| BEGUN.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// The shortest of several passes.
fn best(mut pass: impl FnMut()) -> Duration {
    let time = |()| {
        let begun = cpu();
        pass();
        cpu() - begun
    };
    [(); 5].map(time).into_iter().min().unwrap_or_default()
}

const OWN: &str = "\
@mirasol otra vez sin luz en el barrio y nadie contesta el teléfono, llevamos así desde el martes
Muchas gracias por la ayuda, me resolvieron todo en cinco minutos 👏👏
Alguém sabe se a loja do centro abre no domingo? O site não diz nada
My parcel was supposed to arrive on Monday, it is Thursday and the tracking page still says pending
no me quejo del vuelo, pero la maleta llegó dos días después y toda rota @volamos
Vocês cobraram duas vezes a mesma fatura e agora dizem que a culpa é minha #vergonha
does anyone else keep getting logged out of the app after the last update? so annoying
¿Tienen la talla 42 en negro? La quiero comprar hoy mismo
";

fn main() {
    let begun = cpu();
    let encoder = Encoder::built_in();
    println!("read in {:.1?}", cpu() - begun);
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if files.is_empty() {
        let texts: Vec<&str> = OWN.lines().cycle().take(400).collect();
        measure("own texts", encoder, &texts);
    }
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file of texts, one a line");
        let texts: Vec<&str> = text.lines().take(500).collect();
        measure(&file, encoder, &texts);
    }
}

fn measure(name: &str, encoder: &Encoder, texts: &[&str]) {
    let mut scratch = Scratch::default();
    let per_second = |time: Duration| texts.len() as f64 / time.as_secs_f64();
    let pieces: usize = texts.iter().map(|text| encoder.pieces(text).len()).sum();
    let cutting = best(|| assert!(texts.iter().all(|text| !encoder.pieces(text).is_empty())));
    let together = best(|| assert_eq!(encoder.encode(texts, &mut scratch).len(), texts.len()));
    let alone = best(|| assert!(texts.iter().all(|text| encoder.encode(&[text], &mut scratch).len() == 1)));
    println!(
        "{name}: {} texts of {:.1} pieces; cut {:.0}/s; encoded together {:.0}/s, one by one {:.0}/s",
        texts.len(),
        pieces as f64 / texts.len() as f64,
        per_second(cutting),
        per_second(together),
        per_second(alone)
    );
}
