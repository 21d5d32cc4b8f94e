import type { Pool } from "../cut.ts";
import {
  type Expectation,
  lowestBy,
  lowestUnitsBy,
  nestedIn,
  removed,
  startsFrom,
  unitsRemoved,
} from "../expectation.ts";
import type { Json } from "../json.ts";
import { CUT, CUT_UNITS, START } from "../operations.ts";
import type { UnitCriterionName, UnitPool } from "../structured/unit-criteria.ts";
import type { AuditedNetwork } from "./audited-files.ts";

/** What the nodes that a network rests on say of it: how its mask was cut, and what it was rewound to. */
export function expectedByNodes({ hash, graph }: AuditedNetwork): Expectation[] {
  const start = graph.node(graph.node(hash).inputs.start!);
  if (start.op !== START.name) return [];
  const { mask, whole } = start.inputs;
  const rewound = start.params.action === "rewind" ? [startsFrom(whole!)] : [];
  const cut = graph.node(mask!);
  if (cut.op === CUT_UNITS.name) {
    const { rate, criterion, pool } = { ...CUT_UNITS.defaults, ...cut.params } as {
      rate: number;
      criterion: UnitCriterionName;
      pool: UnitPool;
    };
    const parent = graph.node(cut.inputs.weights!).inputs.trained!;
    return [
      nestedIn(parent),
      unitsRemoved(rate, parent, pool),
      lowestUnitsBy(criterion, cut.inputs.weights!, pool),
      ...rewound,
    ];
  }
  if (cut.op !== CUT.name) return rewound;
  const { rate, rates, exclude, criterion, pool } = { ...CUT.defaults, ...cut.params } as {
    rate: number;
    rates: Readonly<Record<string, number>>;
    exclude: readonly string[];
    criterion: Json;
    pool: Pool;
  };
  const weights = cut.inputs.weights!;
  const parent = graph.node(weights).inputs.trained!;
  return [
    nestedIn(parent),
    removed(rate, parent, { rates, exclude, pool }),
    lowestBy(criterion, weights, { exclude, pool }),
    ...rewound,
  ];
}
