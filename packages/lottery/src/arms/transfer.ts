import { check, count, list } from "@ltt/core/arguments";
import { type Arm, checkPlanning, type NamedArm } from "../arm.ts";
import { sameMaskAs, shuffledMaskOf, startsFrom, transferredFrom } from "../expectation.ts";
import type { GivenTicket } from "../given.ts";
import { GIVEN_TICKET } from "../given.ts";
import { checkFields } from "../kinds.ts";

/** A ticket of another run, and the seed and the round that it is for. */
export interface TicketFor extends GivenTicket {
  readonly seed: number;
  readonly round: number;
}

/** The names of the arms of a transfer. */
export const TRANSFER_ARMS = ["transferred-ticket", "transferred-mask", "transferred-random"] as const;

/**
 * The arms of a transfer (Morcos et al., NeurIPS 2019; Desai et al., EMNLP-IJCNLP 2019 workshop): tickets of another run, trained on the
 * data of this one. Beside dense and winning tickets of its own.
 *
 * - `transferred-ticket`: mask and starting values of the other run; the network's own initial values where it brings none;
 * - `transferred-mask`: its mask only, with the network's own initial values;
 * - `transferred-random`: a control, as many weights of each tensor at random places, with the network's own initial values.
 *
 * @param tickets - Each stored under the name of its node before the experiment runs.
 */
export function transferArms(tickets: readonly TicketFor[]): NamedArm[] {
  check("transferArms", "tickets", tickets, list);
  for (const [i, ticket] of tickets.entries())
    checkFields("transferArms", `tickets[${i}]`, ticket, { ...GIVEN_TICKET, seed: count, round: count });

  /** Of a seed, those of the rounds that are asked for. */
  const ofSeed = (seed: number, rounds: number) =>
    tickets.filter((ticket) => ticket.seed === seed && ticket.round <= rounds).sort((a, b) => a.round - b.round);

  const ticket: Arm = function* (graph, seed, settings) {
    checkPlanning("transferArms", graph, seed, settings);
    for (const { round, digest, source } of ofSeed(seed, settings.rounds)) {
      const given = graph.given({ digest, source });
      const network = graph.train(graph.transplant(given, graph.init));
      yield { round, network, expect: [transferredFrom(given, graph.init)] };
    }
  };
  const mask: Arm = function* (graph, seed, settings) {
    for (const { round, digest, source } of ofSeed(seed, settings.rounds)) {
      const given = graph.given({ digest, source });
      const beside = graph.train(graph.transplant(given, graph.init));
      const network = graph.train(graph.rewind(given, graph.init));
      yield { round, network, expect: [sameMaskAs(beside), startsFrom(graph.init)] };
    }
  };
  const random: Arm = function* (graph, seed, settings) {
    for (const { round, digest, source } of ofSeed(seed, settings.rounds)) {
      const given = graph.given({ digest, source });
      const beside = graph.train(graph.transplant(given, graph.init));
      const network = graph.train(graph.rewind(graph.shuffleMask(given), graph.init));
      yield { round, network, expect: [shuffledMaskOf(beside), startsFrom(graph.init)] };
    }
  };
  const [ticketName, maskName, randomName] = TRANSFER_ARMS;
  return [
    { name: ticketName, levels: ticket, rewinds: false },
    { name: maskName, levels: mask, rewinds: false },
    { name: randomName, levels: random, rewinds: false },
  ];
}
