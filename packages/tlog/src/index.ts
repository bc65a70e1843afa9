export { encodeBundle, type ReadBundle, readBundle } from './bundle.js'
export { equalBytes } from './bytes.js'
export {
  type Checkpoint,
  checkpointText,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpointText,
  peekCheckpoint,
  signCheckpoint,
} from './checkpoint.js'
export {
  type Note,
  type NoteSignature,
  type NoteSigner,
  type OpenedNote,
  openNote,
  parseNote,
  signNote,
} from './note.js'
export {
  type Consistency,
  consistencyRanges,
  type HashSource,
  type Inclusion,
  inclusionRanges,
  proofOver,
  type Range,
  rangeHash,
  verifyConsistency,
  verifyInclusion,
} from './proofs.js'
export { type Proven, type ProveOptions, prove, proveConsistency } from './prove.js'
export { type LogReader, tileSource } from './reader.js'
export { formatReceipt, parseReceipt, type Receipt, type VerifiedReceipt, verifyReceipt } from './receipt.js'
export { sha256 } from './sha256.js'
export { type Hash, type Suite, type VerifyEd25519, webSuite } from './suite.js'
export { readTile, type TileFile, TileTree } from './tile-tree.js'
export {
  ENTRY_BYTES_MAX,
  hashesAtLevel,
  levelsOf,
  parseTilePath,
  TILE_WIDTH,
  type TileAddress,
  type TileLevel,
  tilePath,
  tileWidth,
} from './tiles.js'
export { CompactRange, createTree, HASH_BYTES, type Tree } from './tree.js'
export { type Verified, type VerifyOptions, verifyLog } from './verify-log.js'
export { ed25519Vkey, formatVkey, isKeyName, parseVkey, sameKey, type VerifierKey } from './vkey.js'
