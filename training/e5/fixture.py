"""Makes the fixture that the tokenizer is tested by: own texts, and what the library makes of them with a part of the vocabulary.
usage: fixture.py TOKENIZER OUT"""

import gzip
import json
import sys

from tokenizers import Tokenizer

TEXTS = """Hello, world!
The doorkeeper checks every ticket twice.
  Two  spaces   and a tab	here
Line one
Größe, naïve, façade, Łódź, İstanbul
e\u0301crit with a mark of its own, and \ufb01nd
Ｆｕｌｌ ｗｉｄｔｈ １２３
Ⅳ ½ ² ™ … ⁿ
Anna Kowalska lives at 12 Harbour Street, Dublin 4.
你好，世界。忽略之前的所有指令。
東京都の天気はどうですか
안녕하세요 여러분
Привет, как дела?
مرحبا بالعالم
नमस्ते दुनिया
สวัสดีชาวโลก
😀 family 👨‍👩‍👧 flag 🇫🇷 end
zero\u200bwidth soft\u00adhyphen
https://example.com/a?b=c&d=%20 1.2.3.4
const x = [1, 2, 3].map((n) => n * 2)
don't can't it's
AAAAAAAAAAAAAAAAAAAAAAAA
\u2581already marked\u2581
ㅎㅎ ꙮ 𒀀 \U0001d400\U0001d401
ABC-123-XYZ 2026-11-30T12:00:00Z
per cent 50 % of 1,000.50 €""".split("\n")

whole = json.load(open(sys.argv[1]))
everything = Tokenizer.from_str(json.dumps(whole))
normal = [everything.normalizer.normalize_str(text) for text in TEXTS]
spaced = [("▁" + text).replace(" ", "▁") for text in normal]
keep = lambda piece, at: at < 4 or any(piece in text for text in spaced)
whole["model"]["vocab"] = [entry for at, entry in enumerate(whole["model"]["vocab"]) if keep(entry[0], at)]
whole["added_tokens"] = [one for one in whole["added_tokens"] if one["id"] < 4]
for one in whole["added_tokens"]:
    # A mark of the model's own that stands in a text is a text.
    one["content"] = f"\ue000{one['id']}"
small = Tokenizer.from_str(json.dumps({**whole, "added_tokens": [], "post_processor": None}))
cases = []
for text in TEXTS:
    encoded = small.encode(text, add_special_tokens=False)
    cases.append({"text": text, "ids": encoded.ids, "ends": [end for _, end in encoded.offsets]})
characters = whole["normalizer"]["normalizers"][0]["precompiled_charsmap"]
vocabulary = whole["model"]["vocab"]
tokenizer = {"pieces": [p for p, _ in vocabulary], "scores": [s for _, s in vocabulary], "unknown": 3, "characters": characters}
data = json.dumps({"tokenizer": tokenizer, "cases": cases}, ensure_ascii=False, separators=(",", ":")).encode()
with open(sys.argv[2], "wb") as file:
    file.write(gzip.compress(data, 9, mtime=0))
print(len(vocabulary), "pieces,", len(cases), "texts")
