import { ARMS, CRITERIA, FAULTS, OPTIMISERS, POOLS } from "@ltt/lottery";
import { type Command, Option } from "commander";
import { BACKENDS } from "./backends.ts";
import { dataOption } from "./data-option.ts";
import { VECTORS } from "./embedding.ts";
import { AUGMENTS } from "./image-augment.ts";
import { IMAGE_MODELS } from "./image-models.ts";
import {
  armsOf,
  bitsOf,
  excludeOf,
  faultsOf,
  fractionOf,
  integerFrom,
  momentOf,
  momentOrNone,
  momentsOf,
  notNegative,
  pathOf,
  pathsOf,
  patienceOf,
  positive,
  rateOf,
  ratesOf,
  roundsOf,
  seedsOf,
  separatorOf,
  textOf,
  topicsOf,
} from "./option-values.ts";
import { OWN_MODELS } from "./own-models.ts";
import { PROFILES } from "./profile-names.ts";
import { TICKET_ARMS } from "./ticket-arms.ts";

/** The options that say which experiment it is, where its data and its folder are, and what computes. */
export function addSettings(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--profile <name>",
        "what a run does unless told otherwise (default: corrected; of images paper)",
      ).choices(PROFILES),
    )
    .addOption(dataOption("folder with the data sets; else that of LTT_DATA, else where ltt data get puts them"))
    .option(
      "--texts <file>",
      "texts of your own, in place of a pair: .csv, .tsv, .jsonl (each also .gz) or .parquet",
      pathOf,
    )
    .option("--images <dir>", "images of your own, in place of a pair: PNG, in a folder for each class", pathOf)
    .option("--text <column>", "of --texts: the column of the texts", textOf)
    .option("--label <column>", "of --texts: the column of their labels, any words", textOf)
    .option(
      "--labels <column>",
      "of --texts: the column of their labels, where a text may have several or none",
      textOf,
    )
    .option("--separator <text>", "of --labels: what stands between them (default: ;)", separatorOf)
    .addOption(
      new Option("--model <name>", "of --texts: what classifies them (default: cnn); of --images").choices([
        ...OWN_MODELS,
        ...IMAGE_MODELS,
      ]),
    )
    .option(
      "--validation <path>",
      "of --texts a file, of --images a folder: to validate on (default: 0.3 of what is not for testing)",
      pathOf,
    )
    .option("--test <path>", "of --texts a file, of --images a folder: to test on (default: a fifth)", pathOf)
    .option("--out <dir>", "run folder (default: runs/PAIR-PROFILE, or runs/FILE-MODEL-PROFILE)", pathOf)
    .option("--rounds <n>", "times to prune", integerFrom(0))
    .option(
      "--rate <fraction>",
      "of what is left of every tensor, removed each round (default: 0.2; quick: 0.5)",
      rateOf,
    )
    .option(
      "--rates <list>",
      "other fractions, in place of the profile's: of tensors, groups or patterns of names, as output=0.1,layer1.*=0.15, or none",
      ratesOf,
    )
    .option(
      "--exclude <list>",
      "what is never pruned, in place of the profile's: tensors, groups or patterns of names, as biases,fc*, or none",
      excludeOf,
    )
    .addOption(
      new Option("--epochs <n>", "epochs a network trains at most").argParser(integerFrom(1)).conflicts("steps"),
    )
    .option("--steps <n>", "steps a network trains at most, in the place of epochs", integerFrom(1))
    .option("--train-size <n>", "training texts or images", integerFrom(1))
    .option("--max-length <n>", "tokens after which texts are cut", integerFrom(1))
    .option(
      "--fold <n>",
      "which test part of a cross-validation, of data without one of its own: " +
        "1 to 10 of mr-cnn, subj-cnn; 1 to 5 of imdb-cnn, imdb-lstm, spam-cnn (default: 1)",
      integerFrom(1),
    )
    .option("--topics <n>", "of reuters-cnn, reuters-lstm: the 10 most frequent (default), or 90", topicsOf)
    .option(
      "--measure-training",
      "keep all measures over epochs, of a part of the training texts too (default of Reuters)",
    )
    .option("--phrases", "of sst2-cnn: train on phrases (default but in the quick profile)")
    .option("--no-phrases", "of sst2-cnn: train on sentences only, not on phrases as Kim did")
    .option("--ticket <run>", "folder of another run: its tickets are trained here too, beside controls", pathOf)
    .addOption(
      new Option(
        "--ticket-arm <name>",
        "of that run: initial weights, or early ones (default: winning-ticket)",
      ).choices(TICKET_ARMS),
    )
    .option("--ticket-rounds <list>", "of that run, as 4,8,12 (default: all that this run has)", roundsOf)
    .option("--dropout <p>", "of texts: probability that training drops a feature (default: 0.5)", fractionOf)
    .option("--hidden <n>", "units of each direction of an LSTM's layers (default: 256; quick: 64)", integerFrom(1))
    .option(
      "--recompute",
      "of an LSTM: compute gates again instead of keeping them: less memory, more time, the same results",
    )
    .option("--arms <names>", `all, or some of ${ARMS.join(",")}, and of those of plugins`, armsOf)
    .option(
      "--criterion <name>",
      `what weights are scored by; the lowest go: ${CRITERIA.map(({ name }) => name).join(", ")}, or of a plugin (default: magnitude)`,
      textOf,
    )
    .addOption(
      new Option(
        "--pool <which>",
        "weights that compete to stay: of each tensor (default), of a group, or all (default of deep image networks)",
      ).choices(POOLS),
    )
    .option("--plugin <file>", "an ES module with criteria and arms of your own; may be given again", pathsOf)
    .addOption(new Option("--seed <n>", "one seed").argParser(integerFrom(0)).conflicts("seeds"))
    .addOption(new Option("--seeds <list>", "several, as 1,2,3").argParser(seedsOf))
    .option("--rewind <moment>", "of late rewinding, as epoch:1 (default of texts) or step:500", momentOf)
    .option(
      "--batch-size <n>",
      "texts or images a training step (default: 64; of Kim's sets 50, of images as published)",
      integerFrom(1),
    )
    .addOption(
      new Option("--optimiser <name>", "what trains (default: adam; of deep image networks sgd)").choices(OPTIMISERS),
    )
    .option("--learning-rate <x>", "of the optimiser", positive)
    .option(
      "--schedule <moments>",
      "when the learning rate falls, as step:20000,step:25000 or epoch:80,epoch:120, or none " +
        "(default: never; of deep image networks as published)",
      momentsOf,
    )
    .option("--schedule-factor <x>", "what the learning rate is multiplied by then (default: 0.1)", fractionOf)
    .option(
      "--warm-up <moment>",
      "until when the learning rate climbs from 0, as step:10000, or none (default: it does not; of deep image networks as published)",
      momentOrNone,
    )
    .addOption(
      new Option("--augment <how>", "of images to train on: cut at random after padding by 4, and mirrored").choices(
        AUGMENTS,
      ),
    )
    .option("--momentum <x>", "of sgd and rmsprop (default: 0; of deep image networks 0.9)", notNegative)
    .option(
      "--weight-decay <x>",
      "of the optimiser (default: 0; adamw: 0.01; of deep image networks 0.0001)",
      notNegative,
    )
    .option("--l1 <x>", "what the sum of all sizes of weights is multiplied by, as a penalty (default: 0)", notNegative)
    .addOption(
      new Option("--validations <n>", "an epoch (default: 8; published-2020: 1)")
        .argParser(integerFrom(1))
        .conflicts("validateEvery"),
    )
    .option("--validate-every <n>", "steps from one validation to the next (default of images: 100)", integerFrom(1))
    .option(
      "--patience <n>",
      "validations in a row without improvement that end training, or none (default of texts: 24; published-2020: 3; of images none)",
      patienceOf,
    )
    .option(
      "--faults <names>",
      `of the published experiment, or none (published-2020: all): ${FAULTS.join(", ")}`,
      faultsOf,
    )
    .option("--clip-norm <x>", "the most that the common norm of all gradients may be (default: no limit)", positive)
    .addOption(
      new Option(
        "--embedding <vectors>",
        "what it starts from: N(0, 1) (default), U(-0.25, 0.25) (default of Kim's sets), or GloVe 6B.100d, fetched where it is missing",
      ).choices(VECTORS),
    )
    .option("--freeze-embedding", "keep the embedding as it starts: neither trained nor pruned")
    .addOption(new Option("--backend <name>", "what computes (default: the fastest that runs here)").choices(BACKENDS))
    .option(
      "--threads <n>",
      "threads that compute (default: one for each core, divided among the jobs)",
      integerFrom(1),
    )
    .option(
      "--width <bits>",
      "of a vector, 128 or 256: the results are the same (default: 256 on Node 24 and x64, else 128)",
      bitsOf,
    );
}
