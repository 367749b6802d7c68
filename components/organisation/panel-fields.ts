/** What a panel of the organisation asks, as pages say it. */
import type { Option } from '#components/ui/select.tsx'

export type PanelField = {
  /** As the API calls it. */
  readonly name: string
  readonly label: string
  readonly help?: string
  readonly placeholder?: string
  /** One of these; else it is typed. */
  readonly options?: readonly Option[]
  readonly value: string
}

/** The word for no choice, since a list of choices knows no empty one. It is sent as null. */
export const none = 'none'
