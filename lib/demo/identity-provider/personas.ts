/** The people of the demo organisation whom one can sign in as with one click. */
export type Persona = {
  /** The `sub` claim. */
  readonly subject: string
  readonly email: string
  readonly name: string
  readonly groups: readonly string[]
  /** What this person shows, for the chooser. */
  readonly role: string
  readonly comesFor: string
}

export const personas: readonly Persona[] = [
  {
    subject: 'demo-ada',
    email: 'ada@demo.test',
    name: 'Ada Okafor',
    groups: ['gatehouse-admins', 'platform'],
    role: 'Admin',
    comesFor: 'Sets guardrails, models and providers',
  },
  {
    subject: 'demo-dana',
    email: 'dana@demo.test',
    name: 'Dana Whitfield',
    groups: ['eng-search'],
    role: 'Developer',
    comesFor: 'Needs a key now and a snippet that works',
  },
  {
    subject: 'demo-tess',
    email: 'tess@demo.test',
    name: 'Tess Lindqvist',
    groups: ['eng-search', 'team-leads'],
    role: 'Developer, leads Search',
    comesFor: 'Looks after the keys and budget of her team',
  },
  {
    subject: 'demo-cole',
    email: 'cole@demo.test',
    name: 'Cole Barros',
    groups: ['contractors'],
    role: 'Contractor',
    comesFor: 'Works inside the Restricted profile',
  },
  {
    subject: 'demo-finn',
    email: 'finn@demo.test',
    name: 'Finn Haldane',
    groups: ['finance'],
    role: 'Finance',
    comesFor: 'Sees who spent what, and closes the month on it',
  },
  {
    subject: 'demo-audrey',
    email: 'audrey@demo.test',
    name: 'Audrey Chen',
    groups: ['security'],
    role: 'Auditor',
    comesFor: 'Reads who did what, and verifies it',
  },
  {
    subject: 'demo-sam',
    email: 'sam@demo.test',
    name: 'Sam Varga',
    groups: ['sre'],
    role: 'SRE',
    comesFor: 'Finds the noisy neighbour, watches providers',
  },
  {
    subject: 'demo-vera',
    email: 'vera@demo.test',
    name: 'Vera Moss',
    groups: ['viewers'],
    role: 'Viewer',
    comesFor: 'Sees the overview and changes nothing',
  },
]

export function personaBySubject(subject: string): Persona | undefined {
  return personas.find((persona) => persona.subject === subject)
}
