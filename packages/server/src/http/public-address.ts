import { isIPv4 } from 'node:net';

import type { FastifyRequest } from 'fastify';

import { canonicalHost } from '../core/host.ts';

/** The addresses under which clients reach the service. */
export interface PublicAddress {
  /** Null if it is not set. */
  readonly publicUrl: string | null;
  /** The hosts that a `Host` header may name, in the form of `canonicalHost`. */
  readonly allowedHosts: readonly string[];
}

declare module 'fastify' {
  interface FastifyInstance {
    publicAddress: PublicAddress;
  }
}

/**
 * Returns the start of the service's URLs for the client of this request, without a slash at the end: the configured URL,
 * otherwise the `Host` of the request if it is allowed or a loopback address, otherwise the address that received the connection.
 * Any other `Host` may come from an attacker, whom a link would then send its readers to.
 */
export function publicBaseOf(request: FastifyRequest): string {
  const { publicUrl, allowedHosts } = request.server.publicAddress;
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  const host = canonicalHost(request.headers.host ?? '');
  const isKnown = host !== null && (allowedHosts.includes(host) || isLoopback(host));
  return `http://${isKnown ? host : receivingAddressOf(request)}`;
}

/**
 * Returns whether an `Origin` header names the service itself, as this client reaches it. Without a configured URL, both schemes
 * are accepted, because a proxy may add TLS.
 */
export function isOwnOrigin(request: FastifyRequest, origin: string): boolean {
  const url = URL.parse(origin);
  const own = new URL(publicBaseOf(request));
  if (url === null || url.origin !== origin) return false;
  if (request.server.publicAddress.publicUrl !== null) return origin === own.origin;
  return /^https?:$/.test(url.protocol) && url.host === own.host;
}

/** Returns whether the client reaches the service on its own machine, so that nothing on the way can read the request. */
export function isOnThisMachine(request: FastifyRequest): boolean {
  const { publicUrl } = request.server.publicAddress;
  const host = canonicalHost(request.headers.host ?? '');
  return host !== null && isLoopback(host) && (publicUrl === null || isLoopback(new URL(publicUrl).host));
}

function isLoopback(host: string): boolean {
  const { hostname } = new URL(`http://${host}`);
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}

function receivingAddressOf({ socket }: FastifyRequest): string {
  // Undefined once the client has disconnected. Nobody reads the answer then.
  const { localAddress = 'localhost', localPort = 0 } = socket;
  // A server that listens on `::` also receives IPv4 connections: RFC 4291, section 2.5.5.2.
  const address = localAddress.replace(/^::ffff:(?=[\d.]+$)/, '');
  const host = `${address.includes(':') ? `[${address}]` : address}:${localPort}`;
  return canonicalHost(host) ?? host;
}
