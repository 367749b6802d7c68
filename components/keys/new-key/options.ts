/** What a person may choose from when they create a key, as the form gets it. */
export type {
  ModelOption as ModelChoice,
  NewKeyOptions,
  ProfileOption as ProfileChoice,
} from '#lib/keys/read-new-key-options.ts'
