/** Guest or host broke a rule of the canonical ABI. The message names the function and what was wrong. */
export class AbiTrap extends Error {
  override readonly name = 'AbiTrap';
}
