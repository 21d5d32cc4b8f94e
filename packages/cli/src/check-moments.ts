import { type ExperimentSettings, lastStepOf, type Moment, rewinds } from "@ltt/lottery";

/** What happens at a moment of training, and the option that sets it. */
const SAID = {
  warmUp: ["the learning rate climbs until", "--warm-up"],
  schedule: ["the learning rate falls at", "--schedule"],
  rewindTo: ["networks are rewound to", "--rewind"],
} as const;

/**
 * That the moments of the learning rate and of rewinding lie within training: options that shorten it leave the profile's where they are.
 *
 * @param usual - The profile's settings: the message names moments that are as far into this training as the profile's are into its own.
 * @throws {RangeError} that names the options.
 */
export function checkMoments(experiment: ExperimentSettings, usual: ExperimentSettings, stepsPerEpoch: number): void {
  const [last, whole] = [experiment, usual].map((settings) => lastStepOf(settings, stepsPerEpoch)) as [number, number];
  const stepOf = (moment: Moment) => ("step" in moment ? moment.step : moment.epoch * stepsPerEpoch);
  const moments: Record<keyof typeof SAID, readonly Moment[]> = {
    warmUp: experiment.warmUp === undefined ? [] : [experiment.warmUp],
    schedule: experiment.schedule?.milestones ?? [],
    rewindTo: rewinds(experiment) ? [experiment.rewindTo] : [],
  };
  const late = (Object.keys(SAID) as (keyof typeof SAID)[]).filter((name) =>
    moments[name].some((moment) => stepOf(moment) > last),
  );
  if (late.length === 0) return;
  const said = late.map((name) => `${SAID[name][0]} ${moments[name].map(wordsOf).join(" and ")} (${SAID[name][1]})`);
  const within = (moment: Moment) => `step:${Math.max(1, Math.round((stepOf(moment) * last) / whole))}`;
  const instead = late.map((name) => `${SAID[name][1]} ${moments[name].map(within).join(",")}`).join(" ");
  const message = `training has ${last} steps (epochs: ${Number((last / stepsPerEpoch).toFixed(1))}), but ${said.join(", ")}; name moments within it`;
  throw new RangeError(whole > last ? `${message}, in proportion to the profile ${instead}` : message);
}

function wordsOf(moment: Moment): string {
  return "step" in moment ? `step ${moment.step}` : `epoch ${moment.epoch}`;
}
