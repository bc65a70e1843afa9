import type { Door, Pipeline, Shape } from '../pipeline/pipeline.js'
import { refuse } from '../spec/index.js'

/**
 * Every other path and method: what is not governed does not pass, and the log says who asked.
 *
 * @param message where there is more to say than that
 */
export function elsewhereDoor(pipeline: Pipeline, shape: Shape, message?: string): Door {
  const extras = message === undefined ? {} : { message }
  return {
    shape,
    async serve(entered) {
      return pipeline.refuse(entered, shape, refuse('endpoint_not_governed', 'no such endpoint', extras))
    },
  }
}
