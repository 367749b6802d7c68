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
      {addresses(baseUrl).map(([clients, text]) => (
        <Line
          key={clients}
          label={`${clients} clients`}
          meaning="base URL"
          text={text}
          copyLabel={`Copy base URL for ${clients} clients`}
        />
      ))}
      {model ? (
        <Line label="A model to begin with" meaning="the cheapest" text={model} copyLabel="Copy the model’s name" />
      ) : null}
    </div>
  )
}

/** Clients of each wire, and where they go; every key serves them all. */
function addresses(baseUrl: string): readonly (readonly [clients: string, text: string])[] {
  const origin = baseUrl.replace(/\/v1$/, '')
  return [
    ['OpenAI', baseUrl],
    ['Anthropic', `${origin}/anthropic`],
    ['Gemini', `${origin}/gemini`],
  ]
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
