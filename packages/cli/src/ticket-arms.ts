/** Arms whose tickets can be taken to other data: their masks are their own. */
export const TICKET_ARMS = ["winning-ticket", "late-rewinding"] as const;
export type TicketArm = (typeof TICKET_ARMS)[number];
