package nl.sluis.gateway.identity;

import java.util.Locale;
import java.util.Optional;

/** What a certificate lets its holder do; which method needs which role stands in {@code rpc-permissions.yaml}. */
public enum Role {
    /** Reads the audit log and its proofs. */
    AUDITOR,
    /** Runs the conformance kit. */
    CONFORMANCE,
    /** Delivers observations and other items. */
    CONTRIBUTOR,
    /** Signs policy and revokes certificates. */
    OFFICER,
    /** Runs the gateway. */
    OPERATOR,
    /** Receives products. */
    SUBSCRIBER;

    /** The word in certificates and files, lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of a word, empty if there is none; upper-case letters are not accepted. */
    public static Optional<Role> of(String word) {
        for (Role role : values()) {
            if (role.word().equals(word)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
