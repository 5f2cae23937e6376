import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const PROCESS_MESSAGE = 'Only main.ts, cli.ts and workers touch `process`; pass in what you need.';
const processRules = {
  'no-restricted-globals': ['error', { name: 'process', message: PROCESS_MESSAGE }],
  'no-restricted-properties': ['error', { object: 'globalThis', property: 'process', message: PROCESS_MESSAGE }],
  'no-restricted-imports': [
    'error',
    {
      paths: [
        { name: 'node:process', message: PROCESS_MESSAGE },
        { name: 'process', message: PROCESS_MESSAGE },
      ],
    },
  ],
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'bench-results/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts', 'client/web/*/vite.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', 300],
      'no-console': 'error',
      'object-shorthand': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // An implementation of an async interface may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['server/**/*.ts', 'client/**/*.ts', 'shared/**/*.ts'],
    ignores: ['**/main.ts', '**/cli.ts', '**/*worker*.ts'],
    rules: processRules,
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      // What a test reads back (JSON of a child process, bytes of a vector) is checked by what it expects.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.cjs', '**/*.mjs', '**/*.js'],
    languageOptions: { globals: { console: 'readonly', module: 'writable', process: 'readonly', URL: 'readonly' } },
  },
);
