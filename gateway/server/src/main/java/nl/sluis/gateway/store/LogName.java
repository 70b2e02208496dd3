package nl.sluis.gateway.store;

import java.util.Locale;

/**
 * The logs of a gateway. The order of constants has no meaning; the name is what is stored, so a constant may be added
 * but never renamed.
 */
public enum LogName {
    /** What partners contributed, with original bytes. */
    CONTRIBUTIONS(true),
    /** The sensors that tenants have registered: never trimmed, because a tenant may observe for years with one. */
    SENSORS(false),
    /** What was refused, with original bytes and the reason. */
    QUARANTINE(true),
    /** One solution per view and object. */
    SOLUTIONS(true),
    /** Products before release: the label and inputs of each, superseded and withdrawn ones included. */
    PRODUCTS(true),
    /** Which product was released to which audience, and what waits for its delay to end. */
    RELEASED(true),
    /** What was decided about each item, with reasons, for officers. */
    DECISIONS(true),
    /** Policies and tenants by epoch. */
    POLICIES(true),
    /** What officers have shut out: never trimmed, because a revocation has no end. */
    REVOCATIONS(false),
    /** How far subscriptions have read, and what else the parts of a gateway keep of themselves. */
    CURSORS(true),
    /** Contributions that were taken back, who had been sent what was made from them, and who has answered. */
    WITHDRAWALS(true),
    /** The leaves of the audit tree: never trimmed, because a proof needs all of them. */
    AUDIT(false);

    private final boolean trimmable;

    LogName(boolean trimmable) {
        this.trimmable = trimmable;
    }

    /**
     * Says whether old entries may be deleted.
     *
     * @return false for a log whose every entry must stay
     */
    public boolean trimmable() {
        return trimmable;
    }

    /** The name in tables, keys and messages. */
    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }
}
