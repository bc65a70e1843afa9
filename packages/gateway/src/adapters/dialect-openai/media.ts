import type { JsonObject } from '../../json/located.js'
import type { Attachment } from '../../lens/attached.js'

/** What carries a picture, sound or a file in any server's spelling: some go by the member that is there, not by `type`. */
export const MEDIA: RegExp = /^(?:input_?)?(?:image|audio|video|file)s?(?:$|_|url|data|id$)|^inline_?data$/

/** The same, but for the member that a part is known by. */
export function mediaBeside(known: string): RegExp {
  return new RegExp(`^(?!${known}$)(?:${MEDIA.source})`)
}

/** Where a file has its data, as a data URL. */
export function fileData(file: JsonObject): Attachment {
  return { inside: file, key: 'file_data', mediaType: undefined }
}
