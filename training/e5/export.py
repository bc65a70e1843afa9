"""Writes a trained model as ONNX with eight-bit weights, and says how far it is from the one in torch. usage: export.py BASE TRAINED OUT"""

import os
import sys
import tempfile

import numpy as np
import onnxruntime
import torch
import torch.nn as nn
from onnxruntime.quantization import QuantType, quantize_dynamic

from encoder import BOS, EOS, HEADS, HIDDEN, Encoder, Heads

base, trained, out = sys.argv[1:4]
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
state = torch.load(trained, weights_only=True)
encoder, heads = Encoder(base, state["layers"]), Heads()
encoder.layers[state["frozen"] :].load_state_dict(state["upper"])
heads.load_state_dict(state["heads"])


class Whole(nn.Module):
    """One window at a time, so that nothing has to be masked."""

    def __init__(self):
        super().__init__()
        self.encoder, self.heads = encoder, heads

    def forward(self, ids):
        x = self.encoder.embed(ids)
        for layer in self.encoder.layers:
            length = x.shape[1]
            split = lambda y: y.view(1, length, HEADS, HIDDEN // HEADS).transpose(1, 2)
            shares = split(layer.q(x)) @ split(layer.k(x)).transpose(2, 3) / (HIDDEN // HEADS) ** 0.5
            y = shares.softmax(3) @ split(layer.v(x))
            x = layer.aln(x + layer.ao(y.transpose(1, 2).reshape(1, length, HIDDEN)))
            x = layer.oln(x + layer.fo(nn.functional.gelu(layer.fi(x))))
        pooled = torch.cat([x.mean(1), x.amax(1)], 1)
        return self.heads.names(x), self.heads.planted(x).squeeze(2), self.heads.injection(pooled).squeeze(1), self.heads.against(pooled).squeeze(1)


whole = Whole().eval()
sample = torch.tensor([[BOS, 10, 200, 3000, 40, EOS]])
with tempfile.TemporaryDirectory() as folder:
    exact = f"{folder}/exact.onnx"
    torch.onnx.export(
        whole,
        (sample,),
        exact,
        input_names=["ids"],
        output_names=["names", "planted", "injection", "against"],
        dynamic_axes={"ids": {1: "tokens"}, "names": {1: "tokens"}, "planted": {1: "tokens"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(exact, out, weight_type=QuantType.QInt8, per_channel=True)
session = onnxruntime.InferenceSession(out)
generator = np.random.default_rng(1)
apart = []
for length in (8, 40, 128):
    ids = np.concatenate([[BOS], generator.integers(4, 60_000, length - 2), [EOS]])[None].astype(np.int64)
    with torch.no_grad():
        expected = whole(torch.tensor(ids))
    got = session.run(None, {"ids": ids})
    apart.append(max(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, got)))
print(f"{out}: {os.path.getsize(out) / 1e6:.1f} MB; furthest from torch, in logits: {max(apart):.3f}")
