/** A sentence in which a name such as claude-opus-4-5 breaks at its hyphens only where a line cannot hold it whole. */
export function WholeNames({ text }: { readonly text: string }) {
  return text.split(' ').map((word, index) => (
    <span key={index}>
      {index === 0 ? '' : ' '}
      {word.includes('-') ? <span className="inline-block max-w-full">{word}</span> : word}
    </span>
  ))
}
