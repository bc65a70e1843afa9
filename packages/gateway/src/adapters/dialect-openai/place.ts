import { TEXT } from '../../lens/fields.js'
import { type Shape, shape } from '../../lens/shape.js'

/** Where a person says to be. */
export const PLACE: Shape = shape({ country: TEXT, region: TEXT, city: TEXT, timezone: TEXT })
