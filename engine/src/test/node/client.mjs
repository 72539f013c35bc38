// Drives an engine with the official client of OpenAI's interface, unchanged: only its base URL and its key are set.
// Usage: node client.mjs BASE_URL KEY SCENARIO; what the scenario expects is asserted, and the first thing that is wrong ends the process.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [baseURL, apiKey, scenario] = process.argv.slice(2);
// The packages lie where the process was started, not beside this file.
const OpenAI = createRequire(`${process.cwd()}/`)('openai');
const client = new OpenAI({ baseURL, apiKey });

const question = {
  model: 'rlm',
  messages: [
    { role: 'system', content: 'the magic number is 4711\n'.padStart(50_000, 'nothing to see here\n') },
    { role: 'user', content: 'What is the magic number?' },
  ],
};

const scenarios = {
  async plain() {
    const completion = await client.chat.completions.create(question);
    assert.equal(completion.object, 'chat.completion');
    assert.equal(completion.choices[0].message.role, 'assistant');
    assert.equal(completion.choices[0].message.content, '4711');
    assert.equal(completion.choices[0].finish_reason, 'stop');
    assert.ok(completion.usage.prompt_tokens > 0);
    assert.equal(completion.usage.total_tokens, completion.usage.prompt_tokens + completion.usage.completion_tokens);
    assert.equal(completion.rlm.outcome, 'answered');
    assert.match(completion.rlm.trajectory_id, /^[0-9a-f]{32}$/);
  },

  async streaming() {
    const stream = await client.chat.completions.create({
      ...question,
      stream: true,
      stream_options: { include_usage: true },
    });
    const ids = new Set();
    let content = '';
    let reasoning = '';
    let finish;
    let usage;
    for await (const chunk of stream) {
      ids.add(chunk.id);
      content += chunk.choices[0]?.delta.content ?? '';
      reasoning += chunk.choices[0]?.delta.reasoning_content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    assert.equal(content, '4711');
    assert.match(reasoning, /context/);
    assert.equal(finish, 'stop');
    assert.ok(usage.total_tokens > 0);
    assert.equal(ids.size, 1);
  },

  async helper() {
    const stream = client.chat.completions.stream(question);
    const completion = await stream.finalChatCompletion();
    assert.equal(completion.choices[0].message.content, '4711');
  },

  async schema() {
    const completion = await client.chat.completions.parse({
      ...question,
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'magic',
          strict: true,
          schema: {
            type: 'object',
            properties: { number: { type: 'integer' } },
            required: ['number'],
            additionalProperties: false,
          },
        },
      },
    });
    assert.deepEqual(JSON.parse(completion.choices[0].message.content), { number: 4711 });
  },

  async budget() {
    const completion = await client.chat.completions.create({ ...question, rlm: { max_iterations: 1 } });
    assert.equal(completion.choices[0].finish_reason, 'length');
    assert.equal(completion.rlm.reason, 'iterations');
  },

  async models() {
    const names = [];
    for await (const model of client.models.list()) {
      names.push(model.id);
    }
    assert.ok(names.includes('rlm'));
    for (const name of names) {
      assert.equal((await client.models.retrieve(name)).id, name);
    }
  },

  async errors() {
    await assert.rejects(
      client.chat.completions.create({ ...question, model: 'gpt-9' }),
      (error) => error instanceof OpenAI.NotFoundError && error.code === 'model_not_found' && error.param === 'model',
    );
    await assert.rejects(
      client.chat.completions.create({ ...question, n: 3 }),
      (error) => error instanceof OpenAI.BadRequestError && error.param === 'n' && error.type === 'invalid_request_error',
    );
    await assert.rejects(
      new OpenAI({ baseURL, apiKey: 'not-this-one' }).models.list(),
      (error) => error instanceof OpenAI.AuthenticationError && error.code === 'invalid_api_key',
    );
  },

  async failure() {
    const failing = { ...question, messages: [{ role: 'user', content: 'Make the provider refuse, please' }] };
    await assert.rejects(
      client.chat.completions.create(failing),
      (error) => error.status === 502 && error.code === 'run_failed',
    );
    await assert.rejects(async () => {
      for await (const _ of await client.chat.completions.create({ ...failing, stream: true })) {
        // Chunks that come before the error.
      }
    }, (error) => error instanceof OpenAI.APIError && error.code === 'run_failed');
  },

  async abort() {
    const controller = new AbortController();
    const stream = await client.chat.completions.create(
      { ...question, messages: [...question.messages.slice(0, 1), { role: 'user', content: 'Take for ever, please' }], stream: true },
      { signal: controller.signal },
    );
    for await (const chunk of stream) {
      // The model has had its first turn, and is asked again: that is to take for ever.
      if (chunk.choices[0].delta.reasoning_content) {
        controller.abort();
      }
    }
  },
};

await scenarios[scenario]();
