import { accessSync, constants } from 'node:fs'
import type { Path, Places } from './yaml.js'

export interface Remark {
  readonly kind: 'fault' | 'warning'
  readonly path: Path
  readonly message: string
}

export interface RelationParts {
  readonly places: Places
  /** Whether the development issuer is taken. */
  readonly allowDev: boolean
  /** Whether a secret's file must be there by now. */
  readonly requireFiles: boolean
  /** The variables that there are. */
  readonly env: Readonly<Record<string, string | undefined>>
}

export function fault(path: Path, message: string): Remark {
  return { kind: 'fault', path, message }
}

export function warning(path: Path, message: string): Remark {
  return { kind: 'warning', path, message }
}

/** Why a file cannot be read; undefined where it can. */
export function unreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK)
    return undefined
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'
  }
}
