/**
 * Who takes a step of a story: the person itself; with a new `ostiary-session` each time; with whatever headers and fields others
 * take for a session; agents that act for the person; one of two API keys of one owner; somebody else; that one's agent.
 */
export type By = 'self' | 'afresh' | 'disguised' | 'scout' | 'rover' | 'key-1' | 'key-2' | 'other' | 'scout-of-other'

/** What an exchange looks like on the wire. */
export type Dialect = 'chat' | 'stream' | 'completions' | 'responses' | 'messages' | 'embeddings'

interface Act {
  readonly by?: By
}

/** One step of a story, as data. */
export type Step = Act &
  (
    | { readonly do: 'search'; readonly dataset: string; readonly text: string; readonly finds?: false }
    | { readonly do: 'query'; readonly dataset: string; readonly sql: string }
    | {
        readonly do: 'ask'
        readonly dialect: Dialect
        readonly model: string
        /** Messages of the user, one after the other. */
        readonly texts: readonly string[]
        readonly more?: Readonly<Record<string, unknown>>
      }
    /** What a tool gave back is told to a model. */
    | {
        readonly do: 'tell'
        readonly dialect: 'chat' | 'responses' | 'messages'
        readonly model: string
        readonly result: string
      }
    /** A tool is called if the gateway says that it may be. */
    | { readonly do: 'tool'; readonly tool: string; readonly arguments: unknown }
    | { readonly do: 'upload'; readonly purpose: 'fine-tune' | 'batch'; readonly texts: readonly string[] }
    | { readonly do: 'declassify'; readonly labels: readonly string[] }
    /** Until labels have aged out; only where they do so soon. */
    | { readonly do: 'wait' }
    /** It is tried, and refused. */
    | { readonly do: 'denied'; readonly step: Step }
  )

export interface Story {
  readonly name: string
  /** Groups of the person. */
  readonly groups?: readonly string[]
  readonly steps: readonly Step[]
}
