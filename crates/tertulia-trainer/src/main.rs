//! Makes the classifiers that `tertulia-understand` carries: `cargo xtask train`.
//!
//! Reads our own corpus and, from the data folder, public collections that may train what is shipped; refuses to train on what it is
//! measured with; writes the classifiers and a card with what went in and how good they are.
#![allow(clippy::print_stdout, reason = "a command that reports")]

mod card;
mod duplicates;
mod fit;
mod perturbed;
mod posts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use duplicates::Index;
use posts::Example;
use tertulia_understand::corpus::Labelled;

#[derive(Parser)]
#[command(about = "Makes the classifiers that tertulia-understand carries.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train, and write the classifiers and their card.
    Train(Folders),
    /// Say which posts of the corpus are nearly the same as one that measures, or as each other. Fails when there are some.
    Duplicates(Folders),
}

#[derive(clap::Args)]
struct Folders {
    /// Our own posts: `seed/LANGUAGE/*.tsv`, and `held-out/LANGUAGE.tsv` to measure with.
    #[arg(long, default_value = "crates/tertulia-understand/corpus")]
    corpus: PathBuf,
    /// Public collections: `sentiment/umsab_LANGUAGE_train.jsonl` to train with, `…_val.jsonl` to measure with.
    #[arg(long, env = "TERTULIA_TRAINING_DATA")]
    data: PathBuf,
    /// Where the classifiers and their card go.
    #[arg(long, default_value = "crates/tertulia-understand/models")]
    out: PathBuf,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Train(folders) => train(&folders),
        Command::Duplicates(folders) => duplicates(&folders),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Posts to train with, and posts to measure with.
struct Material {
    seed: Vec<Labelled>,
    held_out: Vec<Labelled>,
    sentiment: Vec<Example>,
    checks: Vec<Example>,
}

fn material(folders: &Folders) -> Result<Material, String> {
    let collection = |part: &str| {
        let mut all = Vec::new();
        for language in ["es", "en", "pt"] {
            all.extend(posts::sentiment(&folders.data.join(format!("sentiment/umsab_{language}_{part}.jsonl")))?);
        }
        Ok::<_, String>(all)
    };
    Ok(Material {
        seed: posts::corpus(&folders.corpus.join("seed"))?,
        held_out: posts::corpus(&folders.corpus.join("held-out"))?,
        sentiment: collection("train")?,
        checks: collection("val")?,
    })
}

impl Material {
    /// Posts that measure.
    fn measuring(&self) -> Vec<String> {
        let posts = self.held_out.iter().map(Labelled::plain).chain(self.checks.iter().map(|e| e.text.clone()));
        posts.chain(perturbed::sentences()).collect()
    }
}

fn duplicates(folders: &Folders) -> Result<(), String> {
    let material = material(folders)?;
    let (measuring, seed) = (material.measuring(), material.seed.iter().map(Labelled::plain).collect::<Vec<_>>());
    let (measure, own) = (Index::new(measuring.iter().map(String::as_str)), Index::new(seed.iter().map(String::as_str)));
    let mut found = 0;
    for (number, post) in seed.iter().enumerate() {
        if let Some((other, likeness)) = measure.same(post, None) {
            println!("{likeness:.2} measured with: {post:?}\n     {:?}", measuring[other]);
            found += 1;
        }
        if let Some((other, likeness)) =
            own.same(post, Some(number)).filter(|(other, likeness)| *other < number && *likeness > duplicates::TWICE)
        {
            println!("{likeness:.2} written twice: {post:?}\n     {:?}", seed[other]);
            found += 1;
        }
    }
    if found > 0 { Err(format!("{found} posts of the corpus are nearly the same as others: rewrite them")) } else { Ok(()) }
}

fn train(folders: &Folders) -> Result<(), String> {
    let material = material(folders)?;
    let measuring = material.measuring();
    let index = Index::new(measuring.iter().map(String::as_str));
    if let Some(post) = material.seed.iter().find(|p| index.same(&p.plain(), None).is_some()) {
        return Err(format!("the corpus holds a post that it is measured with (run `duplicates`): {:?}", post.text));
    }
    let (public, left_out): (Vec<Example>, Vec<Example>) =
        material.sentiment.into_iter().partition(|e| index.same(&e.text, None).is_none());
    println!(
        "{} posts of our own, {} public ones, {} left out for being like one that measures",
        material.seed.len(),
        public.len(),
        left_out.len()
    );
    let mut examples = exchanged(&material.seed);
    examples.extend(public);
    let other = posts::undetermined(&folders.corpus.join("seed/und/posts.txt"))?;
    let all: Vec<Example> = examples.iter().chain(&other).cloned().collect();
    let version = card::digest(&all, &fit::settings());
    let (model, unseen) = fit::fit(&examples, &other, version);
    fs::create_dir_all(&folders.out).map_err(|e| e.to_string())?;
    write(&folders.out, "heads.safetensors", &model.to_file())?;
    let card = card::card(&model, &examples, &unseen, &material.held_out, &material.checks)?;
    println!("{card}");
    write(&folders.out, "HEADS-CARD.md", card.as_bytes())
}

fn write(folder: &Path, name: &str, content: &[u8]) -> Result<(), String> {
    let path = folder.join(name);
    fs::write(&path, content).map_err(|e| format!("{}: {e}", path.display()))
}

/// Our posts with every brand exchanged for another one's name, so that no name means anything.
fn exchanged(seed: &[Labelled]) -> Vec<Example> {
    let names: Vec<&str> = seed.iter().flat_map(Labelled::brands).filter(|b| !b.starts_with(['@', '#'])).collect();
    let mut turn = 0usize;
    let text = |post: &Labelled, turn: &mut usize| {
        post.with_brands(|brand| {
            *turn = turn.wrapping_mul(31).wrapping_add(7);
            if brand.starts_with(['@', '#']) { brand.to_owned() } else { names[*turn % names.len()].to_owned() }
        })
    };
    seed.iter().map(|post| Example::labelled(post, text(post, &mut turn))).collect()
}
