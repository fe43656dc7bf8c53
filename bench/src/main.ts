import { parseArgs } from 'node:util';
import type { Measurement, Row } from './measurement.js';
import { asyncCall } from './measurements/async-call.js';
import { besideDeployApplication } from './measurements/beside/beside-deploy-application.js';
import { besideHttp } from './measurements/beside/beside-http.js';
import { besideHttpProvider } from './measurements/beside/beside-http-provider.js';
import { besideProviderCall } from './measurements/beside/beside-provider-call.js';
import { besideScaleJs } from './measurements/beside/beside-scale-js.js';
import { blobStream } from './measurements/blob-stream.js';
import { callAdd } from './measurements/call-add.js';
import { callPython } from './measurements/call-python.js';
import { codecDecode, codecEncode } from './measurements/codec.js';
import { coldStart, restart } from './measurements/cold-start.js';
import { composeCall } from './measurements/compose-call.js';
import { composeStart } from './measurements/compose-start.js';
import { composeString } from './measurements/compose-string.js';
import { controlUnderLoad } from './measurements/control-under-load.js';
import { deployApplication } from './measurements/deploy-application.js';
import { firstAnswerSmall } from './measurements/first-answer-small.js';
import { hostileClientsP99 } from './measurements/hostile-clients.js';
import { httpGo, httpPython } from './measurements/http-gallery.js';
import { httpHello } from './measurements/http-hello.js';
import { httpPathRouting } from './measurements/http-path-routing.js';
import { httpSmall, httpSmall1 } from './measurements/http-small.js';
import { idleComponent } from './measurements/idle-component.js';
import { keyvalueGet, providerCall } from './measurements/keyvalue-get.js';
import { kvCatchUp } from './measurements/kv-catch-up.js';
import { linksGet } from './measurements/links-get.js';
import { linksPut } from './measurements/links-put.js';
import { manyHosts } from './measurements/many-hosts.js';
import { memoryPerInstance } from './measurements/memory-per-instance.js';
import { neighbourP99 } from './measurements/neighbour-p99.js';
import { ociPull } from './measurements/oci-pull.js';
import { policyCached } from './measurements/policy-cached.js';
import { preemptionCost } from './measurements/preemption-cost.js';
import { providerIdle } from './measurements/provider-idle.js';
import { providerPostgresQuery } from './measurements/provider-postgres-query.js';
import { providerRedisGet } from './measurements/provider-redis-get.js';
import { providersInProcess } from './measurements/providers-in-process.js';
import { repair, repairLost } from './measurements/repair.js';
import { resetLarge } from './measurements/reset-large.js';
import { scaleStorm } from './measurements/scale-storm.js';
import { stream03 } from './measurements/stream-03.js';
import { twoThreads } from './measurements/two-threads.js';
import { updateUnderLoad } from './measurements/update-under-load.js';
import { wrpcLocal, wrpcLocal64 } from './measurements/wrpc-local.js';
import { wrpcStream } from './measurements/wrpc-stream.js';
import { wrpcStreamComponents } from './measurements/wrpc-stream-components.js';
import { wrpcUnary, wrpcUnary1, wrpcUnary256 } from './measurements/wrpc-unary.js';
import { renderTable, rowOf } from './report.js';

const measurements: readonly Measurement[] = [
  httpHello,
  httpSmall,
  httpSmall1,
  httpPathRouting,
  twoThreads,
  keyvalueGet,
  blobStream,
  providerCall,
  providerIdle,
  providerRedisGet,
  providerPostgresQuery,
  providersInProcess,
  coldStart,
  restart,
  firstAnswerSmall,
  idleComponent,
  scaleStorm,
  deployApplication,
  repair,
  repairLost,
  controlUnderLoad,
  linksPut,
  linksGet,
  kvCatchUp,
  ociPull,
  manyHosts,
  updateUnderLoad,
  wrpcUnary,
  wrpcUnary1,
  wrpcUnary256,
  wrpcStream,
  wrpcStreamComponents,
  wrpcLocal,
  wrpcLocal64,
  resetLarge,
  memoryPerInstance,
  neighbourP99,
  hostileClientsP99,
  policyCached,
  preemptionCost,
  callAdd,
  asyncCall,
  composeCall,
  composeString,
  composeStart,
  stream03,
  callPython,
  httpPython,
  httpGo,
  codecEncode,
  codecDecode,
];

/** What needs the programs of wasmCloud, which only some machines have. */
const besideWasmcloud: readonly Measurement[] = [
  ...besideHttp,
  besideHttpProvider,
  besideProviderCall,
  besideScaleJs,
  besideDeployApplication,
];

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, beside: { type: 'boolean', default: false } },
  });
  const all = values.beside ? besideWasmcloud : measurements;
  const unknown = positionals.filter((name) => !all.some((each) => each.name === name));
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(', ');
    process.stderr.write(`bench: no measurement ${unknown.join(', ')}; there are ${known}\n`);
    return 2;
  }
  const chosen = all.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const rows: Row[] = [];
  for (const measurement of chosen) {
    process.stderr.write(`  measuring ${measurement.name} ...\n`);
    rows.push(rowOf(measurement, await measurement.measure()));
  }
  process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : renderTable(chosen, rows));
  return 0;
}

process.exitCode = await main();
