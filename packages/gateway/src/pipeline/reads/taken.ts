import type { Life } from '../life.js'

/** Whether somebody took what it was waited for. What ends it does not wait for a caller that takes nothing. */
export async function takenIn(ms: number, taken: Promise<void>, life: Pick<Life, 'whenOver'>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const over = new Promise<boolean>((resolve) => life.whenOver(() => resolve(true)))
  try {
    return await Promise.race([taken.then(() => true), over, late])
  } finally {
    clearTimeout(timer)
  }
}
