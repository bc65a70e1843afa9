"""Turns the tokenizer's file of multilingual-e5-small into what @ostiary/detector-e5 reads. usage: tokenizer.py IN OUT"""

import json
import sys

read = json.load(open(sys.argv[1]))
characters = next(n["precompiled_charsmap"] for n in read["normalizer"]["normalizers"] if n["type"] == "Precompiled")
vocabulary = read["model"]["vocab"]
out = {
    "pieces": [piece for piece, _ in vocabulary],
    "scores": [score for _, score in vocabulary],
    "unknown": read["model"]["unk_id"],
    "characters": characters,
}
json.dump(out, open(sys.argv[2], "w"), ensure_ascii=False, separators=(",", ":"))
