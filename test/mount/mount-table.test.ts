import { expect, test } from 'vitest'
import { parseMountTable } from '../../src/mount/mount-table.ts'

const line = (folder: string, type: string, optional = 'shared:1 ') =>
  `36 35 0:52 / ${folder} rw,nosuid ${optional}- ${type} azureml-datasets rw,user_id=0`

test('our file systems are found by their type, whatever optional fields there are', () => {
  const table = [
    line('/a', 'fuse.azureml-datasets'),
    line('/b', 'ext4'),
    line('/c', 'fuse.azureml-datasets', ''),
    '',
  ].join('\n')
  expect(parseMountTable(table)).toEqual(['/a', '/c'])
})

test('folders stand there with some characters in octal', () => {
  expect(parseMountTable(line('/my\\040data/a\\134b\\011c', 'fuse.azureml-datasets'))).toEqual(['/my data/a\\b\tc'])
})

test('a path that has the look of a type is none', () => {
  expect(parseMountTable(line('/-\\040fuse.azureml-datasets', 'ext4'))).toEqual([])
})
