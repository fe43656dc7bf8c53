#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createKeyvalueProvider } from './keyvalue-provider.js';

await runProvider('keyvalue-redis', createKeyvalueProvider);
