package nl.sluis.policy.bundle;

import java.util.Locale;

/** What a tenant may do. */
public enum Role {
    /** Delivers data. */
    CONTRIBUTOR,
    /** Receives products. */
    SUBSCRIBER,
    /** Signs policies. */
    OFFICER,
    /** Reads the audit log. */
    AUDITOR,
    /** Runs the gateway. */
    OPERATOR,
    /** Runs the conformance kit. */
    CONFORMANCE;

    /** The word in files: lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
