import { Worker } from 'node:worker_threads';
import { Database } from '../sql/database.js';
import { failureOf } from '../sql/sqlite-failure.js';
import type { DatabaseAnswers, DatabaseReply, DatabaseRequest } from './messages.js';

/** Ends the process when its provider is gone: while a statement runs, nothing else in the process does. */
const parentWatch = `
  const { workerData: parent } = require('node:worker_threads');
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 2_000);`;

/** The process of one database: answers its parent's requests until that closes the channel. */
export function serveDatabase(): void {
  new Worker(parentWatch, { eval: true, workerData: process.ppid }).unref();
  let database: Database | undefined;

  const answer = (request: DatabaseRequest): DatabaseAnswers[DatabaseRequest['tag']] => {
    if (request.tag === 'open') {
      database = new Database(request.settings);
      return undefined;
    }
    if (database === undefined) throw new Error('the database is used before it was opened');
    switch (request.tag) {
      case 'run':
        return database.run(request.text, request.values);
      case 'run-batch':
        database.runBatch(request.text);
        return undefined;
      case 'describe':
        return database.describe(request.text);
    }
  };

  process.on('message', (request: DatabaseRequest) => {
    let reply: DatabaseReply;
    try {
      reply = { tag: 'done', answer: answer(request) };
    } catch (error) {
      reply = { tag: 'failed', failure: failureOf(error) };
    }
    process.send?.(reply);
  });
  process.on('disconnect', () => {
    database?.close();
    process.exit();
  });
  // Those are for the provider, which closes the channel when it is done.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
}
