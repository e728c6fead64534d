/** The name, or the name with the first number that makes it one of its own. */
export function freeName(name: string, taken: readonly string[]): string {
  const used = new Set(taken.map((one) => one.toLowerCase()))
  let free = name
  for (let number = 2; used.has(free.toLowerCase()); number++) free = `${name} ${number}`
  return free
}
