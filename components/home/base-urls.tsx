import { CopyLine } from '#components/ui/copy-button.tsx'

type BaseUrlsProps = {
  /** With `/v1`. */
  readonly baseUrl: string
  /** The cheapest model one may chat with. */
  readonly model: string | null
}

/** What every client asks for beside the key. */
export function BaseUrls({ baseUrl, model }: BaseUrlsProps) {
  return (
    <div className="grid grid-cols-2 gap-3 phone:grid-cols-1">
      <Line label="OpenAI clients" meaning="base URL" text={baseUrl} copyLabel="Copy base URL for OpenAI clients" />
      {model ? (
        <Line label="A model to begin with" meaning="the cheapest" text={model} copyLabel="Copy the model’s name" />
      ) : null}
    </div>
  )
}

type LineProps = { readonly label: string; readonly meaning: string; readonly text: string; readonly copyLabel: string }

function Line({ label, meaning, text, copyLabel }: LineProps) {
  return (
    <div className="grid gap-[5px]">
      <p className="flex items-baseline font-medium">
        {label}
        <small className="ml-auto font-normal text-ink-3">{meaning}</small>
      </p>
      <CopyLine text={text} label={copyLabel} />
    </div>
  )
}
