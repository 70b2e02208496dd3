package nl.sluis.policy.rule;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.text.Position;
import nl.sluis.proto.v1.Sensitivity;

/** One sentence of a policy: verb, name, what, to, and how much. */
public sealed interface Rule {
    /** Name, what, to and why. */
    Head head();

    /** The verb as written. */
    Verb verb();

    /** What an officer can order. */
    enum Verb {
        /** Lets go what nothing forbids. */
        RELEASE,
        /** Forbids; overrides every release. */
        DENY,
        /** Asks for another party's recorded consent. */
        CONSENT,
        /** Removes fields. */
        REDACT,
        /** Makes positions less accurate. */
        COARSEN,
        /** Sends later. */
        DELAY,
        /** Declares a downgrade of a derivative. */
        RELABEL,
        /** Counts at send, and raises a task. */
        QUOTA;

        /** The word in rules. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether the rule lets something out that would otherwise stay. */
        public boolean grants() {
            return this == RELEASE || this == RELABEL;
        }
    }

    /**
     * What all rules have.
     *
     * @param name unique in its policy
     * @param what which items
     * @param to whom
     * @param why the officer's reason, may be empty
     * @param at where the rule stands
     */
    record Head(String name, What what, To to, String why, Position at) {}

    /** Lets go. */
    record Release(Head head) implements Rule {
        @Override
        public Verb verb() {
            return Verb.RELEASE;
        }
    }

    /** Forbids. */
    record Deny(Head head) implements Rule {
        @Override
        public Verb verb() {
            return Verb.DENY;
        }
    }

    /**
     * Forbids unless a record of consent is live.
     *
     * @param of whose officers must have signed the record
     * @param record the record's name
     */
    record Consent(Head head, OwnerId of, String record) implements Rule {
        @Override
        public Verb verb() {
            return Verb.CONSENT;
        }
    }

    /**
     * Removes fields.
     *
     * @param fields paths in the payload, checked against the descriptors of the kinds
     * @param sensitivities fields of these sensitivities, wherever they stand
     */
    record Redact(Head head, List<FieldPath> fields, Set<Sensitivity> sensitivities) implements Rule {
        @Override
        public Verb verb() {
            return Verb.REDACT;
        }
    }

    /**
     * Makes positions less accurate.
     *
     * @param positionSigmaAtLeastM standard deviation that is claimed and true at least, m
     */
    record Coarsen(Head head, double positionSigmaAtLeastM) implements Rule {
        @Override
        public Verb verb() {
            return Verb.COARSEN;
        }
    }

    /**
     * Sends later.
     *
     * @param delayS time from gateway receipt of the latest input, s
     */
    record Delay(Head head, long delayS) implements Rule {
        @Override
        public Verb verb() {
            return Verb.DELAY;
        }
    }

    /**
     * The declared downgrade.
     *
     * @param keep the fields that stay, each with the precision they are rounded to in SI units, if any
     * @param as the label that takes the place of the signer's; owners and data mode are filled in when applied
     */
    record Relabel(Head head, Map<FieldPath, OptionalDouble> keep, SecurityLabel as) implements Rule {
        @Override
        public Verb verb() {
            return Verb.RELABEL;
        }
    }

    /**
     * Counts at send.
     *
     * @param atMost items
     * @param perS length of the window, s
     * @param objects whether different objects are counted, instead of items
     */
    record Quota(Head head, long atMost, long perS, boolean objects) implements Rule {
        @Override
        public Verb verb() {
            return Verb.QUOTA;
        }
    }
}
