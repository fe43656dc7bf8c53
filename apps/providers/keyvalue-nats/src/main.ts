#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createKeyvalueProvider, providerName } from './keyvalue-provider.js';

await runProvider(createKeyvalueProvider(), { name: providerName });
