#!/usr/bin/env node
/** Writes docs/errors.md from the table of error codes (`npm run build` first). A test holds the two together. */
import { writeFileSync } from 'node:fs';
import { errorDocs } from '../dist/config/error-docs.js';
import { ROOT } from './setup.mjs';

writeFileSync(`${ROOT}docs/errors.md`, errorDocs());
