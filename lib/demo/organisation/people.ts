/** About 120 invented people: the personas whom one can sign in as, the leads, and everybody else. */
import { personas } from '#lib/demo/identity-provider/personas.ts'
import { teams, type TeamFacts } from '#lib/demo/organisation/structure.ts'
import type { Random } from '#lib/demo/organisation/random.ts'

export type PersonFacts = {
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
  readonly isPersona: boolean
}

const firstNames = [
  'Aisha',
  'Alma',
  'Anders',
  'Anika',
  'Arun',
  'Beatriz',
  'Bram',
  'Camille',
  'Chidi',
  'Clara',
  'Dario',
  'Daniela',
  'Dmitri',
  'Edda',
  'Elif',
  'Elias',
  'Esther',
  'Farah',
  'Felix',
  'Freya',
  'Gabriel',
  'Greta',
  'Haruki',
  'Helena',
  'Idris',
  'Ines',
  'Ivan',
  'Jana',
  'Joao',
  'Julia',
  'Kaito',
  'Karin',
  'Kofi',
  'Lars',
  'Leila',
  'Lena',
  'Luca',
  'Magnus',
  'Mai',
  'Mateo',
  'Mira',
  'Nadia',
  'Nils',
  'Noor',
  'Olga',
  'Omar',
  'Paula',
  'Pavel',
  'Rania',
  'Ravi',
  'Rosa',
  'Samir',
  'Sanna',
  'Selma',
  'Soren',
  'Tariq',
  'Theo',
  'Uma',
  'Viktor',
  'Yara',
  'Yusuf',
  'Zoe',
]
const lastNames = [
  'Abara',
  'Aalto',
  'Bauer',
  'Becker',
  'Berg',
  'Braun',
  'Castell',
  'Conti',
  'Costa',
  'Dahl',
  'Demir',
  'Diallo',
  'Duarte',
  'Eklund',
  'Eriksen',
  'Farouk',
  'Ferrari',
  'Fischer',
  'Garnier',
  'Grant',
  'Haas',
  'Hansen',
  'Holm',
  'Iversen',
  'Jansen',
  'Kaya',
  'Keller',
  'Khan',
  'Kovac',
  'Kowalski',
  'Laurent',
  'Lehmann',
  'Lopes',
  'Marsh',
  'Mensah',
  'Moreau',
  'Nakamura',
  'Novak',
  'Nyberg',
  'Okoye',
  'Olsen',
  'Ortega',
  'Patel',
  'Pereira',
  'Petrov',
  'Quist',
  'Rahman',
  'Reyes',
  'Rossi',
  'Ruiz',
  'Santos',
  'Schreiber',
  'Sharma',
  'Sorensen',
  'Tanaka',
  'Vance',
  'Weber',
  'Winter',
  'Yilmaz',
  'Zeller',
]

const contractors = 4

export function makePeople(random: Random): PersonFacts[] {
  const people: PersonFacts[] = personas.map(({ name, email, groups }) => ({ name, email, groups, isPersona: true }))
  const names = new Set(people.map((person) => person.name))
  const addMembers = (groupsOfOne: () => string[], group: string, count: number) => {
    while (people.filter(({ groups }) => groups.includes(group)).length < count) {
      const name = `${random.pick(firstNames)} ${random.pick(lastNames)}`
      if (!names.has(name)) people.push(member(name, groupsOfOne()))
      names.add(name)
    }
  }
  for (const team of teams) {
    if (!names.has(team.lead)) people.push(member(team.lead, [team.group, 'team-leads']))
    names.add(team.lead)
    addMembers(() => groupsOf(team, random), team.group, team.people)
  }
  addMembers(() => ['contractors'], 'contractors', contractors)
  return people
}

function groupsOf({ group }: TeamFacts, random: Random): string[] {
  return group === 'platform' && random.chance(0.2) ? [group, 'sre'] : [group]
}

function member(name: string, groups: readonly string[]): PersonFacts {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@demo.test`
  return { name, email, groups, isPersona: false }
}
