"""Trains the heads and the upper layers on rows that rows.mjs wrote. usage: train.py BASE TOKENIZER ROWS OUT"""

import json
import os
import random
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from encoder import BOS, EOS, PAD, Encoder, Heads

base, tokenizer_path, rows, out = sys.argv[1:5]
LAYERS, FROZEN = 8, int(os.environ.get("E5_FROZEN", "4"))
EPOCHS = float(os.environ.get("E5_EPOCHS", "2"))
SHARE = float(os.environ.get("E5_SHARE", "1"))
# Of windows, how many are looked at: of those without an attack, fewer than where something stands in one.
KEPT = {"injection": 0.5, "planted": 0.9, "names": 1.0, "against": 1.0}
WINDOW, STRIDE = 126, 94
TOKENS_A_BATCH = 3072
SEED = 20261130
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
torch.manual_seed(SEED)
random.seed(SEED)
began = time.time()
say = lambda *words: print(f"{time.time() - began:6.0f} s", *words, flush=True)

tokenizer = Tokenizer.from_file(tokenizer_path)
tokenizer.no_truncation()
tokenizer.no_padding()
model, heads = Encoder(base, LAYERS), Heads()
if "E5_FROM" in os.environ:
    # Goes on from what an earlier run left.
    before = torch.load(os.environ["E5_FROM"], weights_only=True)
    model.layers[FROZEN:].load_state_dict(before["upper"])
    heads.load_state_dict(before["heads"])


def places(text):
    """Offsets of code points in UTF-16 code units: rows have those, the tokenizer these."""
    if text.isascii():
        return range(len(text) + 1)
    sizes = [0] + [2 if ord(c) > 0xFFFF else 1 for c in text]
    return np.cumsum(sizes)


def windows_of(row, most):
    encoded = tokenizer.encode(row["text"], add_special_tokens=False)
    units = places(row["text"])
    ids, offsets = encoded.ids, [(int(units[a]), int(units[b])) for a, b in encoded.offsets]
    starts = [0]
    while starts[-1] + WINDOW < len(ids):
        starts.append(starts[-1] + STRIDE)
    if len(starts) > most:
        starts = sorted([0] + random.sample(starts[1:], most - 1))
    for start in starts:
        yield ids[start : start + WINDOW], offsets[start : start + WINDOW], len(starts)


def inside(offset, span):
    return offset[1] > span["start"] and offset[0] < span["end"] and offset[1] > offset[0]


def kept(sample):
    task, _, label, _ = sample
    return 1.0 if task == "injection" and label == 1 else KEPT[task]


def samples():
    everything = []
    read = lambda name: [r for r in map(json.loads, open(f"{rows}/{name}.jsonl")) if r["part"] == "train"]
    for row in read("user"):
        for ids, _, count in windows_of(row, 4 if row["label"] else 1):
            weight = row["weight"] / count**0.5
            everything.append(("injection", ids, row["label"], weight))
    for row in read("planted"):
        for ids, offsets, _ in windows_of(row, 2):
            tags = [1.0 if any(inside(o, s) for s in row["spans"]) else 0.0 for o in offsets]
            everything.append(("planted", ids, tags, row.get("weight", 1)))
    for row in read("names"):
        for ids, offsets, _ in windows_of(row, 2):
            tags, last = [], None
            for offset in offsets:
                span = next((s for s in row["spans"] if inside(offset, s)), None)
                kind = 0 if span is None else (1 if span["type"] == "person" else 3)
                tags.append(kind if span is not last or span is None else kind + 1)
                last = span
            everything.append(("names", ids, tags, row.get("weight", 1)))
    for row in read("against"):
        above, below = (tokenizer.encode(row[of], add_special_tokens=False).ids[:WINDOW] for of in ("system", "text"))
        everything.append(("against", [*above, EOS, EOS, *below], row["label"], 1))
    return [s for s in everything if len(s[1]) > 0 and random.random() < SHARE * kept(s)]


def padded(batch):
    length = max(len(s[1]) for s in batch) + 2
    ids = torch.full((len(batch), length), PAD)
    for at, (_, tokens, _, _) in enumerate(batch):
        ids[at, : len(tokens) + 2] = torch.tensor([BOS, *tokens, EOS])
    return ids, ids != PAD


def batches(all_samples):
    """Of one head each, of like lengths."""
    made = []
    for task in KEPT:
        some = sorted((s for s in all_samples if s[0] == task), key=lambda s: len(s[1]) + random.random() * 6)
        batch = []
        for sample in some:
            if batch and (len(batch) + 1) * (len(sample[1]) + 2) > TOKENS_A_BATCH:
                made.append(batch)
                batch = []
            batch.append(sample)
        if batch:
            made.append(batch)
    return made


def attention(mask):
    """What is added to the shares: nothing for a token, and so much for padding that nothing is left of it."""
    return torch.zeros(mask.shape).masked_fill(~mask, -1e4)[:, None, None, :]


all_samples = samples()
made = batches(all_samples)
total = sum(len(s[1]) for s in all_samples)
say(f"{len(all_samples)} windows, {total} tokens, {len(made)} batches")
cached, lower = [], model.layers[:FROZEN].eval()
with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
    for index, batch in enumerate(made):
        ids, mask = padded(batch)
        x = model.embed(ids)
        for layer in lower:
            x = layer(x, attention(mask))
        cached.append((x.to(torch.bfloat16), mask, batch))
        if index % 40 == 0:
            say("frozen", index)
say("frozen layers done")

upper = model.layers[FROZEN:]
upper.train()
groups = [
    {"params": list(upper.parameters()), "lr": 2e-4, "weight_decay": 0.01},
    {"params": list(heads.parameters()), "lr": 1e-3, "weight_decay": 0.01},
]
optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))
steps = int(EPOCHS * len(cached))
schedule = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: min(1, (step + 1) / min(60, steps / 8)) * max(0.03, 1 - step / steps)
)
order, losses = [], {}
for step in range(steps):
    if not order:
        order = random.sample(range(len(cached)), len(cached))
    x, mask, batch = cached[order.pop()]
    task = batch[0][0]
    weights = torch.tensor([float(s[3]) for s in batch])
    with torch.autocast("cpu", torch.bfloat16):
        y = x
        for layer in upper:
            y = layer(y, attention(mask))
    y = y.float()
    if task in ("injection", "against"):
        z = getattr(heads, task)(heads.pooled(y, mask)).squeeze(1)
        target = torch.tensor([float(s[2]) for s in batch])
        loss = (F.binary_cross_entropy_with_logits(z, target, reduction="none") * weights).sum() / weights.sum()
    else:
        tags = torch.full(mask.shape, -1.0)
        for at, sample in enumerate(batch):
            tags[at, 1 : 1 + len(sample[2])] = torch.tensor(sample[2], dtype=torch.float)
        known = tags >= 0
        each = weights[:, None].expand(mask.shape)[known]
        if task == "planted":
            one = F.binary_cross_entropy_with_logits(heads.planted(y).squeeze(2)[known], tags[known], reduction="none")
        else:
            one = F.cross_entropy(heads.names(y)[known], tags[known].long(), reduction="none")
        loss = (one * each).sum() / each.sum()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_([p for g in groups for p in g["params"]], 1.0)
    optimizer.step()
    schedule.step()
    losses[task] = 0.97 * losses.get(task, loss.item()) + 0.03 * loss.item()
    if step % 40 == 0:
        say(f"step {step} of {steps}", {k: round(v, 4) for k, v in losses.items()})
torch.save({"upper": upper.state_dict(), "heads": heads.state_dict(), "frozen": FROZEN, "layers": LAYERS}, out)
say("trained")
