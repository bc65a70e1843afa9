/** Whether somebody took what it was waited for. What ends it does not wait for a caller that takes nothing. */
export async function takenIn(ms: number, taken: Promise<void> | undefined, over: Promise<void>): Promise<boolean> {
  if (taken === undefined) return true
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([taken.then(() => true), over.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
