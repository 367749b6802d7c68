// Vertex AI's clients, signed in with a key as if it were Google's access token.
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk'
import { GoogleGenAI } from '@google/genai'
import { OAuth2Client } from 'google-auth-library'

const project = { project: 'fernhill', location: 'europe-west4' }

function signedInWith(token) {
  const authClient = new OAuth2Client()
  authClient.setCredentials({ access_token: token })
  return authClient
}

export const openGoogleAtVertex = (at, httpOptions = {}) =>
  new GoogleGenAI({
    vertexai: true,
    ...project,
    googleAuthOptions: { authClient: signedInWith(at.key) },
    httpOptions: { baseUrl: at.vertex, ...httpOptions },
  })

export const openAnthropicAtVertex = (at, options = {}) =>
  new AnthropicVertex({
    projectId: project.project,
    region: project.location,
    authClient: signedInWith(at.key),
    baseURL: at['vertex-anthropic'],
    ...options,
  })
