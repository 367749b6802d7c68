// Every case of every client.
import aiSdk from './ai-sdk.mjs'
import anthropic from './anthropic-messages.mjs'
import azure from './azure-openai.mjs'
import failures from './failures.mjs'
import bedrock from './bedrock.mjs'
import google from './google-genai.mjs'
import langchain from './langchain.mjs'
import openaiAudio from './openai-audio.mjs'
import openaiChat from './openai-chat.mjs'
import openaiImages from './openai-images.mjs'
import openaiOthers from './openai-others.mjs'
import openaiResponses from './openai-responses.mjs'
import vertex from './vertex.mjs'

// Clients warn that a model is old, once a call; the simulator has no age.
console.warn = () => {}

export const cases = [
  ...openaiChat,
  ...openaiResponses,
  ...openaiOthers,
  ...openaiImages,
  ...openaiAudio,
  ...azure,
  ...anthropic,
  ...google,
  ...vertex,
  ...bedrock,
  ...aiSdk,
  ...langchain,
  ...failures,
]
