import type { FieldProblem, Problem, QueryPlace } from "./types.ts";

/** An answer of the server that is not a success, or no answer at all (`code: 'offline'`, status 0). */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail?: string;
  readonly fields: FieldProblem[];
  readonly retryAfter?: number;

  constructor(problem: Problem, retryAfter?: number) {
    super(problem.title);
    this.name = "ApiProblem";
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail ?? undefined;
    this.fields = problem.fields ?? [];
    this.retryAfter = retryAfter;
  }

  /** What is wrong with one field of the body, in the caller's language. */
  field(name: string): string | undefined {
    return this.fields.find((field) => field.field === name)?.message;
  }

  /** Where the query in a field is wrong. */
  place(name: string): QueryPlace | undefined {
    const { start, end } = this.fields.find((field) => field.field === name) ?? {};
    return typeof start === "number" && typeof end === "number" ? { start, end } : undefined;
  }
}

export interface ClientOptions {
  /** Where the API lives. */
  base?: string;
  fetch?: typeof fetch;
  /** Sent as Accept-Language, so that details come in the person's language. */
  language?: () => string;
  /** Called once per answer that says nobody is signed in. */
  onUnauthenticated?: () => void;
  /** Called with whether the server could be reached. */
  onReach?: (reached: boolean) => void;
}

type Query = Record<string, string | number | boolean | null | undefined>;

export interface CallOptions {
  query?: Query;
  signal?: AbortSignal;
  /** Lets the request outlive the page (presence "left"). */
  keepalive?: boolean;
}

function withQuery(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "")
      params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/** Whether a proxy answered in the server's stead, because the server is gone. */
function fromGateway({ status, headers }: Response): boolean {
  const ours = headers.get("content-type")?.includes("problem+json") ?? false;
  return status >= 502 && status <= 504 && !ours;
}

async function readProblem(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get("retry-after")) || undefined;
  try {
    const body = (await response.json()) as Problem;
    if (typeof body.code === "string") {
      return new ApiProblem({ ...body, status: response.status }, retryAfter);
    }
  } catch {
    // Not a problem document: a proxy in between answered.
  }
  return new ApiProblem(
    {
      code: `http_${response.status}`,
      status: response.status,
      title: response.statusText,
    },
    retryAfter,
  );
}

/** A thin typed door to the HTTP API: JSON in and out, problems thrown, the CSRF header always set. */
export function createClient(options: ClientOptions = {}) {
  const base = options.base ?? "/api/v1";

  async function call<T>(
    method: string,
    path: string,
    body: unknown,
    { query, signal, keepalive }: CallOptions = {},
  ): Promise<T> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (options.language) headers["accept-language"] = options.language();
    if (method !== "GET") headers["x-tertulia"] = "1";
    let payload: BodyInit | undefined;
    if (body instanceof FormData) {
      payload = body;
    } else if (body !== undefined) {
      headers["content-type"] = "application/json";
      payload = JSON.stringify(body);
    }
    let response: Response;
    try {
      response = await (options.fetch ?? fetch)(base + withQuery(path, query), {
        method,
        headers,
        body: payload,
        signal,
        keepalive,
        credentials: "same-origin",
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError")
        throw error;
      options.onReach?.(false);
      throw new ApiProblem({
        code: "offline",
        status: 0,
        title: "The server can not be reached",
      });
    }
    options.onReach?.(!fromGateway(response));
    if (!response.ok) {
      const problem = await readProblem(response);
      if (problem.status === 401 && problem.code === "unauthenticated") {
        options.onUnauthenticated?.();
      }
      throw problem;
    }
    if (response.status === 204) return undefined as T;
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
  }

  return {
    get: <T>(path: string, more?: CallOptions) =>
      call<T>("GET", path, undefined, more),
    post: <T = void>(path: string, body?: unknown, more?: CallOptions) =>
      call<T>("POST", path, body, more),
    put: <T = void>(path: string, body?: unknown, more?: CallOptions) =>
      call<T>("PUT", path, body, more),
    patch: <T = void>(path: string, body?: unknown, more?: CallOptions) =>
      call<T>("PATCH", path, body, more),
    delete: <T = void>(path: string, more?: CallOptions) =>
      call<T>("DELETE", path, undefined, more),
  };
}

export type Client = ReturnType<typeof createClient>;
