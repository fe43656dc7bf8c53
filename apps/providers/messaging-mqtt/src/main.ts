#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createMessagingProvider } from './messaging-provider.js';

await runProvider('messaging-mqtt', createMessagingProvider);
