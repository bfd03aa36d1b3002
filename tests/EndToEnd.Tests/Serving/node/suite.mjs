// OpenAI's client for Node against a server of the sample models: node --test suite.mjs, with its address in SERVER.
import assert from 'node:assert/strict';
import test from 'node:test';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: `${process.env.SERVER}/v1`, apiKey: 'none', maxRetries: 0 });
const question = { model: 'boulder', temperature: 0, messages: [{ role: 'user', content: 'What is 17 + 25?' }] };
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { enum: ['Oslo', 'Rome'] } }, required: ['city'], additionalProperties: false },
  },
};
const time = { type: 'function', function: { name: 'get_time' } };

const ask = (more = {}) => client.chat.completions.create({ ...question, ...more });

test('chat answers with usage', async () => {
  const answer = await ask();
  assert.equal(answer.choices[0].message.content, '42');
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.equal(answer.usage.completion_tokens, 3);
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + 3);
});

test('a stream adds up to the answer, with usage last', async () => {
  let [text, reason, usage] = ['', null, null];
  for await (const chunk of await ask({ stream: true, stream_options: { include_usage: true } })) {
    text += chunk.choices[0]?.delta.content ?? '';
    reason = chunk.choices[0]?.finish_reason ?? reason;
    usage = chunk.usage ?? usage;
  }
  assert.deepEqual([text, reason, usage.completion_tokens], ['42', 'stop', 3]);
});

test('the stream helper puts the answer together', async () => {
  const answer = await client.chat.completions.stream(question).finalChatCompletion();
  assert.equal(answer.choices[0].message.content, '42');
});

test('stop words and the most tokens end an answer', async () => {
  const stopped = await ask({ stop: ['2'] });
  assert.deepEqual([stopped.choices[0].message.content, stopped.choices[0].finish_reason], ['4', 'stop']);
  const cut = await ask({ max_completion_tokens: 1 });
  assert.deepEqual([cut.choices[0].message.content, cut.choices[0].finish_reason], ['4', 'length']);
});

test('log-probabilities are of the tokens', async () => {
  const { content } = (await ask({ logprobs: true, top_logprobs: 2 })).choices[0].logprobs;
  assert.equal(content.length, 3);
  assert.equal(content[0].token, '4');
  assert.deepEqual(content[0].bytes, [52]);
  assert.ok(content[0].logprob <= 0 && content[0].logprob > -0.1, `${content[0].logprob}`);
  assert.equal(content[0].top_logprobs.length, 2);
});

test('n answers are given', async () => {
  const { choices } = await ask({ n: 3 });
  assert.deepEqual(choices.map(choice => [choice.index, choice.message.content]), [[0, '42'], [1, '42'], [2, '42']]);
});

test('a completion goes on after its prompt', async () => {
  const answer = await client.completions.create({ model: 'pebble', prompt: ['a', 'b'], max_tokens: 4, temperature: 0, echo: true });
  assert.equal(answer.choices.length, 2);
  assert.ok(answer.choices[1].text.startsWith('b') && answer.choices[1].text.length > 1, answer.choices[1].text);
});

test('a JSON schema is kept', async () => {
  const schema = { type: 'object', properties: { sum: { type: 'integer', minimum: 0, maximum: 99 } }, required: ['sum'], additionalProperties: false };
  const answer = await ask({ max_tokens: 100, response_format: { type: 'json_schema', json_schema: { name: 'sum', strict: true, schema } } });
  const value = JSON.parse(answer.choices[0].message.content);
  assert.deepEqual(Object.keys(value), ['sum']);
  assert.ok(Number.isInteger(value.sum) && value.sum >= 0 && value.sum <= 99, `${value.sum}`);
});

test('a tool that is named is called, and its result goes back', async () => {
  const answer = await ask({ max_tokens: 100, tools: [weather, time], tool_choice: { type: 'function', function: { name: 'get_weather' } } });
  const { message, finish_reason: reason } = answer.choices[0];
  assert.equal(reason, 'tool_calls');
  assert.equal(message.tool_calls[0].function.name, 'get_weather');
  assert.ok(['Oslo', 'Rome'].includes(JSON.parse(message.tool_calls[0].function.arguments).city));
  const next = await ask({ messages: [...question.messages, message, { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'sunny' }], max_tokens: 8 });
  assert.equal(typeof next.choices[0].message.content, 'string');
});

test('a tool that is required is called in a stream', async () => {
  const answer = await client.chat.completions.stream({ ...question, max_tokens: 100, tools: [weather, time], tool_choice: 'required' }).finalChatCompletion();
  const [call] = answer.choices[0].message.tool_calls;
  assert.ok(['get_weather', 'get_time'].includes(call.function.name), call.function.name);
  assert.equal(typeof JSON.parse(call.function.arguments), 'object');
});

test('embeddings have the length that was asked for', async () => {
  const { data, usage } = await client.embeddings.create({ model: 'boulder', input: ['Hello', 'Bye'], dimensions: 8 });
  assert.deepEqual(data.map(one => one.embedding.length), [8, 8]);
  assert.ok(Math.abs(data[0].embedding.reduce((sum, x) => sum + x * x, 0) - 1) < 1e-3);
  assert.ok(usage.prompt_tokens > 1);
});

test('models are listed', async () => {
  const names = [];
  for await (const model of client.models.list()) {
    names.push(model.id);
  }
  assert.deepEqual(names, ['pebble', 'boulder']);
});

test('errors have their classes and codes', async () => {
  await assert.rejects(ask({ model: 'nothing' }), error => error instanceof OpenAI.NotFoundError && error.code === 'model_not_found');
  await assert.rejects(ask({ temperature: 3 }), error => error instanceof OpenAI.BadRequestError && error.param === 'temperature');
  await assert.rejects(ask({ messages: [{ role: 'user', content: 'long '.repeat(3000) }] }), error => error.status === 400 && error.code === 'context_length_exceeded');
});

test('cancelling ends the request in the worker', { timeout: 30_000 }, async () => {
  const stream = await client.completions.create({ model: 'pebble', prompt: 'a', max_tokens: 900, ignore_eos: true, stream: true });
  for await (const _ of stream) {
    break; // Which aborts the request.
  }
  const running = async () => (await (await fetch(`${process.env.SERVER}/v1/pipelines`)).json()).pipelines.reduce((sum, pipeline) => sum + pipeline.running_requests, 0);
  while (await running() > 0) {
    // Ends with the timeout of the test otherwise.
  }
});
