export { createVault, type VaultOptions } from './vault.ts'
