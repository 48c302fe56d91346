import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Certificate } from '../emulator/certificate.ts'
import { etag, md5File } from './dataset.ts'

/** A blob service that is not ours and does nothing but send and receive. It checks no signatures. */
export interface BenchServer {
  /**
   * `http://127.0.0.1:PORT/account/box`
   * @param latency milliseconds that every answer is held back
   */
  urlOf(scheme: Scheme, latency: Latency): string
  /** Requests since it was started. */
  requests(): number
  kill(): void
}

export type Scheme = 'http' | 'https'
export type Latency = 0 | 10

const ports: Record<Scheme, Record<Latency, number>> = {
  http: { 0: 28_080, 10: 28_081 },
  https: { 0: 28_443, 10: 28_444 },
}
const modules = '/usr/lib/nginx/modules'
const needed = ['ndk_http_module.so', 'ngx_http_lua_module.so', 'ngx_http_headers_more_filter_module.so']

/** What is missing for the server, or undefined. */
export function serverMissing(): string | undefined {
  if (!existsSync('/usr/sbin/nginx')) return 'nginx (Debian: nginx-light)'
  const missing = needed.filter((name) => !existsSync(path.join(modules, name)))
  return missing.length > 0
    ? `${missing.join(', ')} (Debian: libnginx-mod-http-lua, libnginx-mod-http-headers-more-filter)`
    : undefined
}

/**
 * Starts nginx on the loopback interface.
 * @param root what it serves, see dataset.ts
 */
export async function startServer(root: string, certificate: Certificate): Promise<BenchServer> {
  const config = path.join(root, 'nginx.conf')
  writeFileSync(config, nginxConfig(root, certificate))
  const child = spawn('/usr/sbin/nginx', ['-c', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  await untilItAnswers(child, root)
  return {
    urlOf: (scheme, latency) => `${scheme}://127.0.0.1:${ports[scheme][latency]}/account/box`,
    requests: countRequests,
    kill: () => void child.kill('SIGTERM'),
  }
}

/** Another bench may run, or have left its server: only ours knows our root. */
async function untilItAnswers(child: ChildProcess, root: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error('nginx did not start')
    try {
      if (ask('root') === root) return
    } catch {
      // not yet
    }
    await sleep(50)
  }
  throw new Error('nginx does not answer')
}

/** From nginx's own counters; the request for them is one too. */
function countRequests(): number {
  const [, , requests] = / (\d+) (\d+) (\d+) /.exec(ask('status'))?.slice(1) ?? []
  return Number(requests) - 1
}

function ask(what: 'root' | 'status'): string {
  return execFileSync('curl', ['-sf', `http://127.0.0.1:${ports.http[0]}/${what}`], { stdio: 'pipe' }).toString()
}

/**
 * Latency is added by holding back the answer: network emulation is not there on every machine. Reads are files, sent by the kernel. Writes are received whole and thrown away, and remembered by size and MD5, for clients that look at what they
 * wrote. Listings are files too (dataset.ts); of everything else, the listing is empty.
 */
function nginxConfig(root: string, certificate: Certificate): string {
  return `
${needed.map((name) => `load_module ${modules}/${name};`).join('\n')}
user root; daemon off; worker_processes auto; pid ${root}/nginx.pid; error_log ${root}/error.log;
events { worker_connections 8192; multi_accept on; }
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; etag off; server_tokens off; default_type application/octet-stream;
  keepalive_requests 1000000000; keepalive_timeout 3600; open_file_cache max=20000; lua_shared_dict written 64m;
  map_hash_max_size 65536; map_hash_bucket_size 128;
  map $uri $md5 { default ''; include ${root}/${md5File}*; }
  map "$http_range$http_x_ms_range" $md5_of_whole { '' $md5; default ''; }
  map "$http_range$http_x_ms_range" $md5_beside_range { '' ''; default $md5; }
  client_max_body_size 0; client_body_buffer_size 64m; client_header_buffer_size 8k; ssl_session_cache shared:tls:20m; ssl_buffer_size 16k;
${serverBlock(root, certificate, 0)}
${serverBlock(root, certificate, 10)}
}
`
}

function serverBlock(root: string, { certificateFile, keyFile }: Certificate, latency: Latency): string {
  const hold = latency === 0 ? '' : `ngx.sleep(${latency / 1000})`
  return `
  server {
    listen 127.0.0.1:${ports.http[latency]} backlog=4096; listen 127.0.0.1:${ports.https[latency]} ssl backlog=4096;
    ssl_certificate ${certificateFile}; ssl_certificate_key ${keyFile};
    root ${root};
    more_set_headers 'x-ms-request-id: 00000000-0000-0000-0000-000000000000' 'x-ms-version: 2023-11-03';
    location = /status { stub_status; }
    location = /root { default_type text/plain; return 200 '${root}'; }
    location = /account/box {
      if ($request_method = HEAD) { return 200; }
      rewrite_by_lua_block {
        ${hold}
        local a = ngx.req.get_uri_args()
        local key = (a.prefix or '') .. '~' .. (a.delimiter or '') .. '~' .. (a.marker or '')
        return ngx.exec('/list/' .. key:gsub('/', '!'))
      }
    }
    location /list/ { internal; default_type application/xml; try_files $uri @empty; }
    location @empty { default_type application/xml; return 200 '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1/" ContainerName="box"><Blobs></Blobs><NextMarker /></EnumerationResults>'; }
    location /account/box/ {
      more_clear_input_headers If-Match;
      more_set_input_headers 'Range: $http_x_ms_range';
      more_set_headers 'ETag: "${etag}"' 'x-ms-blob-type: BlockBlob' 'Content-MD5: $md5_of_whole' 'x-ms-blob-content-md5: $md5_beside_range';
      if ($request_method = PUT) { rewrite ^ /put last; }
      ${latency === 0 ? '' : `access_by_lua_block { ${hold} }`}
      try_files $uri @written;
    }
    location /put { internal; content_by_lua_block {
      ngx.req.read_body()
      ${hold}
      local name, a, h = ngx.var.request_uri:match('^[^?]*'), ngx.req.get_uri_args(), ngx.req.get_headers()
      local written, length = ngx.shared.written, tonumber(h['content-length'])
      if a.comp == 'block' then written:incr(name .. '?', length, 0)
      else
        if a.comp == 'blocklist' then length = written:get(name .. '?') or 0; written:delete(name .. '?') end
        written:set(name, length .. ' ' .. (h['x-ms-blob-content-md5'] or h['content-md5'] or ''))
      end
      ngx.status = 201
      ngx.header['ETag'] = '"${etag}"'
      ngx.header['Last-Modified'] = 'Tue, 02 Jan 2024 03:04:05 GMT'
      ngx.header['x-ms-request-server-encrypted'] = 'true'
      ngx.header['Content-MD5'] = h['content-md5']
      ngx.header['Content-Length'] = 0
    } }
    location @written { content_by_lua_block {
      local found = ngx.shared.written:get(ngx.var.request_uri:match('^[^?]*'))
      if not found then ngx.header['x-ms-error-code'] = 'BlobNotFound'; return ngx.exit(404) end
      local length, md5 = found:match('^(%d+) (.*)$')
      ngx.header['Content-Length'] = length
      ngx.header['Content-MD5'] = md5
      ngx.send_headers()
    } }
  }
`
}
