import { describe, expect, test } from 'vitest'
import { baseUrlProblem } from '#lib/catalog/rules/base-url.ts'

describe('the address of a provider', () => {
  test.each([
    'https://api.openai.com/v1',
    'https://my-resource.openai.azure.com',
    'http://127.0.0.1:4000/openai/v1',
    'http://localhost:8000/v1',
    'http://[::1]:8000',
    'http://vllm:8000/v1',
    'http://vllm.models.svc.cluster.local/v1',
    'http://10.2.3.4:8000',
    'http://192.168.0.9',
    'http://172.31.1.1',
    'https://203.0.113.9:8443',
  ])('may be %s', (url) => {
    expect(baseUrlProblem(url, 'openai_compatible')).toBeNull()
  })

  test.each([
    'nonsense',
    '',
    'file:///etc/passwd',
    'ftp://example.com',
    'javascript:alert(1)',
    'https://user:secret@api.openai.com',
    'https://api.openai.com/v1?key=abc',
    'https://api.openai.com/v1#x',
    'http://api.openai.com/v1',
    'http://203.0.113.9',
    'http://172.32.1.1',
    'http://100.64.0.1',
    'http://169.254.169.254/latest/meta-data',
    'https://169.254.169.254',
    'http://2852039166/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://[::]/',
    'http://0.0.0.0/',
    'http://0/',
    'http://metadata.google.internal/',
    'http://metadata.google.internal./',
    'http://METADATA/',
    'http://239.1.1.1/',
    'http://255.255.255.255/',
    "https://'; DROP TABLE provider; --",
  ])('may not be %s', (url) => {
    expect(baseUrlProblem(url, 'openai_compatible')).toMatch(/\w/)
  })
})

describe('the address of an Azure OpenAI resource', () => {
  test.each([
    'https://fernhill.openai.azure.com/openai',
    'https://fernhill.openai.azure.com/openai/v1',
    'https://fernhill.openai.azure.com/openai?api-version=2025-03-01-preview',
    'https://fernhill.openai.azure.com/openai/v1?api-version=preview',
    'https://apim.fernhill.example/models',
  ])('may be %s', (url) => {
    expect(baseUrlProblem(url, 'azure')).toBeNull()
  })

  test.each([
    ['https://fernhill.openai.azure.com', '/openai/v1'],
    ['https://fernhill.openai.azure.com/?api-version=2024-10-21', '/openai/v1'],
    [
      'https://fernhill.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21',
      '/deployments',
    ],
    ['https://fernhill.openai.azure.com/openai/deployments', '/deployments'],
    ['https://fernhill.openai.azure.com/openai?api-key=abc', 'api-version'],
    ['https://fernhill.openai.azure.com/openai?api-version=2024-10-21&api-key=abc', 'api-version'],
    ['https://fernhill.openai.azure.com/openai?api-version=', 'api-version'],
    ['https://fernhill.openai.azure.com/openai#x', 'fragment'],
    ['http://fernhill.openai.azure.com/openai', 'https'],
    ['http://169.254.169.254/openai', 'machine'],
  ])('may not be %s, and the problem names %s', (url, named) => {
    expect(baseUrlProblem(url, 'azure')).toContain(named)
  })
})

describe('the address of Vertex AI', () => {
  test.each([
    'https://europe-west4-aiplatform.googleapis.com/v1/projects/fernhill/locations/europe-west4',
    'https://aiplatform.googleapis.com/v1beta1/projects/fernhill/locations/global/',
    'https://aiplatform.googleapis.com/v1',
    'http://127.0.0.1:4010/vertex/v1/projects/fernhill/locations/eu',
  ])('may be %s', (url) => {
    expect(baseUrlProblem(url, 'vertex')).toBeNull()
  })

  test.each([
    ['https://europe-west4-aiplatform.googleapis.com', '/locations/LOCATION'],
    ['https://europe-west4-aiplatform.googleapis.com/v1/projects/fernhill', '/locations/LOCATION'],
    ['https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google', '/locations/LOCATION'],
    ['https://aiplatform.googleapis.com/v1/projects/p/locations/l?key=AIza', 'query'],
    ['http://aiplatform.googleapis.com/v1/projects/p/locations/l', 'https'],
  ])('may not be %s, and the problem names %s', (url, named) => {
    expect(baseUrlProblem(url, 'vertex')).toContain(named)
  })
})

describe('the address of Bedrock', () => {
  test.each([
    'https://bedrock-runtime.eu-central-1.amazonaws.com',
    'https://bedrock-runtime.eu-central-1.amazonaws.com/',
    'https://bedrock.fernhill.example/aws?region=eu-central-1',
  ])('may be %s', (url) => {
    expect(baseUrlProblem(url, 'bedrock')).toBeNull()
  })

  test.each([
    ['https://bedrock.fernhill.example?key=abc', 'region'],
    ['https://bedrock.fernhill.example?region=', 'region'],
    ['https://bedrock.fernhill.example?region=a&b=c', 'region'],
    ['https://bedrock-runtime.eu-central-1.amazonaws.com/model/x/converse', '/model'],
    ['http://bedrock-runtime.eu-central-1.amazonaws.com', 'https'],
  ])('may not be %s, and the problem names %s', (url, named) => {
    expect(baseUrlProblem(url, 'bedrock')).toContain(named)
  })
})
