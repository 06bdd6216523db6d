import type { MappingInfo } from '@verbena/core';

/** A request worth trying. */
export interface Try {
  readonly verb: string;
  readonly href: string;
  /** Value of the `Range` header field. */
  readonly range?: string;
}

/** A mapping with what a visitor wants to know of it. */
export interface Stop {
  readonly mapping: MappingInfo;
  readonly description: string;
  readonly tries: readonly Try[];
}

/** Stops that belong together. */
export interface Section {
  readonly title: string;
  readonly introduction: string;
  readonly stops: readonly Stop[];
}

/** What is told of the mapping with a name. */
type Remarks = Readonly<Record<string, Omit<Stop, 'mapping'>>>;

interface Chapter {
  readonly title: string;
  readonly introduction: string;
  readonly remarks: Remarks;
}

const chapters: readonly Chapter[] = [
  {
    title: 'Training',
    introduction: 'The synchronous handler, the asynchronous handler, and the factory that chooses between them.',
    remarks: {
      SyncHandler: {
        description: 'Writes its whole answer before it returns.',
        tries: [
          { verb: 'GET', href: '/demo/training/hello.sync' },
          { verb: 'POST', href: '/demo/training/hello.sync' },
        ],
      },
      AsyncHandler: {
        description: 'Flushes, waits for an external process and sends its output line by line, as it comes.',
        tries: [
          { verb: 'GET', href: '/demo/training/hello.async' },
          { verb: 'POST', href: '/demo/training/hello.async' },
        ],
      },
      TrainingFactory: {
        description: 'Chooses by verb: SyncHandler for GET, AsyncHandler for POST. Any other verb is 405.',
        tries: [
          { verb: 'GET', href: '/demo/training/lesson' },
          { verb: 'POST', href: '/demo/training/lesson' },
          { verb: 'PUT', href: '/demo/training/lesson' },
        ],
      },
    },
  },
  {
    title: 'Progress',
    introduction: 'Work that goes on apart from the request that started it, watched by a page that never reloads.',
    remarks: {
      ProgressPage: {
        description: 'The page: a Start button and a bar. Start here.',
        tries: [{ verb: 'GET', href: '/progress/' }],
      },
      StartRun: {
        description: 'Starts the run of your session, unless it has one already, and answers at once.',
        tries: [{ verb: 'POST', href: '/progress/runs' }],
      },
      GetProgress: {
        description: 'How far the run of your session is: NaN, or 0 to 100. The page asks again and again.',
        tries: [{ verb: 'GET', href: '/progress/GetProgress.ashx' }],
      },
      RunResult: {
        description: 'What the finished run of your session has found out; 404 until then.',
        tries: [{ verb: 'GET', href: '/progress/result' }],
      },
    },
  },
  {
    title: 'Answers',
    introduction: 'One class for each kind of answer.',
    remarks: {
      VisitsAsJson: {
        description: 'JSON: how often each handler was asked since the start, counted by a filter.',
        tries: [{ verb: 'GET', href: '/visits.json' }],
      },
      VisitsAsXml: { description: 'The same as XML.', tries: [{ verb: 'GET', href: '/visits.xml' }] },
      VisitsAsText: { description: 'The same as text.', tries: [{ verb: 'GET', href: '/visits.txt' }] },
      FlowerPicture: {
        description: 'A PNG, drawn pixel by pixel for this request: the flower on top of this page.',
        tries: [{ verb: 'GET', href: '/pictures/flower.png?size=512' }],
      },
      SendFile: {
        description: 'A file: whole, a range of it, or 304 when you have it already.',
        tries: [
          { verb: 'GET', href: '/files/field-notes.txt' },
          { verb: 'GET', href: '/files/field-notes.txt', range: 'bytes=0-99' },
          { verb: 'HEAD', href: '/files/field-notes.txt' },
        ],
      },
      BrokenHandler: {
        description: 'Throws. You see a plain 500; the log of the server has the error.',
        tries: [{ verb: 'GET', href: '/broken' }],
      },
      HomePage: { description: 'This page.', tries: [{ verb: 'GET', href: '/' }] },
    },
  },
];

/** Leads through the mappings of an application, chapter by chapter. */
export class Tour {
  /** @param mappings gives the application's mappings as they are at the time */
  constructor(private readonly mappings: () => readonly MappingInfo[]) {}

  /** Every mapping once; those without remarks come last, in a section of their own. */
  get sections(): readonly Section[] {
    const mappings = this.mappings();
    const isTold = ({ name }: MappingInfo): boolean => chapters.some(({ remarks }) => Object.hasOwn(remarks, name));
    const told = chapters.map(({ remarks, ...chapter }) => ({ ...chapter, stops: stopsOf(mappings, remarks) }));
    const untold = mappings.filter((mapping) => !isTold(mapping));
    if (untold.length === 0) return told;
    const stops = untold.map((mapping) => ({ mapping, description: '', tries: [] }));
    return [...told, { title: 'More', introduction: 'Mapped since this page was written.', stops }];
  }
}

function stopsOf(mappings: readonly MappingInfo[], remarks: Remarks): readonly Stop[] {
  return Object.entries(remarks).flatMap(([name, told]) =>
    mappings.filter((mapping) => mapping.name === name).map((mapping) => ({ mapping, ...told })),
  );
}
