import type { ToolCustom } from '@local-mcp/core'
import { type ListedItem, readItem } from '../upstream/listing.ts'
import { editObject, toJson } from '../wire/json-edit.ts'

/** A tool that says what somebody wrote in place of its server; all else of it keeps its bytes. Its name is not touched. */
export function customizeItem(item: ListedItem, { description, inputSchema }: ToolCustom): ListedItem {
  if (description === null && inputSchema === null) return item
  const set = {
    ...(description === null ? {} : { description: toJson(description) }),
    ...(inputSchema === null ? {} : { inputSchema: toJson(inputSchema) }),
  }
  return readItem(editObject(item.bytes, { start: 0, end: item.bytes.length }, { set }), 'name') ?? item
}
