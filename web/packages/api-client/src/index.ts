export * from './types.ts';
export { ApiProblem, createClient } from './client.ts';
export type { CallOptions, Client, ClientOptions } from './client.ts';
